"""What each kind of replacement does to the lessons (п. 4.2)."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, or_, select

from ejournal.extensions import db
from ejournal.models import (
    Cell,
    Course,
    Homework,
    Lesson,
    LessonFile,
    LessonState,
    PersonalTask,
    Substitution,
    SubstitutionKind,
    TaskAnswer,
    Work,
)
from ejournal.services import conflicts, lesson_context, lessons
from ejournal.services.errors import RefusedError


def _replace_teacher(lesson: Lesson, made: Substitution) -> None:
    lesson.teacher_id, lesson.room = made.teacher_id, made.room or lesson.room


def _replace_discipline(lesson: Lesson, made: Substitution) -> None:
    _refuse_marks(lesson, "заменить другой дисциплиной")
    instead = db.session.get(Course, made.instead_course_id)
    assert instead is not None
    other = make(instead, lesson.date, lesson.pair, made.room or lesson.room, generated=False, hours=lesson.hours)
    own = conflicts.teachers_of([instead.id], lesson.date).get(instead.id, set())
    if made.teacher_id and made.teacher_id not in own:
        other.teacher_id = made.teacher_id
    made.instead_lesson_id = other.id
    _take_off(lesson, f"замена: {instead.discipline.title}")


def _cancel(lesson: Lesson, made: Substitution) -> None:
    _refuse_marks(lesson, "снять")
    _take_off(lesson, made.reason or "замена")


def _move(lesson: Lesson, made: Substitution) -> None:
    _refuse_marks(lesson, "перенести")
    assert made.to_date
    assert made.to_pair
    if lesson_context.is_taken(lesson.course_id, made.to_date, made.to_pair, lesson.id):
        raise RefusedError(f"{made.to_date:%d.%m} на {made.to_pair} паре в этом журнале уже есть занятие.")
    planned_for = lesson.moved_from or lesson.date
    lesson.date, lesson.pair, lesson.room = made.to_date, made.to_pair, made.room or lesson.room
    lesson.moved_from = planned_for
    lesson.state, lesson.reason, lesson.attendance_at = LessonState.MOVED, made.reason or "перенос", None


def _change_room(lesson: Lesson, made: Substitution) -> None:
    lesson.room = made.room


DO: dict[SubstitutionKind, Callable[[Lesson, Substitution], None]] = {
    SubstitutionKind.TEACHER: _replace_teacher,
    SubstitutionKind.DISCIPLINE: _replace_discipline,
    SubstitutionKind.CANCELLED: _cancel,
    SubstitutionKind.MOVED: _move,
    SubstitutionKind.ROOM: _change_room,
}

# Who gives the lesson or where: it stays where and as it stands.
IN_PLACE = (SubstitutionKind.TEACHER, SubstitutionKind.ROOM)


def _take_off(lesson: Lesson, reason: str) -> None:
    lesson.state, lesson.reason, lesson.attendance_at = LessonState.CANCELLED, reason, None


def _refuse_marks(lesson: Lesson, verb: str) -> None:
    entries = lesson_context.count_entries(lesson.id)
    if entries:
        raise RefusedError(f"В занятии {lesson.date:%d.%m} есть отметки ({entries}), поэтому {verb} его нельзя.")


def make(course: Course, day: date, pair: int, room: str, generated: bool, hours: int) -> Lesson:
    """A planned lesson of so many academic hours with one column, in the current transaction."""
    kind = lessons.usual_kind()
    lesson = Lesson(
        course_id=course.id, course=course, date=day, pair=pair, hours=hours, room=room, state=LessonState.PLANNED,
        generated=generated, works=[Work(kind_id=kind.id, ordinal=0, weight=kind.weight)],
    )  # fmt: skip
    db.session.add(lesson)
    db.session.flush()
    return lesson


def take_away(lesson: Lesson) -> None:
    """The lesson that came instead, of a withdrawn replacement: the log and other replacements must not lose what they
    name, so that one with a history is only cancelled."""
    if db.session.scalar(select(lessons.holds_nothing(lesson.id))):
        db.session.delete(lesson)
        return
    lesson.state, lesson.reason, lesson.version = LessonState.CANCELLED, "замена отозвана", lesson.version + 1


def is_filled(lesson: Lesson) -> bool:
    """Whether anything was entered in a lesson: a mark, attendance, topic, homework, file, or that it was held."""
    return bool(
        lesson.state == LessonState.HELD
        or lesson.topic
        or lesson.attendance_at
        or db.session.scalar(
            select(
                exists().where(
                    Cell.work_id == Work.id,
                    Work.lesson_id == lesson.id,
                    or_(Cell.mark.is_not(None), Cell.attendance.is_not(None)),
                )
                | exists().where(Homework.lesson_id == lesson.id)
                | exists().where(LessonFile.lesson_id == lesson.id, LessonFile.removed_at.is_(None))
                | exists().where(PersonalTask.lesson_id == lesson.id, PersonalTask.withdrawn_at.is_(None))
                | exists().where(TaskAnswer.lesson_id == lesson.id)
            )
        )
    )


def state_of(lesson: Lesson) -> dict[str, Any]:
    """What a replacement finds: see `Substitution.before`."""
    return {
        "room": lesson.room,
        "teacher_id": lesson.teacher_id,
        "state": str(lesson.state),
        "date": lesson.date.isoformat(),
        "pair": lesson.pair,
        "moved_from": lesson.moved_from.isoformat() if lesson.moved_from else None,
        "reason": lesson.reason,
        "attendance_at": lesson.attendance_at.isoformat() if lesson.attendance_at else None,
    }


def restore(lesson: Lesson, made: Substitution) -> None:
    """Put back what the replacement changed. Who gave the lesson or where has nothing to do with its day and state."""
    before = made.before
    lesson.room, lesson.teacher_id, lesson.version = before["room"], before["teacher_id"], lesson.version + 1
    if made.kind in IN_PLACE:
        return
    lesson.reason, lesson.state, lesson.pair = before["reason"], LessonState(before["state"]), before["pair"]
    lesson.date = date.fromisoformat(before["date"])
    lesson.moved_from = date.fromisoformat(before["moved_from"]) if before["moved_from"] else None
    if entered := before.get("attendance_at"):  # replacements made before it was kept have none
        lesson.attendance_at = datetime.fromisoformat(entered)

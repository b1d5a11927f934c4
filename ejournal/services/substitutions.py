"""Замены: published, withdrawn, listed for a day (п. 4.2). Whoever replaces may fill that one lesson (п. 4.4)."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import joinedload

from ejournal.access import Viewer, in_force
from ejournal.domain import lesson_plan
from ejournal.domain.bells import MOST_PAIRS
from ejournal.extensions import db, in_turn
from ejournal.models import (
    AcademicYear,
    Course,
    Lesson,
    LessonState,
    Person,
    Substitution,
    SubstitutionKind,
    TimetableEntry,
)
from ejournal.models.base import now
from ejournal.services import conflicts, generation, lesson_context, log, periods
from ejournal.services.closed import close_alone, hold_open
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError, ServiceError
from ejournal.services.substitution_effects import DO, IN_PLACE, is_filled, make, restore, state_of, take_away

KINDS = {
    SubstitutionKind.TEACHER: "другой преподаватель",
    SubstitutionKind.DISCIPLINE: "другая дисциплина",
    SubstitutionKind.CANCELLED: "занятие снято",
    SubstitutionKind.MOVED: "перенос",
    SubstitutionKind.ROOM: "другая аудитория",
}

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Typed:
    """A replacement as it is entered for one planned lesson."""

    kind: str
    teacher_id: int | None = None
    instead_course_id: int | None = None
    to_date: date | None = None
    to_pair: int | None = None
    room: str = ""
    reason: str = ""
    # Over a clash with a teacher, group or room: said once, then believed.
    sure: bool = False


def publish(actor: Viewer | None, lesson_id: int, typed: Typed) -> Substitution:
    """Put something else in place of a planned lesson, at once seen by everybody concerned. One transaction.

    Raises NotFoundError, ClosedError, FieldsError (what is missing; clashes under `sure`), RefusedError where the
    lesson holds marks and would have to go elsewhere.
    """
    in_turn("lessons")  # first: who waits for lessons being made keeps nobody's mark waiting
    close_alone()  # a mark that is on its way is there, or finds the lesson cancelled or moved
    lesson = find_lesson(lesson_id)
    made = prepare(actor, lesson, typed)
    db.session.commit()
    return made


def prepare(actor: Viewer | None, lesson: Lesson, typed: Typed) -> Substitution:
    """Everything of `publish` but the commit: an import publishes many as one."""
    periods.check_open(lesson.course.year)
    lesson_context.check_open(lesson.course_id, lesson.date)
    errors = _missing(lesson, typed) or _closed(lesson, typed)
    if not errors and not typed.sure:
        clashes = _clashes(lesson, typed)
        if clashes:
            errors["sure"] = " ".join(clash.message for clash in clashes)
    if errors:
        raise FieldsError(errors)
    is_held = typed.kind != SubstitutionKind.CANCELLED
    made = Substitution(
        date=lesson.date,
        pair=lesson.pair,
        course_id=lesson.course_id,
        lesson_id=lesson.id,
        kind=typed.kind,
        teacher_id=typed.teacher_id if is_held else None,
        instead_course_id=typed.instead_course_id if typed.kind == SubstitutionKind.DISCIPLINE else None,
        to_date=(typed.to_date or lesson.date) if typed.kind == SubstitutionKind.MOVED else None,
        to_pair=typed.to_pair if typed.kind == SubstitutionKind.MOVED else None,
        room=" ".join(typed.room.split())[:32] if is_held else "",
        reason=" ".join(typed.reason.split())[:LONGEST_REASON],
        before=state_of(lesson),
        created_by=actor.person_id if actor else None,
    )
    DO[SubstitutionKind(typed.kind)](lesson, made)
    lesson.version += 1
    db.session.add(made)
    db.session.flush()
    log.record(
        actor, "substitution", "publish", before=_planned(lesson, made), after=words(made), course_id=lesson.course_id,
        reason=made.reason or None, details={"substitution": made.id, "lesson": lesson.id},
    )  # fmt: skip
    return made


def withdraw(actor: Viewer, substitution_id: int) -> Substitution:
    """Take a replacement back: the lesson is as it was before. Raises NotFoundError, ClosedError, RefusedError once
    something was filled in or a later replacement stands on it."""
    in_turn("lessons")
    hold_open()
    made = db.session.get(Substitution, substitution_id, populate_existing=True)
    if made is None:
        raise NotFoundError
    take_back(actor, made)
    db.session.commit()
    return made


def take_back(actor: Viewer | None, made: Substitution) -> None:
    """Everything of `withdraw` but the commit."""
    if made.withdrawn_at:
        raise RefusedError("Эта замена уже отозвана.")
    lesson = find_lesson(made.lesson_id or 0)
    periods.check_open(lesson.course.year)
    _refuse_later(made)
    instead = db.session.get(Lesson, made.instead_lesson_id) if made.instead_lesson_id else None
    if made.kind != SubstitutionKind.CANCELLED and is_filled(instead or lesson):
        raise RefusedError("Занятие уже заполняют: замену не отозвать. Внесите новую, если что-то изменилось.")
    back = lesson.date if made.kind in IN_PLACE else date.fromisoformat(made.before["date"])
    for day in {lesson.date, back}:
        lesson_context.check_open(lesson.course_id, day)
    if instead:
        lesson_context.check_open(instead.course_id, instead.date)
        made.instead_lesson_id = None
        db.session.flush()
        take_away(instead)
    restore(lesson, made)
    made.withdrawn_at, made.withdrawn_by = now(), actor.person_id if actor else None
    log.record(
        actor, "substitution", "withdraw", before=words(made), after=_planned(lesson, made),
        course_id=made.course_id, details={"substitution": made.id, "lesson": lesson.id},
    )  # fmt: skip


def _refuse_later(made: Substitution) -> None:
    """Each replacement remembers the lesson as it found it: taken back out of their turn, an earlier one would take
    what a later one brought, and the later one bring back what was withdrawn (п. 4.4)."""
    later = db.session.scalar(
        select(Substitution)
        .where(
            Substitution.id > made.id,
            Substitution.withdrawn_at.is_(None),
            Substitution.lesson_id.in_([made.lesson_id, made.instead_lesson_id]),
        )
        .order_by(Substitution.id.desc())
        .limit(1)
    )
    if later:
        raise RefusedError(
            f"После этой замены на занятии опубликована ещё одна ({later.date:%d.%m}, {later.pair} пара: "
            f"{words(later)}). Сначала отзовите её (п. 4.2)."
        )


def words(made: Substitution) -> str:
    """What is instead: «История России, Сокурова А. О., ауд. 300», «снято», «перенос на 10.10, 5 пару»."""
    if made.kind == SubstitutionKind.CANCELLED:
        return "снято"
    parts = []
    if made.kind == SubstitutionKind.MOVED and made.to_date:
        other_day = f"{made.to_date:%d.%m}, " if made.to_date != made.date else ""
        parts.append(f"перенос на {other_day}{made.to_pair} пару")
    elif made.instead_course_id:
        course = db.session.get(Course, made.instead_course_id)
        parts.append(course.discipline.title if course else "")
    teacher = db.session.get(Person, made.teacher_id) if made.teacher_id else None
    if teacher:
        parts.append(teacher.short_name)
    if made.room:
        parts.append(f"ауд. {made.room}" if made.room[:1].isdecimal() else made.room)
    return ", ".join(part for part in parts if part)


def find_lesson(lesson_id: int) -> Lesson:
    """Raises NotFoundError."""
    lesson = db.session.scalar(
        select(Lesson)
        .where(Lesson.id == lesson_id)
        .options(joinedload(Lesson.course).joinedload(Course.year), joinedload(Lesson.course).joinedload(Course.group))
        .with_for_update(of=Lesson)
        .execution_options(populate_existing=True)
    )
    if lesson is None:
        raise NotFoundError
    return lesson


def lesson_on(course: Course, day: date, pair: int) -> Lesson | None:
    """The lesson of a journal on a pair; made where the timetable has it and nobody generated it yet."""
    lesson = db.session.scalar(
        select(Lesson)
        .where(Lesson.course_id == course.id, Lesson.date == day, Lesson.pair == pair)
        .order_by(Lesson.id)
        .limit(1)
    )
    entry = entry_on(course, day, pair) if lesson is None else None
    if entry:
        lesson = make(course, day, pair, entry.room, generated=True, hours=entry.hours)
    return lesson


def entry_on(course: Course, day: date, pair: int) -> TimetableEntry | None:
    """The timetable's entry of a journal for a date and pair."""
    return db.session.scalar(
        select(TimetableEntry)
        .where(TimetableEntry.course_id == course.id, TimetableEntry.pair == pair, stands_on(day, course.year))
        .order_by(TimetableEntry.id.desc())
        .limit(1)
    )


def stands_on(day: date, year: AcademicYear) -> ColumnElement[bool]:
    """The condition that an entry of the year's timetable gives a lesson on a day."""
    return and_(
        TimetableEntry.weekday == day.isoweekday(),
        TimetableEntry.week.in_(("both", lesson_plan.week_of(day, generation.anchor(year)))),
        in_force(TimetableEntry, day),
    )


def _missing(lesson: Lesson, typed: Typed) -> dict[str, str]:
    errors: dict[str, str] = {}
    if typed.kind not in KINDS:
        return {"kind": "Выберите, какая это замена."}
    if lesson.state == LessonState.CANCELLED:
        return {"kind": "Это занятие уже снято. Отзовите прежнюю замену, если оно нужно."}
    if typed.kind == SubstitutionKind.TEACHER and not typed.teacher_id:
        errors["teacher_id"] = "Выберите, кто заменяет."
    elif typed.teacher_id and db.session.get(Person, typed.teacher_id) is None:
        errors["teacher_id"] = "Такого преподавателя нет: выберите из списка."
    if typed.kind == SubstitutionKind.ROOM and not typed.room.strip():
        errors["room"] = "Укажите аудиторию."
    if typed.kind == SubstitutionKind.MOVED and not (typed.to_pair and 1 <= typed.to_pair <= MOST_PAIRS):
        errors["to_pair"] = f"Укажите пару от 1 до {MOST_PAIRS}."
    if typed.kind == SubstitutionKind.DISCIPLINE:
        instead = db.session.get(Course, typed.instead_course_id) if typed.instead_course_id else None
        if instead is None or instead.group_id != lesson.course.group_id or instead.year_id != lesson.course.year_id:
            errors["instead_course_id"] = "Выберите журнал этой же группы."
    return errors


def _closed(lesson: Lesson, typed: Typed) -> dict[str, str]:
    """Where else the replacement would put a lesson: never outside the year, nor into a closed period (п. 4.4)."""
    try:
        if typed.kind == SubstitutionKind.MOVED and typed.to_date:
            lesson_context.check_in_year(lesson.course.year, typed.to_date)
            lesson_context.check_open(lesson.course_id, typed.to_date)
        if typed.kind == SubstitutionKind.DISCIPLINE and typed.instead_course_id:
            lesson_context.check_open(typed.instead_course_id, lesson.date)
    except ServiceError as error:
        return {"to_date" if typed.kind == SubstitutionKind.MOVED else "instead_course_id": error.message}
    return {}


def _clashes(lesson: Lesson, typed: Typed) -> list[conflicts.Clash]:
    if typed.kind == SubstitutionKind.CANCELLED:
        return []
    day, pair = lesson.date, lesson.pair
    if typed.kind == SubstitutionKind.MOVED:
        day, pair = typed.to_date or day, typed.to_pair or pair
    course = lesson.course
    if typed.kind == SubstitutionKind.DISCIPLINE:
        course = db.session.get(Course, typed.instead_course_id) or course
    teacher = [typed.teacher_id] if typed.teacher_id else None
    moved = typed.kind == SubstitutionKind.MOVED
    room = typed.room or (lesson.room if moved else "")
    found = conflicts.on_day(day, pair, course, hours=lesson.hours, room=room, teacher_ids=teacher, besides=[lesson.id])
    if moved:
        return found + conflicts.left_behind(lesson, day, pair)
    # Where a lesson stands already is no news to anybody.
    return [clash for clash in found if clash.kind != "mode"]


def _planned(lesson: Lesson, made: Substitution) -> str:
    return f"{made.date:%d.%m.%Y}, {made.pair} пара, {lesson.course.audience}: {lesson.course.discipline.title}"

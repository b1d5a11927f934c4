"""Moving, cancelling and bringing back a lesson, each with its reason (п. 4.4, R4.2.e)."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import exists, select

from ejournal.access import Viewer
from ejournal.domain.bells import MOST_PAIRS
from ejournal.extensions import db
from ejournal.models import LESSON_STATES, Course, Lesson, LessonState, Substitution, SubstitutionKind
from ejournal.services import closed, conflicts, lesson_context
from ejournal.services.errors import FieldsError, ForbiddenError, RefusedError
from ejournal.services.lessons import check_slot, parse_date, parse_number


def move(actor: Viewer, course_id: int, lesson_id: int, form: Mapping[str, str], version: int | None) -> Lesson:
    """Put a lesson on another `date` or `pair` for a `reason`; the day it was planned for is kept.

    Raises NotFoundError, ForbiddenError, ClosedError, StaleError, FieldsError, RefusedError.
    """
    closed.close_alone()  # a mark that is on its way is there, or finds the lesson moved
    lesson, place = lesson_context.find_to_change(actor, course_id, lesson_id, version)
    _refuse_substitute(place)
    if lesson.state == LessonState.CANCELLED:
        raise RefusedError("Занятие отменено. Сначала верните его, затем перенесите.")
    _refuse_marks(lesson, "перенести")
    errors: dict[str, str] = {}
    day = parse_date(form.get("date", ""), "date", errors)
    pair = parse_number(form.get("pair", ""), "pair", MOST_PAIRS, errors)
    reason = _reason(form, errors)
    if (day, pair) == (lesson.date, lesson.pair):
        errors["date"] = "Занятие и так стоит на эту дату и пару: укажите другую."
    elif day and pair:
        check_slot(actor, course_id, day, pair, errors, besides=lesson.id)
    if day and not errors and not form.get("sure"):
        _check_clashes(lesson, place.course, day, pair, errors)
    if errors or day is None:
        raise FieldsError(errors)
    before, planned_for = f"{lesson.date:%d.%m.%Y}, {lesson.pair} пара", lesson.moved_from or lesson.date
    lesson_context.note(actor, lesson, "перенос", before, f"{day:%d.%m.%Y}, {pair} пара", reason=reason)
    lesson.date, lesson.pair, lesson.reason = day, pair, reason
    lesson.moved_from = None if day == planned_for else planned_for
    lesson.attendance_at = None
    _set_state(actor, lesson, LessonState.MOVED if lesson.moved_from else LessonState.PLANNED)
    db.session.commit()
    return lesson


def cancel(actor: Viewer, course_id: int, lesson_id: int, form: Mapping[str, str], version: int | None) -> Lesson:
    """Cancel a lesson for a `reason`; refused where marks exist: they would belong to nothing.

    Raises NotFoundError, ForbiddenError, ClosedError, StaleError, FieldsError, RefusedError.
    """
    closed.close_alone()
    lesson, place = lesson_context.find_to_change(actor, course_id, lesson_id, version)
    _refuse_substitute(place)
    if lesson.state == LessonState.CANCELLED:
        raise RefusedError("Занятие уже отменено.")
    _refuse_marks(lesson, "отменить")
    errors: dict[str, str] = {}
    reason = _reason(form, errors)
    if errors:
        raise FieldsError(errors)
    lesson.reason = reason
    lesson.attendance_at = None
    _set_state(actor, lesson, LessonState.CANCELLED, reason)
    db.session.commit()
    return lesson


def restore(actor: Viewer, course_id: int, lesson_id: int, version: int | None) -> Lesson:
    """Bring a cancelled lesson back.

    Raises NotFoundError, ForbiddenError, ClosedError, StaleError, RefusedError.
    """
    lesson, place = lesson_context.find_to_change(actor, course_id, lesson_id, version)
    _refuse_substitute(place)
    if lesson.state != LessonState.CANCELLED:
        raise RefusedError("Занятие не отменено: возвращать нечего.")
    _refuse_replaced(lesson)
    lesson.reason = ""
    _set_state(actor, lesson, LessonState.MOVED if lesson.moved_from else LessonState.PLANNED)
    db.session.commit()
    return lesson


def _refuse_replaced(lesson: Lesson) -> None:
    """What the office took off or put another discipline in place of comes back with its replacement alone: else both
    lessons would stand on the pair, and the day's list go on saying that this one does not."""
    kinds = (SubstitutionKind.CANCELLED, SubstitutionKind.DISCIPLINE)
    standing = exists().where(
        Substitution.lesson_id == lesson.id, Substitution.withdrawn_at.is_(None), Substitution.kind.in_(kinds)
    )
    if db.session.scalar(select(standing)):
        raise RefusedError(
            "Занятие снято опубликованной заменой. Его вернёт отзыв замены: обратитесь в учебную часть (п. 4.2)."
        )


def _check_clashes(lesson: Lesson, course: Course, day: date, pair: int, errors: dict[str, str]) -> None:
    """Whom or what the lesson would meet there: told under `sure`, which overrules it (п. 4.2)."""
    teachers = [lesson.teacher_id] if lesson.teacher_id else None
    found = conflicts.on_day(
        day, pair, course, hours=lesson.hours, room=lesson.room, teacher_ids=teachers, besides=[lesson.id]
    )
    # On its own day a lesson stands already, whatever the calendar says.
    found = [clash for clash in found if clash.kind != "vacation" or day != lesson.date]
    found += conflicts.left_behind(lesson, day, pair)
    if found:
        errors["sure"] = " ".join(clash.message for clash in found)


def _refuse_substitute(place: lesson_context.Place) -> None:
    if place.replaces:
        raise ForbiddenError("Вы заменяете преподавателя на этом занятии: переносит и отменяет его учебная часть.")


def _set_state(actor: Viewer, lesson: Lesson, state: LessonState, reason: str | None = None) -> None:
    before, lesson.state = lesson.state, state.value
    lesson.version += 1
    lesson_context.note(
        actor, lesson, "состояние", LESSON_STATES[LessonState(before)], LESSON_STATES[state], reason=reason
    )


def _reason(form: Mapping[str, str], errors: dict[str, str]) -> str:
    reason = " ".join(form.get("reason", "").split())[:500]
    if not reason:
        errors["reason"] = "Укажите причину: она останется в журнале изменений."
    return reason


def _refuse_marks(lesson: Lesson, verb: str) -> None:
    entries = lesson_context.count_entries(lesson.id)
    if entries:
        raise RefusedError(
            f"В занятии {lesson.date:%d.%m} есть отметки ({entries}), поэтому {verb} его нельзя. "
            "Снимите их в журнале (Delete в ячейках столбца) и повторите."
        )

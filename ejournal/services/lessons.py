"""Lessons of a journal: fill the page, add one by hand, take an empty one away (п. 4.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from ejournal.access import Viewer
from ejournal.domain.bells import MOST_PAIRS
from ejournal.domain.calendar import MOST_LESSON_HOURS, PAIR_HOURS, read_day
from ejournal.domain.numbers import whole
from ejournal.extensions import db, in_turn
from ejournal.models import (
    LESSON_STATES,
    Cell,
    Course,
    Homework,
    Lesson,
    LessonFile,
    LessonState,
    LogEntry,
    OwedWork,
    PersonalTask,
    Substitution,
    TaskAnswer,
    Work,
    WorkKind,
)
from ejournal.services import conflicts, homework, lesson_context, log, settings, topics
from ejournal.services.errors import FieldsError, RefusedError, ServiceError

LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Filled:
    """The form of a lesson as it was typed. `take_topic`: the offered topic of the plan, accepted by its key."""

    version: int | None
    topic: str
    take_topic: int | None
    held: bool
    hours: str
    room: str
    recommendations: str
    homework: str
    due: str
    # Whether the homework is answered in the diary (AnswerMode); None: as it was.
    answer: str | None = None


def fill(actor: Viewer, course_id: int, lesson_id: int, typed: Filled) -> Lesson:
    """Store what changed on the lesson's page, each field with its own log entry.

    Raises NotFoundError, ForbiddenError, ClosedError, StaleError, FieldsError, RefusedError.
    """
    lesson, place = lesson_context.find_to_change(actor, course_id, lesson_id, typed.version)
    if lesson.state == LessonState.CANCELLED:
        raise RefusedError("Занятие отменено. Чтобы заполнить его, сначала верните занятие.")
    fields = _checked(lesson, typed)
    fields["topic"], fields["topic_id"] = _topic(place.course, lesson, typed)
    due = fields.pop("due")
    changed = homework.write(actor, lesson, _clean(typed.homework), due, typed.answer)
    for name, value in fields.items():
        before = getattr(lesson, name)
        if before == value:
            continue
        changed = True
        if name in TITLES:
            lesson_context.note(actor, lesson, TITLES[name], _worded(name, before), _worded(name, value))
        setattr(lesson, name, value)
    if changed:
        lesson.version += 1
    db.session.commit()
    return lesson


TITLES = {
    "state": "состояние",
    "hours": "часы",
    "room": "аудитория",
    "topic": "тема",
    "recommendations": "рекомендации группе",
}


def add(actor: Viewer, course_id: int, form: Mapping[str, str]) -> Lesson:
    """A lesson that the timetable does not have: `date`, `pair`, `hours`, with one column of the usual kind.

    What it would clash with is told under `sure`, which overrules it.

    Raises NotFoundError, ForbiddenError, ClosedError, FieldsError.
    """
    errors: dict[str, str] = {}
    day = parse_date(form.get("date", ""), "date", errors)
    pair = parse_number(form.get("pair", ""), "pair", MOST_PAIRS, errors)
    hours = parse_number(form.get("hours") or str(PAIR_HOURS), "hours", MOST_LESSON_HOURS, errors)
    in_turn("lessons")
    place = lesson_context.open_place(actor, course_id, settings.today())
    if day and pair:
        check_slot(actor, course_id, day, pair, errors)
    if day and not errors and not form.get("sure"):
        clashes = conflicts.on_day(day, pair, place.course, hours=hours)
        errors |= {"sure": " ".join(clash.message for clash in clashes)} if clashes else {}
    if errors:
        raise FieldsError(errors)
    kind = usual_kind()
    lesson = Lesson(course_id=course_id, date=day, pair=pair, hours=hours, state=LessonState.PLANNED.value)
    lesson.works = [Work(kind_id=kind.id, ordinal=0, weight=kind.weight)]
    db.session.add(lesson)
    db.session.flush()
    _log_existence(actor, lesson, "create", after=_name(lesson))
    db.session.commit()
    return lesson


def remove(actor: Viewer, course_id: int, lesson_id: int, version: int | None) -> None:
    """Take away a lesson that was added by hand and never filled; any other one can only be cancelled.

    Raises NotFoundError, ForbiddenError, ClosedError, StaleError, RefusedError.
    """
    lesson, place = lesson_context.find_to_change(actor, course_id, lesson_id, version)
    if place.replaces or not is_removable(lesson):
        raise RefusedError(
            "Удалить можно только занятие, добавленное вручную и ещё не заполненное. "
            "Если занятия не будет, отмените его с указанием причины."
        )
    _log_existence(actor, lesson, "delete", before=_name(lesson))
    db.session.delete(lesson)
    db.session.commit()


def is_removable(lesson: Lesson) -> bool:
    """Whether a lesson was added by hand and holds nothing, not even a history: one query."""
    mine = LogEntry.details["lesson"].as_integer() == lesson.id
    newest = (
        select(func.max(LogEntry.id))
        .where(LogEntry.course_id == lesson.course_id, LogEntry.subject == "lesson", mine)
        .scalar_subquery()
    )
    return bool(
        db.session.scalar(
            select(exists().where(LogEntry.id == newest, LogEntry.action == "create") & holds_nothing(lesson.id))
        )
    )


def holds_nothing(lesson_id: Any) -> ColumnElement[bool]:
    """The condition that nothing was entered into a lesson and nothing names it, not even the log."""
    return and_(
        ~exists().where(Cell.work_id == Work.id, Work.lesson_id == lesson_id),
        ~exists().where(OwedWork.work_id == Work.id, Work.lesson_id == lesson_id),
        *(~exists().where(held.lesson_id == lesson_id) for held in (Homework, LessonFile, PersonalTask, TaskAnswer)),
        ~exists().where(LogEntry.lesson_id == lesson_id),
        ~exists().where(or_(Substitution.lesson_id == lesson_id, Substitution.instead_lesson_id == lesson_id)),
    )


def usual_kind() -> WorkKind:
    """The kind of a lesson's first column: «ответ на занятии»; made where the college has none yet."""
    kind = db.session.scalar(select(WorkKind).order_by(WorkKind.ordinal, WorkKind.id).limit(1))
    if kind is None:
        kind = WorkKind(title="Ответ на занятии", short="отв", weight=1, ordinal=0)
        db.session.add(kind)
        db.session.flush()
    return kind


def check_slot(
    actor: Viewer, course_id: int, day: date, pair: int, errors: dict[str, str], besides: int | None = None
) -> None:
    """Whether a lesson may be put on a day and pair; what is wrong goes to `errors` at its field."""
    try:
        lesson_context.open_place(actor, course_id, day)
    except ServiceError as error:
        errors["date"] = error.message
        return
    if lesson_context.is_taken(course_id, day, pair, besides):
        errors["pair"] = f"{day:%d.%m} на {pair} паре в этом журнале уже есть занятие."


def parse_date(text: str, name: str, errors: dict[str, str]) -> date | None:
    day = read_day(text)
    if day is None:
        errors[name] = "Укажите дату, например 24.11.2026." if text.strip() else "Укажите дату."
    return day


def parse_number(text: str, name: str, most: int, errors: dict[str, str]) -> int:
    number = whole(text, 1, most)
    if number is None:
        errors[name] = f"Укажите число от 1 до {most}."
    return number or 0


def _checked(lesson: Lesson, typed: Filled) -> dict[str, Any]:
    """The fields by their column; FieldsError with what is wrong."""
    errors: dict[str, str] = {}
    fields: dict[str, Any] = {
        "state": _state(lesson, typed.held, errors),
        "hours": parse_number(typed.hours, "hours", MOST_LESSON_HOURS, errors),
        "room": " ".join(typed.room.split()),
        "recommendations": _clean(typed.recommendations),
        "due": parse_date(typed.due, "due", errors) if typed.due.strip() else None,
    }
    if len(fields["room"]) > 32:
        errors["room"] = "Не длиннее 32 знаков."
    if fields["due"] and fields["due"] < lesson.date:
        errors["due"] = f"Срок не может быть раньше занятия ({lesson.date:%d.%m})."
    for name in ("topic", "homework", "recommendations"):
        if len(getattr(typed, name)) > LONGEST:
            errors[name] = f"Не длиннее {LONGEST} знаков; длинный текст приложите файлом."
    if errors:
        raise FieldsError(errors)
    return fields


def _state(lesson: Lesson, held: bool, errors: dict[str, str]) -> str:
    if held == (lesson.state == LessonState.HELD):
        return lesson.state
    if held:
        if lesson.date > settings.today():
            errors["held"] = f"Занятие {lesson.date:%d.%m} ещё не проведено: отметить это можно в день занятия."
        return LessonState.HELD.value
    entries = lesson_context.count_entries(lesson.id)
    if entries:
        errors["held"] = f"В занятии уже есть отметки ({entries}): сначала снимите их в журнале."
    lesson.attendance_at = None
    return (LessonState.MOVED if lesson.moved_from else LessonState.PLANNED).value


def _topic(course: Course, lesson: Lesson, typed: Filled) -> tuple[str, int | None]:
    """The topic's text and the row of the plan it is."""
    text = " ".join(typed.topic.split())
    if not text and typed.take_topic is None:
        return "", None
    if text == lesson.topic and typed.take_topic is None:
        return text, lesson.topic_id
    plan = topics.of_lesson(course, lesson)
    taken = plan.topic(typed.take_topic)
    if taken:
        return taken.title, taken.id
    return text, plan.matching(text, lesson.topic_id)


def _clean(text: str) -> str:
    """Line ends as one character, no blanks around; the lines themselves are the author's."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()


def _worded(name: str, value: Any) -> Any:
    return LESSON_STATES[LessonState(value)] if name == "state" else value


def _name(lesson: Lesson) -> str:
    return f"{lesson.date:%d.%m.%Y}, {lesson.pair} пара"


def _log_existence(
    actor: Viewer, lesson: Lesson, action: str, before: str | None = None, after: str | None = None
) -> None:
    """The coming or going of a lesson, named in `details`: the log must not hold an empty lesson fast."""
    log.record(
        actor, "lesson", action, before=before, after=after, course_id=lesson.course_id,
        details={"lesson": lesson.id, "name": f"занятие {_name(lesson)}"},
    )  # fmt: skip

"""Kinds of work of a lesson: the journal's columns, each with its weight and own checking term (R4.4.h)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, func, or_, select

from ejournal.access import Viewer
from ejournal.domain import terms
from ejournal.domain.numbers import whole
from ejournal.extensions import db
from ejournal.models import Cell, Lesson, LessonState, LogEntry, Work, WorkKind
from ejournal.services import lesson_context, settings
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError
from ejournal.services.lessons import parse_date, parse_number

MOST_WEIGHT = 10
MOST_WORKS = 8


@dataclass(frozen=True, slots=True)
class _Fields:
    kind: WorkKind
    title: str
    weight: int
    mark_due: date | None


def is_planned() -> ColumnElement[bool]:
    """The condition that marks are owed for the query's Work: an answer in class, the usual kind, is owed to nobody,
    unless the teacher set it a checking term (R4.4.h)."""
    usual = select(WorkKind.id).order_by(WorkKind.ordinal, WorkKind.id).limit(1).scalar_subquery()
    return or_(Work.kind_id != usual, Work.mark_due.is_not(None))


def add(actor: Viewer, course_id: int, lesson_id: int, form: Mapping[str, str], version: int | None) -> Work:
    """One more column of a lesson: `kind_id`, `title`, `weight`, `mark_due`.

    Raises NotFoundError, ForbiddenError, ClosedError, StaleError, FieldsError, RefusedError.
    """
    lesson, _place = lesson_context.find_to_change(actor, course_id, lesson_id, version)
    if lesson.state == LessonState.CANCELLED:
        raise RefusedError("Занятие отменено: виды работы к нему не добавляются.")
    if len(lesson.works) >= MOST_WORKS:
        raise RefusedError(f"В занятии уже {MOST_WORKS} видов работы, больше не бывает: уберите лишний.")
    fields = _checked(lesson, form)
    ordinal = db.session.scalar(select(func.max(Work.ordinal)).where(Work.lesson_id == lesson.id))
    work = Work(ordinal=0 if ordinal is None else ordinal + 1)
    work.kind, work.title, work.weight, work.mark_due = fields.kind, fields.title, fields.weight, fields.mark_due
    lesson.works.append(work)
    lesson_context.note(actor, lesson, "добавлен вид работы", None, _described(work), subject="work", action="create")
    lesson.version += 1
    db.session.commit()
    return work


def change(
    actor: Viewer, course_id: int, lesson_id: int, work_id: int, form: Mapping[str, str], version: int | None
) -> Work:
    """Another kind, title, weight or term for a column; each is logged.

    Raises NotFoundError, ForbiddenError, ClosedError, StaleError, FieldsError.
    """
    lesson, _place = lesson_context.find_to_change(actor, course_id, lesson_id, version)
    work = _of(lesson, work_id)
    fields = _checked(lesson, form)
    name = f"вид работы «{work.title or work.kind.title}»"
    for what, before, after in (
        ("вид", work.kind.title, fields.kind.title),
        ("название", work.title, fields.title),
        ("вес", work.weight, fields.weight),
        ("срок проверки", work.mark_due, fields.mark_due),
    ):
        lesson_context.note(actor, lesson, f"{name}: {what}", before, after, subject="work")
    work.kind, work.title, work.weight, work.mark_due = fields.kind, fields.title, fields.weight, fields.mark_due
    lesson.version += db.session.is_modified(work)
    db.session.commit()
    return work


def remove(actor: Viewer, course_id: int, lesson_id: int, work_id: int, version: int | None) -> None:
    """Take a column away that never held anything.

    Raises NotFoundError, ForbiddenError, ClosedError, StaleError, RefusedError.
    """
    lesson, _place = lesson_context.find_to_change(actor, course_id, lesson_id, version)
    work = _of(lesson, work_id)
    entries = lesson_context.count_entries(lesson.id, work.id)
    if entries:
        raise RefusedError(
            f"По этой работе стоят отметки ({entries}). Снимите их в журнале, если они поставлены по ошибке, "
            "или переименуйте вид работы."
        )
    if len(lesson.works) == 1:
        raise RefusedError("У занятия должен остаться хотя бы один столбец: этот можно переименовать.")
    if db.session.scalar(select(exists().where(LogEntry.work_id == work.id) | exists().where(Cell.work_id == work.id))):
        raise RefusedError(
            "В этом столбце уже были отметки, их история должна сохраниться (п. 4.2). Переименуйте вид работы."
        )
    lesson_context.note(actor, lesson, "убран вид работы", _described(work), None, subject="work", action="delete")
    lesson.works.remove(work)
    lesson.version += 1
    db.session.commit()


def kinds() -> list[WorkKind]:
    """The kinds of work the college has, in its order."""
    return list(db.session.scalars(select(WorkKind).order_by(WorkKind.ordinal, WorkKind.id)))


def _of(lesson: Lesson, work_id: int) -> Work:
    for work in lesson.works:
        if work.id == work_id:
            return work
    raise NotFoundError


def _checked(lesson: Lesson, form: Mapping[str, str]) -> _Fields:
    errors: dict[str, str] = {}
    kind = db.session.get(WorkKind, whole(form.get("kind_id", "")) or 0)
    if kind is None:
        errors["kind_id"] = "Выберите вид работы."
    title = " ".join(form.get("title", "").split())
    if len(title) > 250:
        errors["title"] = "Не длиннее 250 знаков."
    usual = str(kind.weight) if kind else "1"
    weight = parse_number(form.get("weight", "").strip() or usual, "weight", MOST_WEIGHT, errors)
    text = form.get("mark_due", "")
    due = parse_date(text, "mark_due", errors) if text.strip() else None
    if due:
        _check_due(lesson, due, errors)
    if errors or kind is None:
        raise FieldsError(errors)
    return _Fields(kind, title, weight, due)


def _check_due(lesson: Lesson, due: date, errors: dict[str, str]) -> None:
    """An own term may only be longer than the regulation's (п. 4.4)."""
    usual = terms.mark_due(lesson.date, None, settings.get("terms"))
    if due <= usual:
        errors["mark_due"] = f"Свой срок нужен, только если он позже обычного: {usual:%d.%m.%Y} (п. 4.4)."


def _described(work: Work) -> str:
    parts = [work.title or work.kind.title, f"вес {work.weight}"]
    if work.mark_due:
        parts.append(f"срок проверки {work.mark_due:%d.%m.%Y}")
    return ", ".join(parts)

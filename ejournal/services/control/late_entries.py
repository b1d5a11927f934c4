"""What was written late, by the log: entries marked so when they were made, counted by clause (R4.2.e, h)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, exists, func, or_, select

from ejournal.domain import notation
from ejournal.domain.calendar import day_bounds_utc
from ejournal.models import Lesson, LogEntry
from ejournal.services import failures, settings
from ejournal.services.log_lessons import lesson_of
from ejournal.services.reports import facts
from ejournal.services.reports.scope import Scope

# Of entries that are no cell's. A task for some students is homework too («всё заданное», п. 4.4).
CLAUSES = {"homework": "homework", "personal-task": "homework", "period-mark": "period_mark"}


class Late(NamedTuple):
    """`number` entries of a clause in a journal by one person."""

    clause: str
    course_id: int
    actor_id: int | None
    number: int


def of_scope(scope: Scope) -> list[Late]:
    """Entries made within the report's days; one query. Grouped by their texts, which are few."""
    if scope.span is None:
        return []
    zone = settings.timezone()
    first, last = day_bounds_utc(scope.span[0], zone)[0], day_bounds_utc(scope.span[1], zone)[1]
    keys = (
        LogEntry.course_id, LogEntry.actor_id, LogEntry.subject, LogEntry.before, LogEntry.after, LogEntry.action,
    )  # fmt: skip
    rows = facts.fetch(
        select(*keys, func.count())
        .where(LogEntry.late, LogEntry.course_id.in_(scope.journals), *_between(first, last), *_of_viewer(scope))
        .where(*_not_of_failures())
        .group_by(*keys)
    )
    found: dict[tuple[str, int, int | None], int] = {}
    for course_id, actor_id, *entry, number in rows:
        clause = clause_of(*entry)
        if clause:
            key = (clause, course_id, actor_id)
            found[key] = found.get(key, 0) + number
    return [Late(*key, number) for key, number in sorted(found.items(), key=str)]


def clause_of(subject: str, before: str | None, after: str | None, action: str = "") -> str:
    """The clause a late entry broke; of a cell's attendance and mark the attendance's (as terms.late_change)."""
    if action == "present":  # «все присутствуют»
        return "attendance"
    if subject != "cell":
        return CLAUSES.get(subject, "")
    return "attendance" if _code(before) != _code(after) else "lesson_mark"


def number_of(rows: Iterable[Late], **about: Any) -> int:
    """How many of them have these values: clause, course_id, actor_id."""
    return sum(row.number for row in rows if all(getattr(row, name) == value for name, value in about.items()))


def _code(text: str | None) -> str | None:
    try:
        return notation.parse(text or "").attendance
    except notation.NotationError:
        return None


def _between(first: datetime, last: datetime) -> list[ColumnElement[bool]]:
    return [LogEntry.at >= first, LogEntry.at < last]


def _not_of_failures() -> list[ColumnElement[bool]]:
    """What was written late into a lesson of days of a failure is excused (п. 4.1), whenever they were declared."""
    if not failures.declared():
        return []
    return [~exists().where(Lesson.id == lesson_of(), failures.excused())]


def _of_viewer(scope: Scope) -> list[ColumnElement[bool]]:
    conditions = [LogEntry.actor_id == scope.query.teacher] if scope.query.teacher else []
    if scope.led is not None:
        own = [one.id for one in scope.journals.values() if one.group_id in scope.led]
        conditions.append(or_(LogEntry.course_id.in_(own), LogEntry.actor_id == scope.viewer.person_id))
    return conditions

"""The duties of a clause one by one, to be opened and mended (R4.2.h)."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select

from ejournal.domain import control
from ejournal.domain.control import State
from ejournal.models.base import now
from ejournal.services import settings
from ejournal.services.control import duties, others, tally
from ejournal.services.control.others import Link
from ejournal.services.reports import facts
from ejournal.services.reports.scope import Scope

# More is no list to go through: the files say how many there are, and the filters narrow.
MOST = 3000


class Line(NamedTuple):
    """`due`: the last day in time, None where it is far ahead; `days`: late by so many; `teachers`: who answers."""

    clause: str
    day: date
    pair: int | None
    what: str
    due: date | None
    done: datetime | None
    days: int
    course_id: int | None
    group_id: int | None
    teachers: tuple[int, ...]
    link: Link | None


def of_scope(scope: Scope, state: State, clause: str = "") -> list[Line]:
    """The oldest first, at most MOST of each clause; a query for each clause of lessons."""
    at = now()
    found = []
    for key in duties.KEYS:
        if clause in ("", key):
            found += list(_of_lessons(scope, key, state, at))
    if clause not in duties.KEYS:
        found += list(_others(scope, clause, state, at))
    return sorted(
        found, key=lambda line: (line.due or date.max, line.day, line.pair or 0, line.course_id or 0, line.what)
    )


def _of_lessons(scope: Scope, key: str, state: State, at: datetime) -> Iterator[Line]:
    query = duties.of_clause(scope, key)
    if query is None:
        return
    lost = tally.is_lost(scope)
    if lost and state is State.OPEN:
        return
    wanted = (State.OPEN, State.LOST) if lost and state is State.LOST else (state,)
    duty = query.add_columns(duties.Lesson.teacher_id.label("substitute")).subquery("duty").c
    rows = facts.fetch(
        select(
            duty.course_id, duty.lesson_id, duty.day, duty.pair, duty.what, duty.until, duty.done, duty.substitute
        )
        .where(duties.state(duty, at).in_([one.value for one in wanted]))
        .order_by(duty.until, duty.day, duty.pair, duty.lesson_id)
        .limit(MOST)
    )  # fmt: skip
    for row in rows:
        teachers = (row.substitute,) if row.substitute else scope.teacher_ids(row.course_id, row.day)
        yield Line(
            key, row.day, row.pair, row.what, _due(row.until), row.done, _days(row.until, row.done, at),
            row.course_id, scope.journals[row.course_id].group_id, teachers, _place(key, row.course_id, row.lesson_id),
        )  # fmt: skip


def _others(scope: Scope, clause: str, state: State, at: datetime) -> Iterator[Line]:
    for duty in scope.once(others.of_scope):
        if clause in ("", duty.clause) and tally.standing(scope, duty, at) is state:
            yield Line(
                duty.clause, duty.day, None, duty.what, _due(duty.until), duty.done,
                _days(duty.until, duty.done, at), duty.course_id, duty.group_id, duty.teachers, duty.link,
            )  # fmt: skip


def _place(key: str, course_id: int, lesson_id: int) -> Link:
    """Where it is mended."""
    place = {"course_id": course_id, "lesson_id": lesson_id}
    return ("journal.lesson", {**place, "_anchor": "homework"} if key == "homework" else place)


def _due(until: datetime) -> date | None:
    return None if until == duties.NEVER else tally.local_day(until - control.INSTANT)


def _days(until: datetime, done: datetime | None, at: datetime) -> int:
    return max(0, control.days_late(until, done, at, settings.timezone()))

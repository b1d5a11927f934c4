"""How many duties stand how: by clause and by journal, teacher, group or day (R4.2.f, h)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, select

from ejournal.domain import control
from ejournal.domain.control import Counts, State
from ejournal.models.base import now
from ejournal.services import settings
from ejournal.services.control import duties, others
from ejournal.services.control.others import Duty
from ejournal.services.reports import facts
from ejournal.services.reports.scope import Scope

JOURNAL, TEACHER, DAY = "journal", "teacher", "day"


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of a clause. A duty of two teachers is counted for each by TEACHER, once otherwise."""

    clause: str
    counts: Counts
    course_id: int | None = None
    group_id: int | None = None
    teacher_id: int | None = None
    day: date | None = None


@dataclass(slots=True)
class Asked:
    """What is counted: as of which moment; `since`: what became late or was mended from then on; `clause`: only it."""

    scope: Scope
    by: str = JOURNAL
    at: datetime = field(default_factory=now)
    since: datetime | None = None
    clause: str = ""
    # Other duties where they were read already.
    others: list[Duty] | None = None


def count(asked: Asked) -> list[Tally]:
    """A query for each clause of lessons, and those of `others`."""
    found = []
    for key in duties.KEYS:
        if asked.clause in ("", key):
            found += _of_lessons(asked, key)
    if asked.clause not in duties.KEYS:
        read = asked.scope.once(others.of_scope) if asked.others is None else asked.others
        found += [tally for duty in read if asked.clause in ("", duty.clause) for tally in _of_duty(asked, duty)]
    return found


def total(tallies: Iterable[Tally]) -> Counts:
    return Counts.sum(tally.counts for tally in tallies)


def by_clause(tallies: Iterable[Tally]) -> dict[str, Counts]:
    """Every clause, those without a duty too."""
    found = {key: Counts() for key in control.CLAUSES}
    for tally in tallies:
        found[tally.clause].add(tally.counts)
    return found


def is_lost(scope: Scope) -> bool:
    """Nothing of a closed year can be mended."""
    return scope.year.closed_at is not None


def _of_lessons(asked: Asked, key: str) -> list[Tally]:
    query = duties.of_clause(asked.scope, key, by_teacher=asked.by == TEACHER)
    if query is None:
        return []
    rows = query.subquery("duty")
    duty = rows.c
    keys: list[Any] = [duty.course_id, duty.teacher_id, *([duty.day] if asked.by == DAY else [])]
    state = duties.state(duty, asked.at).label("state")
    sums: list[Any] = [func.count(), func.min(duty.until)]
    if asked.since:
        sums += [_number(is_so(duty, asked.since, asked.at)) for is_so in (duties.is_fresh, duties.is_mended)]
    found = []
    for row in facts.fetch(select(*keys, state, *sums).select_from(rows).group_by(*keys, state)):
        counted = row[len(keys) :]
        fresh, mended = (int(counted[3]), int(counted[4])) if asked.since else (0, 0)
        made = control.counts_of(_standing(asked.scope, counted[0]), counted[1], fresh=fresh, mended=mended)
        made.oldest = counted[2] if made.open else None
        day = row[2] if asked.by == DAY else None
        found.append(Tally(key, made, row[0], _group(asked.scope, row[0]), row[1], day))
    return found


def _number(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def _standing(scope: Scope, state: str) -> State:
    return State.LOST if state == State.OPEN and is_lost(scope) else State(state)


def standing(scope: Scope, duty: Duty, at: datetime) -> State:
    """How a duty that is no lesson's stands."""
    closed = duty.closed or (is_lost(scope) and duty.clause in {one.key for one in control.JOURNAL_CLAUSES})
    return control.state_of(duty.until, duty.done, at, closed)


def _of_duty(asked: Asked, duty: Duty) -> list[Tally]:
    state = standing(asked.scope, duty, asked.at)
    made = control.counts_of(state)
    if state is State.OPEN:
        made.oldest = duty.until
    if asked.since:
        made.fresh = int(state in (State.OPEN, State.LOST) and duty.until > asked.since)
        made.mended = int(state is State.LATE and duty.done is not None and duty.done > asked.since)
    day = duty.day if asked.by == DAY else None
    teachers: tuple[int | None, ...] = duty.teachers if asked.by == TEACHER and duty.teachers else (None,)
    if asked.by == TEACHER and asked.scope.query.teacher:
        teachers = tuple(one for one in teachers if one == asked.scope.query.teacher)
    return [Tally(duty.clause, made, duty.course_id, duty.group_id, teacher, day) for teacher in teachers]


def _group(scope: Scope, course_id: int) -> int:
    return scope.journals[course_id].group_id


def local_day(moment: datetime) -> date:
    return settings.local(moment).date()

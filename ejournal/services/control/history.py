"""The figures of each day, kept every night, so that improvement shows (R4.2.f, h)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, select

from ejournal.access import SERVER
from ejournal.domain.calendar import day_bounds_utc, monday_of
from ejournal.domain.control import CLAUSES, Counts
from ejournal.extensions import db, reading
from ejournal.models import ControlCount
from ejournal.models.base import now
from ejournal.services import periods, settings
from ejournal.services.control import tally
from ejournal.services.control.others import Duty
from ejournal.services.control.tally import Asked
from ejournal.services.reports import query, registry, scope
from ejournal.services.reports.scope import Scope

REPORT = "control"
# Clause, group, teacher.
Place = tuple[str, int | None, int | None]
Row = dict[str, Any]


def college_scope() -> Scope | None:
    """Everything of the running year; None between years."""
    if periods.current() is None:
        return None
    report = registry.find(REPORT)
    return scope.resolve(SERVER, report, query.parse(report, {}))


def take() -> int:
    """Keep how things stand now as today's figures; run again on the same day it only renews them. Returns how many
    duties are overdue. Counting takes no write lock; the caller commits what is written after it."""
    db.session.commit()
    with reading():
        days, opened = _figures()
        db.session.commit()
    for day, rows in days.items():
        db.session.execute(delete(ControlCount).where(ControlCount.day == day))
        if rows:
            db.session.execute(insert(ControlCount), rows)
    return opened


def _figures() -> tuple[dict[date, list[Row]], int]:
    """Today's rows, and where nothing is kept yet those of the year so far; how much is overdue today."""
    found = college_scope()
    if found is None:
        return {}, 0
    is_first = db.session.scalar(select(ControlCount.id).limit(1)) is None
    days = dict(_look_back(found)) if is_first else {}
    today = settings.today()
    days[today], opened = _of_day(found, today, now())
    return days, opened


def _look_back(found: Scope) -> Iterator[tuple[date, list[Row]]]:
    """The Mondays of the year so far, from when things were done. What was done to lessons is known to the moment;
    other duties are not, and are left out."""
    zone = settings.timezone()
    day = monday_of(found.year.starts) + timedelta(days=7)
    while day < settings.today():
        yield day, _of_day(found, day, day_bounds_utc(day, zone)[0], others=[])[0]
        day += timedelta(days=7)


def _of_day(found: Scope, day: date, at: datetime, others: list[Duty] | None = None) -> tuple[list[Row], int]:
    once = tally.count(Asked(found, at=at, others=others))
    each = tally.count(Asked(found, tally.TEACHER, at=at, others=others))
    counted: dict[Place, Counts] = defaultdict(Counts)
    for one in once:
        counted[one.clause, None, None].add(one.counts)
        if one.group_id:
            counted[one.clause, one.group_id, None].add(one.counts)
    for one in each:
        if one.teacher_id:
            counted[one.clause, None, one.teacher_id].add(one.counts)
    return [_row(day, place, counts) for place, counts in counted.items()], tally.total(once).open


def _row(day: date, place: Place, counts: Counts) -> Row:
    clause, group_id, teacher_id = place
    return {
        "day": day, "clause": clause, "group_id": group_id, "teacher_id": teacher_id,
        "open": counts.open, "late": counts.late + counts.lost, "in_time": counts.in_time,
    }  # fmt: skip


def last_totals() -> tuple[date, dict[str, int]] | None:
    """The newest day kept with what was overdue by clause, for a start page; one query. Days kept by a clock that was
    ahead are no newer."""
    newest = select(func.max(ControlCount.day)).where(ControlCount.day <= settings.today()).scalar_subquery()
    rows = db.session.execute(
        select(ControlCount.day, ControlCount.clause, ControlCount.open).where(
            ControlCount.day == newest, ControlCount.group_id.is_(None), ControlCount.teacher_id.is_(None)
        )
    ).all()
    if not rows:
        return None
    known = {row.clause: row.open for row in rows}
    return rows[0].day, {key: known[key] for key in CLAUSES if key in known}


def of_scope(found: Scope) -> dict[date, dict[str, Counts]]:
    """What was kept by day and clause within the report's days: of the teacher or the groups asked for, else of all
    the viewer oversees; one query."""
    whose = _whose(found)
    if whose is None or found.span is None:
        return {}
    rows = db.session.execute(
        select(
            ControlCount.day,
            ControlCount.clause,
            func.sum(ControlCount.open).label("open"),
            func.sum(ControlCount.late).label("late"),
            func.sum(ControlCount.in_time).label("in_time"),
        )
        .where(ControlCount.day.between(found.span[0], found.span[1]), whose)
        .group_by(ControlCount.day, ControlCount.clause)
        .order_by(ControlCount.day)
    )
    by_day: dict[date, dict[str, Counts]] = {}
    for row in rows:
        made = Counts(open=int(row.open), late=int(row.late), in_time=int(row.in_time))
        by_day.setdefault(row.day, {})[row.clause] = made
    return by_day


def _whose(found: Scope) -> ColumnElement[bool] | None:
    """A teacher's figures are of all her journals: hers to see, and administration's."""
    query_of, own = found.query, found.viewer.person_id
    if query_of.teacher:
        may = found.led is None or query_of.teacher == own
        return ControlCount.teacher_id == query_of.teacher if may else None
    if found.led is None and not (query_of.group or query_of.course):
        return and_(ControlCount.group_id.is_(None), ControlCount.teacher_id.is_(None))
    if found.led is None:
        return ControlCount.group_id.in_(found.groups)
    if found.led:
        return ControlCount.group_id.in_([id_ for id_ in found.groups if id_ in found.led])
    return ControlCount.teacher_id == own

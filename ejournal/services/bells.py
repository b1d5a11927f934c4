"""When a pair begins and ends (звонки)."""

from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import select

from ejournal.extensions import db
from ejournal.models import Bell, BellSchedule


@dataclass(frozen=True, slots=True)
class Bells:
    """Times of pairs: a weekday's own schedule where it has one, else the one for all days."""

    times: dict[tuple[int | None, int], tuple[time, time]]
    own_days: frozenset[int]

    def of(self, day: date, pair: int) -> tuple[time, time] | None:
        weekday = day.isoweekday() if day.isoweekday() in self.own_days else None
        return self.times.get((weekday, pair))


def load() -> Bells:
    """All schedules, in one query."""
    rows = db.session.execute(
        select(BellSchedule.weekday, Bell.pair, Bell.starts, Bell.ends).join(Bell, Bell.schedule_id == BellSchedule.id)
    ).all()
    return Bells(
        {(row.weekday, row.pair): (row.starts, row.ends) for row in rows},
        frozenset(row.weekday for row in rows if row.weekday is not None),
    )

"""When a pair begins and ends (звонки): on a date, for a group (п. 4.2)."""

from dataclasses import dataclass, field
from datetime import date, time

from sqlalchemy import literal, select, union_all

from ejournal.extensions import db
from ejournal.models import AcademicYear, Bell, BellDate, BellSchedule, GroupMode

Times = tuple[time, time]


@dataclass(frozen=True, slots=True)
class Bells:
    """Of a pair hold, in this order: the date's own bells, the group's, the weekday's, the usual ones.

    A date with bells of its own has no other pairs than theirs; neither has a weekday.
    """

    times: dict[int, dict[int, Times]]  # by schedule, by pair
    usual: int | None = None
    weekdays: dict[int, int] = field(default_factory=dict)
    dates: dict[date, int] = field(default_factory=dict)
    # Schedules of groups with the first and the last day of the year they are for.
    groups: dict[int, list[tuple[date, date, int]]] = field(default_factory=dict)

    def of(self, day: date, pair: int, group_id: int | None = None) -> Times | None:
        if day in self.dates:
            return self._at(self.dates[day], pair)
        own = next((id_ for first, last, id_ in self.groups.get(group_id or 0, ()) if first <= day <= last), None)
        found = self._at(own, pair)
        return found or self._at(self.weekdays.get(day.isoweekday(), self.usual), pair)

    def _at(self, schedule_id: int | None, pair: int) -> Times | None:
        return self.times.get(schedule_id or 0, {}).get(pair)


def load() -> Bells:
    """All schedules with their dates and groups, in two queries."""
    rang = Bells({}, None)
    usual = None
    for row in db.session.execute(
        select(BellSchedule.id, BellSchedule.weekday, BellSchedule.special, Bell.pair, Bell.starts, Bell.ends)
        .join(Bell, Bell.schedule_id == BellSchedule.id)
        .order_by(BellSchedule.id, Bell.pair)
    ):
        rang.times.setdefault(row.id, {})[row.pair] = (row.starts, row.ends)
        if row.weekday is not None:
            rang.weekdays[row.weekday] = row.id
        elif not row.special and usual is None:
            usual = row.id
    _read_exceptions(rang)
    return Bells(rang.times, usual, rang.weekdays, rang.dates, rang.groups)


def _read_exceptions(rang: Bells) -> None:
    """Dates and groups that have a schedule of their own, in one query: the diary counts them."""
    dates = select(BellDate.schedule_id, literal(0).label("group_id"), BellDate.date.label("first"), BellDate.date)
    modes = (
        select(BellSchedule.id, GroupMode.group_id, AcademicYear.starts, AcademicYear.ends)
        .join(GroupMode, GroupMode.schedule_id == BellSchedule.id)
        .join(AcademicYear, AcademicYear.id == GroupMode.year_id)
    )
    for schedule_id, group_id, first, last in db.session.execute(union_all(dates, modes)):
        if group_id:
            rang.groups.setdefault(group_id, []).append((first, last, schedule_id))
        else:
            rang.dates[first] = schedule_id

"""When a pair begins and ends (звонки): on a date, for a group (п. 4.2)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    CompoundSelect,
    Date,
    Integer,
    Select,
    Time,
    cast,
    null,
    select,
    union_all,
)

from ejournal.access import prepared
from ejournal.domain.calendar import pairs_of
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

    def span(self, day: date, pair: int, hours: int, group_id: int | None = None) -> Times | None:
        """From the first bell of a lesson to its last: practice of six hours takes three pairs. Where the last one
        has no bell, those of the first."""
        first = self.of(day, pair, group_id)
        last = self.of(day, pair + pairs_of(hours) - 1, group_id) or first
        return (first[0], last[1]) if first and last else None

    def _at(self, schedule_id: int | None, pair: int) -> Times | None:
        return self.times.get(schedule_id or 0, {}).get(pair)


def load(groups: Collection[int] | None = None) -> Bells:
    """All schedules with their dates and groups (these, or all), in one query."""
    return collect(db.session.execute(*_all(groups)))


@prepared
def _all(groups: Collection[int] | None) -> CompoundSelect[*tuple[Any, ...]]:
    return union_all(*parts(groups)).order_by("schedule_id", "pair")


def parts(groups: Collection[int] | None) -> list[Select[*tuple[Any, ...]]]:
    """What `collect` reads, to be united: the diary asks for it together with the year's calendar."""
    modes = _modes() if groups is None else _modes().where(GroupMode.group_id.in_(groups))
    return [_pairs(), _dates(), modes]


def collect(rows: Iterable[Any]) -> Bells:
    """Rows of `parts`, in the order of schedule and pair."""
    rang = Bells({}, None)
    usual = None
    for row in rows:
        if row.for_group:
            rang.groups.setdefault(row.for_group, []).append((row.first, row.last, row.schedule_id))
        elif row.first:
            rang.dates[row.first] = row.schedule_id
        else:
            rang.times.setdefault(row.schedule_id, {})[row.pair] = (row.rings, row.ends_at)
            if row.weekday is not None:
                rang.weekdays[row.weekday] = row.schedule_id
            elif not row.special and usual is None:
                usual = row.schedule_id
    return Bells(rang.times, usual, rang.weekdays, rang.dates, rang.groups)


def _pairs() -> Select[*tuple[Any, ...]]:
    return (
        select(
            BellSchedule.id.label("schedule_id"),
            BellSchedule.weekday.label("weekday"),
            BellSchedule.special.label("special"),
            Bell.pair.label("pair"),
            Bell.starts.label("rings"),
            Bell.ends.label("ends_at"),
            _none(Integer, "for_group"),
            _none(Date, "first"),
            _none(Date, "last"),
        )
        .select_from(BellSchedule)
        .join(Bell, Bell.schedule_id == BellSchedule.id)
    )


def _dates() -> Select[*tuple[Any, ...]]:
    return select(BellDate.schedule_id, *NO_PAIR, _none(Integer), BellDate.date, BellDate.date)


def _modes() -> Select[*tuple[Any, ...]]:
    return (
        select(BellSchedule.id, *NO_PAIR, GroupMode.group_id, AcademicYear.starts, AcademicYear.ends)
        .join(GroupMode, GroupMode.schedule_id == BellSchedule.id)
        .join(AcademicYear, AcademicYear.id == GroupMode.year_id)
    )


def _none(kind: Any, name: str | None = None) -> ColumnElement[Any]:
    """NULL of a type: PostgreSQL asks for it in every branch of a union."""
    return cast(null(), kind).label(name)


# What only a pair has: weekday, special, pair, starts, ends.
NO_PAIR = (_none(Integer), _none(Boolean), _none(Integer), _none(Time), _none(Time))
# No bell at all.
NOTHING = (_none(Integer), *NO_PAIR, _none(Integer), _none(Date), _none(Date))

"""From the timetable of a week to the lessons of a semester (п. 4.2).

Pure: entries, the anchor of the first числитель week, periods and the days without lessons go in; the places of
lessons come out. Dates are the college's own.
"""

import datetime
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from ejournal.domain.calendar import PAIR_HOURS, Parity, monday_of, week_parity

Span = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Entry:
    """A course's place in the week: weekday 1 is Monday; week both, odd (числитель) or even (знаменатель)."""

    course_id: int
    weekday: int
    pair: int
    week: str = "both"
    room: str = ""
    hours: int = PAIR_HOURS
    since: datetime.date | None = None
    until: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A lesson as the timetable wants it. A course has one lesson on a date and pair."""

    course_id: int
    date: datetime.date
    pair: int
    hours: int
    room: str

    @property
    def place(self) -> tuple[int, datetime.date, int]:
        return self.course_id, self.date, self.pair


def dates_of(entry: Entry, anchor: date, spans: Collection[Span], is_free: Callable[[date], bool]) -> Iterator[date]:
    """The days on which an entry gives a lesson: inside a period and its own since–until, in its week, not free."""
    for first, last in spans:
        first, last = max(first, entry.since or first), min(last, entry.until or last)
        day = monday_of(first) + timedelta(days=entry.weekday - 1)
        while day <= last:
            wanted = entry.week in ("both", week_of(day, anchor))
            if day >= first and wanted and not is_free(day):
                yield day
            day += timedelta(days=7)


def week_of(day: date, anchor: date) -> str:
    """«odd» (числитель) or «even» (знаменатель): the week of an entry that stands on this day, beside «both»."""
    return "odd" if week_parity(day, anchor) is Parity.NUMERATOR else "even"


def lessons(
    entries: Iterable[Entry], anchor: date, spans: Collection[Span], is_free: Callable[[date], bool]
) -> dict[tuple[int, date, int], Planned]:
    """All lessons of a group's entries by their place. Of two entries in one place the later one holds."""
    found: dict[tuple[int, date, int], Planned] = {}
    for entry in entries:
        for day in dates_of(entry, anchor, spans, is_free):
            planned = Planned(entry.course_id, day, entry.pair, entry.hours, entry.room)
            found[planned.place] = planned
    return found


@dataclass(frozen=True, slots=True)
class Existing:
    """A lesson already in a journal. `untouched`: generated, and nobody has filled anything in since.

    `moved_from`: the day the timetable had it on, where it was moved away from it.
    """

    id: int
    course_id: int
    date: datetime.date
    pair: int
    hours: int
    room: str
    untouched: bool
    moved_from: datetime.date | None = None

    @property
    def place(self) -> tuple[int, datetime.date, int]:
        return self.course_id, self.date, self.pair


@dataclass(frozen=True, slots=True)
class Difference:
    """What generating would do. `kept` are lessons the timetable does not have but that hold something."""

    create: tuple[Planned, ...]
    change: tuple[tuple[Existing, Planned], ...]
    remove: tuple[Existing, ...]
    kept: tuple[Existing, ...]


def compare(
    wanted: dict[tuple[int, date, int], Planned],
    existing: Collection[Existing],
    moved_away: Iterable[tuple[int, date]] = (),
) -> Difference:
    """Wanted lessons against those that exist. Never changes or removes a lesson that holds anything.

    A lesson that holds something but stands elsewhere on the same day (another pair, added by hand), or was moved away
    from it (`moved_away`: course and day), fulfils what the timetable wanted of its course on that day. A moved one
    fulfils its old day alone: what the timetable wants on the new one is another lesson.
    """
    by_place = {lesson.place: lesson for lesson in existing}
    fulfilled = Counter(moved_away)
    fulfilled.update(
        (each.course_id, each.date)
        for each in existing
        if each.place not in wanted and not each.untouched and each.moved_from is None
    )
    create = []
    for place, planned in wanted.items():
        if place in by_place:
            continue
        if fulfilled[planned.course_id, planned.date]:
            fulfilled[planned.course_id, planned.date] -= 1
        else:
            create.append(planned)
    change: list[tuple[Existing, Planned]] = []
    remove: list[Existing] = []
    kept: list[Existing] = []
    for place, lesson in by_place.items():
        planned_here = wanted.get(place)
        if planned_here is None:
            (remove if lesson.untouched else kept).append(lesson)
        elif lesson.untouched and (lesson.room, lesson.hours) != (planned_here.room, planned_here.hours):
            change.append((lesson, planned_here))
    return Difference(tuple(create), tuple(change), tuple(remove), tuple(kept))

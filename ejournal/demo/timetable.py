"""The timetable of a semester: числитель and знаменатель, nobody and no room in two places at once.

Every teacher has a room of her own, so rooms cannot clash where teachers do not.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ejournal.demo.calendar import SATURDAY, Year
from ejournal.demo.plans import PRACTICE_PAIRS
from ejournal.demo.rows import Rows
from ejournal.demo.staff import Staff
from ejournal.demo.world import Course, Group, Slot, dice
from ejournal.domain.calendar import PAIR_HOURS
from ejournal.models import GroupMode, TimetableEntry

DAYS = range(1, 7)
PAIRS = range(1, 8)
SECOND_SHIFT_FROM = 3
ON_SATURDAY = 2  # pairs
MOST_A_DAY = 4
FORTNIGHT = ("odd", "even")


@dataclass(frozen=True, slots=True)
class Item:
    """What stands in one place of a group's week: courses by week, halves of the group side by side."""

    courses: tuple[tuple[str, Course], ...]
    length: int = 1

    @property
    def subjects(self) -> set[int]:
        return {course.subject.id for _week, course in self.courses}

    def taken(self, weekday: int, pair: int) -> Iterator[tuple[int, int, int, str]]:
        """The places in teachers' fortnights that this takes at a place."""
        for week, course in self.courses:
            for each in FORTNIGHT if week == "both" else (week,):
                for offset in range(self.length):
                    yield course.teacher.id, weekday, pair + offset, each


class Timetable:
    """Fills a semester's week group by group, day by day, pair by pair."""

    def __init__(self, year: Year, semester: int, seed: int, staff: Staff) -> None:
        self.slots: list[Slot] = []
        self._busy: set[tuple[int, int, int, str]] = set()
        self._held: set[tuple[int, int, int]] = set()  # group, weekday, pair
        self._day: Counter[tuple[int, int]] = Counter()  # group, weekday → pairs
        self._subjects: dict[tuple[int, int], set[int]] = {}
        self._semester, self._chance = semester, dice(seed, "timetable", semester)
        focus = year.focus(semester)
        self._focus = focus.isoweekday() if focus else 1
        # The day a visitor looks at: those behind the demo logins are to have lessons on it.
        self._wanted = {staff.teacher.id, staff.curator.id}
        self._rest: Counter[int] = Counter()

    def fill(self, groups: list[Group], courses: list[Course]) -> None:
        items = {group.id: self._items([c for c in courses if c.group is group]) for group in groups}
        for group in groups:
            for item in [item for item in items[group.id] if item.length > 1]:
                items[group.id].remove(item)
                self._place_long(group, item)
        sizes = {group.id: self._sizes(group, len(items[group.id])) for group in groups}
        for of_group in items.values():
            for item in of_group:
                self._rest.update(course.teacher.id for _week, course in item.courses)
        days = sorted(DAYS, key=lambda day: (day != self._focus, day == SATURDAY, day))
        for weekday in days:
            for pair in PAIRS:
                for group in self._chance.sample(groups, len(groups)):
                    if pair >= _first_pair(group) and self._day[group.id, weekday] < sizes[group.id].get(weekday, 0):
                        self._place_best(group, items[group.id], weekday, pair)
        for group in groups:
            for item in items[group.id]:
                self._place_anywhere(group, item)

    def _items(self, courses: list[Course]) -> list[Item]:
        """What the group's courses ask for a week: whole ones, and halves joined числитель with знаменатель."""
        whole: list[Item] = []
        odd: list[list[Course]] = []
        together: dict[int, list[Course]] = {}
        for course in courses:
            together.setdefault(course.subject.id, []).append(course)
        for side_by_side in together.values():
            pairs = side_by_side[0].pairs(self._semester)
            length = PRACTICE_PAIRS if side_by_side[0].subject.is_practice else 1
            both = tuple(("both", course) for course in side_by_side)
            whole.extend([Item(both, length)] * (pairs // (2 * length)))
            if pairs // length % 2:
                odd.append(side_by_side)
        for first, second in zip(odd[::2], [*odd[1::2], []], strict=False):
            weeks = [("odd", course) for course in first] + [("even", course) for course in second]
            whole.append(Item(tuple(weeks)))
        return whole

    def _sizes(self, group: Group, items: int) -> dict[int, int]:
        """How many pairs each day has: Saturday is short, the others even; none beside a day of practice."""
        free = [day for day in DAYS if not self._day[group.id, day]]
        sizes = {SATURDAY: min(ON_SATURDAY, items)} if SATURDAY in free else {}
        week = [day for day in free if day != SATURDAY]
        self._chance.shuffle(week)
        left = items - sum(sizes.values())
        for place, day in enumerate(week):
            sizes[day] = left // len(week) + (place < left % len(week))
        return sizes

    def _place_long(self, group: Group, item: Item) -> None:
        first = _first_pair(group)
        days = [day for day in DAYS if day != SATURDAY]
        wanted = any(course.teacher.id in self._wanted for _week, course in item.courses)
        self._chance.shuffle(days)
        # Six hours of practice would leave no lesson of another journal on the day a visitor sees first.
        days.sort(key=lambda day: wanted and day == self._focus)
        for day in days:
            if not self._day[group.id, day] and self._is_free(item, day, first):
                self._put(group, item, day, first)
                return
        self._place_anywhere(group, item)

    def _place_best(self, group: Group, items: list[Item], weekday: int, pair: int) -> None:
        able = [item for item in items if self._is_free(item, weekday, pair)]
        if able:
            best = max(able, key=lambda item: self._worth(group, item, weekday))
            items.remove(best)
            self._put(group, best, weekday, pair)

    def _worth(self, group: Group, item: Item, weekday: int) -> tuple[bool, bool, int, float]:
        """A subject once a day; the visitor's teachers on her day; the busiest teachers before others."""
        again = bool(item.subjects & self._subjects.get((group.id, weekday), set()))
        teachers = {course.teacher.id for _week, course in item.courses}
        wanted = weekday == self._focus and bool(teachers & self._wanted)
        return not again, wanted, max(self._rest[teacher] for teacher in teachers), self._chance.random()

    def _place_anywhere(self, group: Group, item: Item) -> None:
        """The last ones: beside the group's other pairs if there is such a place, else where there is one."""
        places = [
            (self._distance(group, day, pair, item.length), day, pair)
            for day in DAYS
            for pair in PAIRS
            if pair + item.length - 1 <= PAIRS[-1]
            and not any((group.id, day, pair + offset) in self._held for offset in range(item.length))
            and self._is_free(item, day, pair)
        ]
        if places:
            _distance, day, pair = min(places)
            self._put(group, item, day, pair)

    def _distance(self, group: Group, day: int, pair: int, length: int) -> tuple[bool, int, int]:
        held = [p for p in PAIRS if (group.id, day, p) in self._held]
        gap = min((abs(p - pair) for p in held), default=1)
        return len(held) + length > MOST_A_DAY, gap, len(held)

    def _is_free(self, item: Item, weekday: int, pair: int) -> bool:
        return self._busy.isdisjoint(item.taken(weekday, pair))

    def _put(self, group: Group, item: Item, weekday: int, pair: int) -> None:
        self._busy.update(item.taken(weekday, pair))
        self._held.update((group.id, weekday, pair + offset) for offset in range(item.length))
        self._day[group.id, weekday] += item.length
        self._subjects.setdefault((group.id, weekday), set()).update(item.subjects)
        self._rest.subtract(course.teacher.id for _week, course in item.courses)
        self.slots.extend(Slot(course, weekday, pair, week, item.length) for week, course in item.courses)


def add(rows: Rows, year: Year, semester: int, slots: Iterable[Slot]) -> None:
    """Keep rows of the timetable; a day of practice has a row for each of its pairs."""
    for slot in slots:
        since, until = year.span(slot.course.group.number, semester)
        # Six hours of practice are one lesson, as long as three pairs.
        rows.add(
            TimetableEntry,
            course_id=slot.course.id,
            weekday=slot.weekday,
            pair=slot.pair,
            hours=slot.length * PAIR_HOURS,
            week=slot.week,
            room=slot.course.teacher.room,
            since=since,
            until=until,
        )


def add_modes(rows: Rows, year_id: int, groups: Iterable[Group]) -> None:
    """Keep rows of the groups' working mode: which shift, from which pair on."""
    for group in groups:
        shift = 2 if group.second_shift else 1
        rows.add(GroupMode, group_id=group.id, year_id=year_id, first_pair=_first_pair(group), shift=shift)


def _first_pair(group: Group) -> int:
    return SECOND_SHIFT_FROM if group.second_shift else 1

"""The lessons of a semester by its timetable, with topics in the order of the plan, moves and cancellations."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from ejournal.demo.calendar import ONE_DAY, WEEKS, Year
from ejournal.demo.world import Course, Lesson, Slot, Teacher, dice
from ejournal.domain import calendar
from ejournal.domain.calendar import SUNDAY

CANCELLED_SHARE = 0.006
MOVED_SHARE = 0.5  # of lessons that fall on a holiday
MOVED_WITHIN = 10  # days
LAST_PAIR = 7
WHY_CANCELLED = ("Болезнь преподавателя", "Общеколледжное мероприятие", "Отключение электроэнергии в корпусе")
PRACTICALS = {"ПР", "ЛР", "КР"}


def plan(year: Year, semester: int, seed: int, slots: list[Slot], named: list[Teacher]) -> list[Lesson]:
    """The lessons of a semester, by date and pair."""
    by_course: dict[int, list[Slot]] = defaultdict(list)
    for slot in slots:
        by_course[slot.course.id].append(slot)
    days = {number: list(year.school_days(number, semester)) for number in (1, 2, 3, 4)}
    lessons = [
        lesson
        for of_course in by_course.values()
        for lesson in _of_course(year, semester, seed, of_course, days[of_course[0].course.group.number])
    ]
    _move_from_holidays(year, semester, seed, slots, lessons)
    lessons.sort(key=lambda lesson: (lesson.date, lesson.pair, lesson.course.id))
    _give_topics(lessons)
    for lesson in lessons:
        _neglect(year, lesson, dice(seed, "neglect", lesson.course.id, lesson.date, lesson.pair))
    for teacher in named:
        _leave_something_late(year, [lesson for lesson in lessons if lesson.course.teacher is teacher])
    return lessons


def _of_course(year: Year, semester: int, seed: int, slots: list[Slot], days: list[date]) -> Iterator[Lesson]:
    course = slots[0].course
    chance = dice(seed, "cancelled", course.id, semester)
    left = course.pairs(semester) * WEEKS[semester] // 2
    for day in days:
        week = year.week(day)
        for slot in sorted(slots, key=lambda slot: slot.pair):
            if slot.weekday == day.isoweekday() and slot.week in ("both", week) and left >= slot.length:
                lesson = _lesson(year, course, day, slot.pair, slot.length)
                if day < year.today and chance.random() < CANCELLED_SHARE:
                    lesson.cancelled, lesson.reason = True, chance.choice(WHY_CANCELLED)
                else:
                    left -= slot.length
                yield lesson


def _lesson(year: Year, course: Course, day: date, pair: int, length: int) -> Lesson:
    starts, _ends = year.bell(day, pair)
    _starts, ends = year.bell(day, pair + length - 1)
    return Lesson(course, day, pair, length, None, starts, ends)


def _move_from_holidays(year: Year, semester: int, seed: int, slots: list[Slot], lessons: list[Lesson]) -> None:
    """Some of what a holiday took is given on another day, where group and teacher are free."""
    busy = {place for lesson in lessons for place in _places(lesson.course, lesson.date, lesson.pair, lesson.length)}
    chance = dice(seed, "moved", semester)
    for slot in slots:
        if slot.length > 1:
            continue
        for holiday in _holidays(year, slot.course.group.number, semester):
            on_it = slot.weekday == holiday.isoweekday() and slot.week in ("both", year.week(holiday))
            if on_it and chance.random() < MOVED_SHARE:
                moved = _free_place(year, semester, slot, holiday, busy, chance)
                if moved:
                    lesson = _lesson(year, slot.course, *moved, 1)
                    lesson.moved_from, lesson.reason = holiday, "Праздничный день"
                    busy.update(_places(slot.course, *moved, 1))
                    lessons.append(lesson)


def _holidays(year: Year, number: int, semester: int) -> list[date]:
    first, last = year.span(number, semester)
    days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    return [day for day in days if calendar.is_state_holiday(day) and day.weekday() != SUNDAY]


def _free_place(
    year: Year, semester: int, slot: Slot, holiday: date, busy: set[tuple[str, int, date, int]], chance: Random
) -> tuple[date, int] | None:
    """A day soon after, and the pair right after the group's last one on it."""
    group = slot.course.group
    days = [
        day
        for day in year.school_days(group.number, semester)
        if holiday < day <= holiday + timedelta(days=MOVED_WITHIN)
    ]
    for day in chance.sample(days, len(days)):
        held = [
            pair
            for pair in range(1, LAST_PAIR + 1)
            if any((f"g{half}", group.id, day, pair) in busy for half in (1, 2))
        ]
        pair = max(held, default=0) + 1
        if held and len(held) < 4 and pair <= LAST_PAIR and busy.isdisjoint(_places(slot.course, day, pair, 1)):
            return day, pair
    return None


def _places(course: Course, day: date, pair: int, length: int) -> Iterator[tuple[str, int, date, int]]:
    """What a lesson occupies: its teacher, and one or both halves of the group."""
    for offset in range(length):
        yield "t", course.teacher.id, day, pair + offset
        for half in (course.half,) if course.half else (1, 2):
            yield f"g{half}", course.group.id, day, pair + offset


def _give_topics(lessons: list[Lesson]) -> None:
    following: dict[int, date] = {}
    for lesson in reversed(lessons):
        lesson.next_on = following.get(lesson.course.id)
        if not lesson.cancelled:
            following[lesson.course.id] = lesson.date
    for lesson in lessons:
        if not lesson.cancelled and lesson.course.done < len(lesson.course.plan.topics):
            lesson.topic = lesson.course.plan.topics[lesson.course.done]
            lesson.course.done += 1


def _neglect(year: Year, lesson: Lesson, chance: Random) -> None:
    """What a teacher has not got round to yet: an unfilled lesson, works not given back."""
    if lesson.ends > year.now:
        return
    age = (year.today - lesson.date).days
    negligence = lesson.course.teacher.negligence
    careless = negligence > 0.2
    unfilled = 0.08 if age <= 2 else 0.15 * negligence if age <= 14 else 0.0
    lesson.untouched = chance.random() < unfilled + (negligence / 2 if careless and age <= 12 else 0)
    lesson.unmarked = chance.random() < (negligence / 2 if age < 40 else negligence / 6)


def _leave_something_late(year: Year, lessons: list[Lesson]) -> None:
    """Even a tidy teacher is late with something, or her start page would have nothing to show."""
    past = [lesson for lesson in lessons if lesson.date < year.today and lesson.topic]
    for lesson in past:
        if year.today - lesson.date > 2 * ONE_DAY:
            lesson.untouched = lesson.unmarked = False
    recent = [lesson for lesson in past if 3 <= (year.today - lesson.date).days <= 7]
    practical = [
        lesson
        for lesson in past
        if 8 <= (year.today - lesson.date).days <= 30 and lesson.topic and lesson.topic.work in PRACTICALS
    ]
    for lesson in recent[-1:]:
        lesson.untouched = True
    for lesson in practical[-1:]:
        lesson.unmarked = True

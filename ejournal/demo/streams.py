"""One lesson for two groups in the demo college: courses of one teacher brought to common places of the week."""

from dataclasses import replace
from itertools import combinations, product

from sqlalchemy import update

from ejournal.demo.rows import Rows
from ejournal.demo.timetable import DAYS, FORTNIGHT, PAIRS, Timetable
from ejournal.demo.world import Course, Slot
from ejournal.extensions import db
from ejournal.models import Course as CourseRow
from ejournal.models import Stream

SUBJECT = "Основы философии"

Pair = tuple[Course, Course]


def find(courses: list[Course]) -> Pair | None:
    """Two groups of one course year whom one teacher teaches the subject."""
    of_subject = [course for course in courses if course.subject.title == SUBJECT and course.half is None]
    return next(
        (
            (first, second)
            for first, second in combinations(of_subject, 2)
            if first.teacher is second.teacher and first.group.number == second.group.number
        ),
        None,
    )


def add(rows: Rows, year_id: int, pair: Pair) -> None:
    """Keep the stream; the journals are named in it once they are stored."""
    stream_id = rows.add(Stream, year_id=year_id, title=f"{SUBJECT}, {pair[0].group.number} курс")
    rows.flush()
    ids = [course.id for course in pair]
    db.session.execute(update(CourseRow).where(CourseRow.id.in_(ids)).values(stream_id=stream_id))


def bring_together(week: Timetable, pair: Pair) -> None:
    """Give both courses the same places: each changes places with what its own group has there."""
    first, second = ([slot for slot in week.slots if slot.course is course] for course in pair)
    for own in zip(sorted(first, key=_order), sorted(second, key=_order), strict=True):
        for day, number in product(DAYS, PAIRS):
            slots = week.slots
            for slot in own:
                slots = _exchange(slots, slot, day, number, own[0].week)
            if slots and _is_possible(slots, pair):
                week.slots[:] = slots
                break


def _order(slot: Slot) -> tuple[str, int, int]:
    return slot.week, slot.weekday, slot.pair


def _exchange(slots: list[Slot], slot: Slot, day: int, number: int, week: str) -> list[Slot]:
    """A group's week with the slot at another place, and what was there at the slot's; [] where that can't be."""
    there = [
        other
        for other in slots
        if other.course.group is slot.course.group
        and other.weekday == day
        and other.pair <= number < other.pair + other.length
        and ("both" in (other.week, week) or other.week == week)
    ]
    fits = all(other.length == 1 and week in ("both", other.week) for other in there)
    if not there or not fits:
        return []
    if slot in there:
        return slots
    moved = [
        replace(other, weekday=slot.weekday, pair=slot.pair, week=slot.week if week != "both" else other.week)
        for other in there
    ]
    return [other for other in slots if other is not slot and other not in there] + [
        replace(slot, weekday=day, pair=number, week=week),
        *moved,
    ]


def _is_possible(slots: list[Slot], pair: Pair) -> bool:
    """Whether no teacher is in two places at once; the two courses are one lesson."""
    taken: set[tuple[int, int, int, str]] = set()
    for slot in slots:
        if slot.course is pair[1]:
            continue
        for week in FORTNIGHT if slot.week == "both" else (slot.week,):
            for offset in range(slot.length):
                place = (slot.course.teacher.id, slot.weekday, slot.pair + offset, week)
                if place in taken:
                    return False
                taken.add(place)
    return True

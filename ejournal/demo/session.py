"""The session some weeks ahead: exams and credits of a semester at the courses' own hours, consultations (п. 4.2)."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from ejournal.demo.calendar import Year, short_days
from ejournal.demo.rows import Rows
from ejournal.demo.world import Course, Slot
from ejournal.domain import calendar, session_plan
from ejournal.models import Exam

LAST_DAYS = 20  # of the semester: the session
TALK_PAIRS = (6, 7, 5, 4, 1)  # when a consultation may be, the best first


def add(rows: Rows, year: Year, semester: int, slots: Sequence[Slot]) -> None:
    """Keep rows of every group's session: each at an hour at which its course has a lesson that day anyway."""
    exams: dict[int, list[date]] = {}
    talks: set[tuple[date, int, str]] = set()
    for course in {slot.course.id: slot.course for slot in slots}.values():
        kind = course.subject.control.get(course.group.number, ("", ""))[semester - 1]
        if not kind or kind in session_plan.WITHOUT_DAY:
            continue
        taken = exams.setdefault(course.group.id, []) if kind == session_plan.EXAM else []
        found = _place(year, semester, course, [slot for slot in slots if slot.course is course], taken)
        if found:
            taken.append(found[0])
            talk = _talk(year, course, kind, found[0], slots, talks)
            if talk:
                talks.add((*talk, course.teacher.room))
            _add(rows, year, course, kind, *found, talk)


def _place(
    year: Year, semester: int, course: Course, slots: Iterable[Slot], taken: Sequence[date]
) -> tuple[date, Slot] | None:
    """The last day of the session with a lesson of the course, away from the group's other exams."""
    last = year.span(course.group.number, semester)[1]
    for back in range(LAST_DAYS):
        day = last - timedelta(days=back)
        if day in short_days(year) or any(abs((day - other).days) <= session_plan.REST for other in taken):
            continue
        for slot in slots:
            if (
                slot.weekday == day.isoweekday()
                and slot.week in ("both", year.week(day))
                and calendar.is_school_day(day)
            ):
                return day, slot
    return None


def _talk(
    year: Year, course: Course, kind: str, day: date, slots: Iterable[Slot], talks: set[tuple[date, int, str]]
) -> tuple[date, int] | None:
    """The day before an exam, and a pair at which group, teacher and room are free, of other talks too."""
    before = day - timedelta(days=1 if day.isoweekday() > 1 else 2)
    if kind != session_plan.EXAM or not calendar.is_school_day(before) or before in short_days(year):
        return None
    busy = {
        slot.pair + offset
        for slot in slots
        if slot.weekday == before.isoweekday()
        and (slot.course.group is course.group or slot.course.teacher.room == course.teacher.room)
        for offset in range(slot.length)
    }
    busy |= {pair for other, pair, room in talks if other == before and room == course.teacher.room}
    return next(((before, pair) for pair in TALK_PAIRS if pair not in busy), None)


def _add(
    rows: Rows, year: Year, course: Course, kind: str, day: date, slot: Slot, talk: tuple[date, int] | None
) -> None:
    starts, ends = year.bell(day, slot.pair)[0], year.bell(day, slot.pair + slot.length - 1)[1]
    rows.add(
        Exam,
        course_id=course.id,
        kind=kind,
        date=day,
        starts=starts.time(),
        ends=ends.time(),
        room=course.teacher.room,
        consultation_date=talk[0] if talk else None,
        consultation_starts=year.bell(*talk)[0].time() if talk else None,
        consultation_room=course.teacher.room if talk else "",
    )

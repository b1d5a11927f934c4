"""What an entry of the timetable would clash with: told while it is typed (п. 4.2)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from ejournal.domain import lesson_plan
from ejournal.domain.calendar import PAIR_HOURS, pairs_of
from ejournal.extensions import db
from ejournal.models import AcademicYear, Course, Group, Person, TimetableEntry
from ejournal.services import generation, group_modes, periods, school_days, timetable_week
from ejournal.services.conflicts import Clash, same_room, teachers_of

WEEKS = {"both": "каждую неделю", "odd": "числитель", "even": "знаменатель"}


@dataclass(frozen=True, slots=True)
class Typed:
    """An entry as it is entered. `since` and `until` open: as long as the year's periods; `hours` are academic."""

    course_id: int | None
    weekday: int
    pair: int
    week: str = "both"
    room: str = ""
    since: date | None = None
    until: date | None = None
    sure: bool = False
    hours: int = PAIR_HOURS


def find(year: AcademicYear, group: Group, typed: Typed, on: date, besides: int = 0) -> list[Clash]:
    """Group, subgroup, teacher, room, working mode, days without lessons. `besides`: the entry that is changed.

    An entry of a stream stands for all its groups: each of them must be free.
    """
    course = db.session.get(Course, typed.course_id) if typed.course_id else None
    if course is None:
        return []
    together = [course, *timetable_week.stream_of(course)]
    found = [clash for each in together for clash in _mode(year, each.group, typed, len(together) > 1)]
    found += _calendar(year, group, course, typed)
    others = [
        row
        for row in timetable_week.entries(year, on, TimetableEntry.weekday == typed.weekday)
        if row.id != besides and meet(row, typed)
    ]
    by_id = timetable_week.courses_by_id({row.course_id for row in others})
    taught = teachers_of([*(each.id for each in together), *by_id], on)
    giving = set().union(*(taught.get(each.id, set()) for each in together))
    for row in others:
        other = by_id[row.course_id]
        if other.stream_id is None or other.stream_id != course.stream_id or other.id == course.id:
            there = {row.teacher_id} if row.teacher_id else taught.get(other.id, set())
            found += _with(row, other, together, typed, giving & there)
    return found


def meet(row: TimetableEntry, typed: Typed) -> bool:
    """Whether two entries of one weekday are ever at one time; a long practice takes several pairs."""
    if row.pair >= typed.pair + pairs_of(typed.hours) or typed.pair >= row.pair + pairs_of(row.hours):
        return False
    if "both" not in (row.week, typed.week) and row.week != typed.week:
        return False
    begins = max(row.since or date.min, typed.since or date.min)
    return begins <= min(row.until or date.max, typed.until or date.max)


def _with(
    row: TimetableEntry, other: Course, together: Collection[Course], typed: Typed, teachers: Collection[int]
) -> list[Clash]:
    what = f"{other.discipline.title}, {other.audience}, {WEEKS[row.week]}"
    found = []
    for mine in together:
        if other.group_id != mine.group_id:
            continue
        if mine.subgroup_id is None or other.subgroup_id is None:
            found.append(Clash("group", f"У группы здесь уже стоит: {what}."))
        elif mine.subgroup_id == other.subgroup_id:
            found.append(Clash("subgroup", f"У подгруппы здесь уже стоит: {what}."))
    if teachers:
        names = ", ".join(p.short_name for p in db.session.scalars(select(Person).where(Person.id.in_(teachers))))
        found.append(Clash("teacher", f"{names} в это время ведёт: {what}."))
    if same_room(typed.room, row.room):
        found.append(Clash("room", f"Аудитория {typed.room} занята: {what}."))
    return found


def _mode(year: AcademicYear, group: Group, typed: Typed, named: bool) -> list[Clash]:
    mode = group_modes.of_group(year, group)
    broken = group_modes.outside(mode, typed.weekday, typed.pair, pairs_of(typed.hours))
    return [Clash("mode", f"{group.title}: {text}" if named else text) for text in broken]


def _calendar(year: AcademicYear, group: Group, course: Course, typed: Typed) -> list[Clash]:
    """An entry none of whose days is a school day: all of them fall on vacations or outside the periods."""
    spans = [(period.starts, period.ends) for period in periods.of_group(group, year)]
    if not spans or typed.week not in WEEKS:
        return []
    free, number = school_days.load(year), group.course_number(year.starts.year)
    entry = lesson_plan.Entry(course.id, typed.weekday, typed.pair, typed.week, since=typed.since, until=typed.until)
    reasons: list[str] = []

    def is_free(day: date) -> bool:
        reason = free.why_not(day, number)
        reasons.extend([reason] if reason else [])
        return reason is not None

    if any(lesson_plan.dates_of(entry, generation.anchor(year), spans, is_free)):
        return []
    why = ", ".join(dict.fromkeys(reasons)) or "эти дни не входят в учебные периоды группы"
    return [Clash("vacation", f"Ни одного занятия не получится: {why}.")]

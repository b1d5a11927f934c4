"""The timetable poster → entries of the week, with the journals, subgroups and teachers it needs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select

from ejournal.exchange.changes import Draft
from ejournal.exchange.forms.records import EntryRecord, Timetable
from ejournal.exchange.store import dated_timetable
from ejournal.exchange.store.course_load import Load, subgroup_number
from ejournal.exchange.store.courses import Disciplines, Teachers, academic_year
from ejournal.exchange.store.groups import Groups, year_start
from ejournal.exchange.store.people import RowRefusedError
from ejournal.extensions import db
from ejournal.models import AcademicYear, Course, Group, Period, Subgroup, TimetableEntry

WEEKS = {"both": "каждую неделю", "odd": "числитель", "even": "знаменатель"}
DAYS = ("", "пн", "вт", "ср", "чт", "пт", "сб", "вс")

# Group, weekday, pair, week, subgroup (0: the whole group): one entry stands there at a time.
Slot = tuple[int, int, int, str, int]


@dataclass(frozen=True, slots=True)
class _Span:
    """The days a timetable is for; open where the periods of the year are not set up."""

    since: date | None
    until: date | None


def plan(listing: Timetable, draft: Draft) -> None:
    """Add the changes of a timetable to the draft. Counted are entries; a subgroup's is its own."""
    if listing.parts:
        dated_timetable.plan(listing, draft)
    weekly = [record for record in listing.records if record.day is None]
    if weekly or not listing.parts:
        _plan_weekly(weekly, listing, draft)


def _plan_weekly(records: list[EntryRecord], listing: Timetable, draft: Draft) -> None:
    year = academic_year(year_start(draft.today, listing.year_starts), draft)
    span = _span(year, listing.semester)
    groups = Groups(draft, year.starts.year, {record.group_key: record.group for record in records})
    disciplines, teachers = Disciplines(year.starts.year), Teachers()
    load = Load(year, draft)
    known = _known({record.group_key for record in records}, year, span, draft)
    for record in records:
        group = groups.get(record.group_key, record.group)
        try:
            if group is None:
                raise RowRefusedError("group", groups.refusal(record.group))
            discipline = disciplines.find(record.discipline, group)
            teacher = teachers.find(record.teacher)
            course = load.course(group, discipline, record.subgroup, teacher)
        except RowRefusedError as refusal:
            draft.errors.append(record.error(refusal.key, refusal.message))
            continue
        slot = (group.id, record.weekday, record.pair, record.week, record.subgroup or 0)
        _plan_entry(record, f"{discipline.title}, {record.teacher}", course, known.pop(slot, None), span, draft)
    for slot, (entry, course) in known.items():
        draft.step(
            f"Убирается из расписания: {_where(course.group, slot)} {course.discipline.title}",
            _ending(entry, span, draft),
        )


def _span(year: AcademicYear, semester: int | None) -> _Span:
    if year.id is None or semester is None:
        return _Span(None, None)
    periods = db.session.scalars(
        select(Period)
        .where(Period.year_id == year.id, Period.number == semester, Period.group_id.is_(None))
        .order_by(Period.course_number.is_not(None))
    ).all()
    # Courses may end a semester on different days: the timetable holds while any of them studies.
    return _Span(min(p.starts for p in periods), max(p.ends for p in periods)) if periods else _Span(None, None)


def _known(
    group_keys: set[str], year: AcademicYear, span: _Span, draft: Draft
) -> dict[Slot, tuple[TimetableEntry, Course]]:
    """What stands in the timetable of the file's groups from the day the new one begins."""
    if year.id is None:
        return {}
    begins = max(draft.today, span.since or draft.today)
    rows = db.session.execute(
        select(TimetableEntry, Course, Subgroup.title)
        .join(Course, Course.id == TimetableEntry.course_id)
        .join(Group, Group.id == Course.group_id)
        .outerjoin(Subgroup, Subgroup.id == Course.subgroup_id)
        .where(
            Course.year_id == year.id,
            Group.gkey.in_(group_keys),
            or_(TimetableEntry.until.is_(None), TimetableEntry.until >= begins),
            # A pair for one date is not of the week: a poster of dates speaks for it.
            or_(TimetableEntry.since.is_(None), TimetableEntry.since.is_distinct_from(TimetableEntry.until)),
        )
        .order_by(TimetableEntry.id)
    )
    return {
        (course.group_id, entry.weekday, entry.pair, entry.week, subgroup_number(title or "")): (entry, course)
        for entry, course, title in rows
    }


def _plan_entry(
    record: EntryRecord,
    words: str,
    course: Course,
    known: tuple[TimetableEntry, Course] | None,
    span: _Span,
    draft: Draft,
) -> None:
    slot = (0, record.weekday, record.pair, record.week, record.subgroup or 0)
    name = _where(course.group, slot)
    if known is None:

        def add() -> None:
            db.session.add(
                TimetableEntry(
                    course_id=course.id,
                    weekday=record.weekday,
                    pair=record.pair,
                    week=record.week,
                    room=record.room,
                    since=span.since,
                    until=span.until,
                )
            )

        draft.create(name, [words, *([f"каб. {record.room}"] if record.room else [])], add)
        return
    entry, before = known
    lines = []
    if before is not course:
        lines.append(f"{before.discipline.title} → {course.discipline.title}")
    if record.room and entry.room != record.room:
        lines.append(f"каб. {entry.room or 'нет'} → {record.room}")

    def change() -> None:
        entry.course_id, entry.room = course.id, record.room or entry.room

    draft.update(name, lines, change)


def _where(group: Group, slot: Slot) -> str:
    _, weekday, pair, week, subgroup = slot
    part = f", подгруппа {subgroup}" if subgroup else ""
    return f"{group.title}{part}, {DAYS[weekday]}, пара {pair}, {WEEKS[week]}"


def _ending(entry: TimetableEntry, span: _Span, draft: Draft) -> Callable[[], None]:
    last = max(draft.today, span.since or draft.today) - timedelta(days=1)

    def act() -> None:
        entry.until = last

    return act

"""The timetable poster → entries of the week, with the journals, subgroups and teachers it needs.

Weeks that are over stay as they were: what a later poster has otherwise holds from the day of the import on (or from
the semester's first day), and the former entry ends the day before, as on the timetable's own page. A group that has
no timetable yet gets the poster's for all its days, so that lessons already given can be filled in.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import or_, select

from ejournal.domain.calendar import PAIR_HOURS
from ejournal.exchange.changes import Draft, Outcome
from ejournal.exchange.forms.records import EntryRecord, Timetable
from ejournal.exchange.store import dated_timetable
from ejournal.exchange.store.course_load import Load
from ejournal.exchange.store.courses import Disciplines, Teachers, academic_year, check_place
from ejournal.exchange.store.groups import Groups, id_of, year_start
from ejournal.exchange.store.people import RowRefusedError
from ejournal.exchange.store.subgroup_names import Part, part_of
from ejournal.extensions import db
from ejournal.models import AcademicYear, Course, Group, Period, Subgroup, TimetableEntry
from ejournal.services import periods
from ejournal.services.timetable_clashes import WEEKS

DAYS = ("", "пн", "вт", "ср", "чт", "пт", "сб", "вс")

# Group, weekday, pair, week, subgroup: one entry stands there at a time.
Slot = tuple[int, int, int, str, Part]


@dataclass(frozen=True, slots=True)
class _Span:
    """The days a timetable is for, open where the periods of the year are not set up; from `begins` on it may change
    what stands in a timetable. `is_over`: no day of it is left, and then it changes nothing."""

    since: date | None
    until: date | None
    begins: date
    is_over: bool


@dataclass(slots=True)
class _Standing:
    """What the file's groups have in the timetable, by place, from `begins` on; `begun`: who had lessons before."""

    entries: dict[Slot, tuple[TimetableEntry, Course]] = field(default_factory=dict)
    begun: set[int] = field(default_factory=set)


def plan(listing: Timetable, draft: Draft) -> None:
    """Add the changes of a timetable to the draft. Counted are entries; a subgroup's is its own.

    Raises ClosedError for a year that is closed.
    """
    if listing.parts:
        dated_timetable.plan(listing, draft)
    weekly = [record for record in listing.records if record.day is None]
    if weekly or not listing.parts:
        _plan_weekly(weekly, listing, draft)


def _plan_weekly(records: list[EntryRecord], listing: Timetable, draft: Draft) -> None:
    year = academic_year(year_start(draft.today, listing.year_starts), draft)
    periods.check_open(year)
    span = _span(year, listing.period, draft.today)
    groups = Groups(draft, year.starts.year, {record.group_key: record.group for record in records})
    disciplines, teachers = Disciplines(year.starts.year), Teachers()
    load = Load(year, draft, (span.since or year.starts) if span.is_over else span.begins)
    standing = _standing({record.group_key for record in records}, year, span)
    seen: dict[Slot, EntryRecord] = {}
    for written in records:
        record, group = written, groups.get(written.group_key, written.group)
        try:
            if group is None:
                raise RowRefusedError("group", groups.refusal(record.group))
            record = load.understood(record, group, disciplines)
            discipline = disciplines.find(record.discipline, group)
            teacher = teachers.find(record.teacher)
            slot = (id_of(group), record.weekday, record.pair, record.week, record.subgroup or 0)
            check_place(record)
            _check_free(seen.setdefault(slot, record), record)
            course = load.course(group, discipline, record.subgroup, teacher)
        except RowRefusedError as refusal:
            draft.errors.append(record.error(refusal.key, refusal.message))
            continue
        known = standing.entries.pop(slot, None)
        if known is None:
            _plan_new(record, course, span, slot[0] in standing.begun, draft)
        else:
            _plan_change(record, course, known, year, span, draft)
    load.note_left()
    named = {slot[0::4] for slot in seen}
    for slot, (entry, course) in standing.entries.items():
        # Of a subgroup by its name a poster of the college's own says nothing: it has numbers alone.
        if not span.is_over and (isinstance(slot[4], int) or slot[0::4] in named):
            draft.step(
                f"Убирается из расписания: {_where(course.group, slot)} {course.discipline.title}",
                _ending(entry, year, span),
            )
    _note_past(standing, span, draft)


def _check_free(first: EntryRecord, record: EntryRecord) -> None:
    """One lesson of a group or subgroup in a place: of two, another would be made each time the file is loaded."""
    if first is not record:
        raise RowRefusedError(
            "lesson",
            f"на {record.pair} паре в файле уже стоит «{first.discipline}, {first.teacher}» ({first.cell}): если это "
            "подгруппы, напишите «1 п/г» и «2 п/г» перед преподавателями",
        )


def _note_past(standing: _Standing, span: _Span, draft: Draft) -> None:
    changes = any(change.outcome is not Outcome.UNCHANGED for change in draft.changes)
    if span.is_over and standing.begun:
        draft.notes.append("Дни, на которые это расписание, прошли: то, что уже стоит в расписании групп, не меняется.")
    elif standing.begun and changes:
        draft.notes.append(f"Изменения — с {span.begins:%d.%m.%Y}: прошедшие недели остаются как были.")


def _span(year: AcademicYear, number: int | None, today: date) -> _Span:
    found = (
        db.session.scalars(
            select(Period).where(Period.year_id == year.id, Period.number == number, Period.group_id.is_(None))
        ).all()
        if year.id is not None and number is not None
        else ()
    )
    # Courses may end a semester on different days: the timetable holds while any of them studies.
    since = min((period.starts for period in found), default=None)
    until = max((period.ends for period in found), default=None)
    begins = max(today, since or year.starts)
    return _Span(since, until, begins, begins > (until or year.ends))


def _standing(group_keys: set[str], year: AcademicYear, span: _Span) -> _Standing:
    found = _Standing()
    if year.id is None:
        return found
    rows = db.session.execute(
        select(TimetableEntry, Course, Subgroup.title)
        .join(Course, Course.id == TimetableEntry.course_id)
        .join(Group, Group.id == Course.group_id)
        .outerjoin(Subgroup, Subgroup.id == Course.subgroup_id)
        .where(
            Course.year_id == year.id,
            Group.gkey.in_(group_keys),
            # Of the file's own semester: what begins after it is another poster's.
            or_(TimetableEntry.since.is_(None), TimetableEntry.since <= (span.until or year.ends)),
            or_(TimetableEntry.until.is_(None), TimetableEntry.until >= (span.since or year.starts)),
            # A pair for one date is not of the week: a poster of dates speaks for it.
            or_(TimetableEntry.since.is_(None), TimetableEntry.since.is_distinct_from(TimetableEntry.until)),
        )
        .order_by(TimetableEntry.since.is_not(None), TimetableEntry.since, TimetableEntry.id)
    )
    for entry, course, title in rows:
        if _began(entry, year) < span.begins:
            found.begun.add(course.group_id)
        if span.is_over or entry.until is None or entry.until >= span.begins:
            found.entries[course.group_id, entry.weekday, entry.pair, entry.week, part_of(title)] = entry, course
    return found


def _plan_new(record: EntryRecord, course: Course, span: _Span, has_begun: bool, draft: Draft) -> None:
    slot = (0, record.weekday, record.pair, record.week, record.subgroup or 0)
    first = span.begins if has_begun and not span.is_over else span.since
    words = f"{course.discipline.title}, {record.teacher}"

    def add() -> None:
        _add(course, record, record.room, first, span.until)

    draft.create(_where(course.group, slot), [words, *([f"каб. {record.room}"] if record.room else [])], add)


def _plan_change(
    record: EntryRecord,
    course: Course,
    known: tuple[TimetableEntry, Course],
    year: AcademicYear,
    span: _Span,
    draft: Draft,
) -> None:
    """With a beginning before the new timetable's the entry ends the day before, and another goes on from there."""
    entry, before = known
    name = _where(course.group, (0, record.weekday, record.pair, record.week, record.subgroup or 0))
    lines = []
    if before is not course:
        lines.append(f"{before.discipline.title} → {course.discipline.title}")
    if record.room and entry.room != record.room:
        lines.append(f"каб. {entry.room or 'нет'} → {record.room}")
    if span.is_over:
        lines = []

    def change() -> None:
        db.session.flush()
        room, changed = record.room or entry.room, entry
        if _began(entry, year) < span.begins:
            changed = _add(course, record, room, span.begins, entry.until)
            changed.hours, changed.teacher_id = entry.hours, entry.teacher_id
            entry.until = span.begins - timedelta(days=1)
        changed.course_id, changed.room = course.id, room
        if before is not course:
            # Hours and the teacher were of what stood there.
            changed.hours, changed.teacher_id = PAIR_HOURS, None

    draft.update(name, lines, change)


def _add(course: Course, record: EntryRecord, room: str, since: date | None, until: date | None) -> TimetableEntry:
    entry = TimetableEntry(
        course_id=course.id,
        weekday=record.weekday,
        pair=record.pair,
        week=record.week,
        room=room,
        since=since,
        until=until,
    )
    db.session.add(entry)
    return entry


def _began(entry: TimetableEntry, year: AcademicYear) -> date:
    return entry.since or year.starts


def _where(group: Group, slot: Slot) -> str:
    _, weekday, pair, week, subgroup = slot
    part = f", подгруппа {subgroup}" if subgroup else ""
    return f"{group.title}{part}, {DAYS[weekday]}, пара {pair}, {WEEKS[week]}"


def _ending(entry: TimetableEntry, year: AcademicYear, span: _Span) -> Callable[[], None]:
    def act() -> None:
        if _began(entry, year) < span.begins:
            entry.until = span.begins - timedelta(days=1)
        else:
            db.session.delete(entry)

    return act

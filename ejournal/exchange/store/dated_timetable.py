"""A timetable with dates → entries of the timetable that hold on one date (since = until).

The file speaks for every group on the dates of its own table: what an earlier import put there and the file no longer
has is taken away. Where the group has a timetable of the week on such a date, a pair that says the same is left alone
and one that says something else is refused: a change of the weekly timetable for a day is a replacement.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import or_, select

from ejournal.domain import calendar, lesson_plan
from ejournal.domain.names import normalize_group_title
from ejournal.exchange.changes import Draft
from ejournal.exchange.forms import words
from ejournal.exchange.forms.records import EntryRecord, Timetable
from ejournal.exchange.store.course_load import Load
from ejournal.exchange.store.courses import Disciplines, Teachers, academic_year, check_place
from ejournal.exchange.store.groups import Groups, id_of
from ejournal.exchange.store.people import RowRefusedError
from ejournal.exchange.store.subgroup_names import Part, part_of
from ejournal.extensions import db
from ejournal.models import Course, Group, Subgroup, TimetableEntry
from ejournal.services import generation, periods

# Group, date, pair, subgroup: one lesson stands there.
Slot = tuple[int, date, int, Part]


@dataclass(slots=True)
class _Year:
    """What an academic year of the file's dates has: journals, disciplines, the place of each pair."""

    load: Load
    disciplines: Disciplines
    known: dict[Slot, tuple[TimetableEntry, Course]]
    weekly: list[tuple[TimetableEntry, Course]]
    seen: set[Slot] = field(default_factory=set)


def plan(listing: Timetable, draft: Draft) -> None:
    """Add the changes of the records with a date to the draft. Counted are entries, one for each group."""
    records = [record for record in listing.records if record.day]
    days = sorted({day for part in listing.parts for day in part.days})
    if not days:
        return
    columns = [(words.groups(heading), part.days) for part in listing.parts for heading in part.columns]
    headed = {normalize_group_title(group): group for groups, _ in columns for group in groups}
    named = {(normalize_group_title(group), day) for groups, when in columns for group in groups for day in when}
    known = Groups(draft, calendar.academic_year(days[0]), headed)
    teachers = Teachers()
    years: dict[int, _Year] = {}
    for starts in sorted({calendar.academic_year(day) for day in days}):
        years[starts] = _year(starts, [day for day in days if calendar.academic_year(day) == starts], named, draft)
    draft.notes.append(_about(days, len(headed)))
    made: dict[tuple[str, str, Part], list[Course]] = {}
    for record in records:
        assert record.day is not None
        year = years[calendar.academic_year(record.day)]
        try:
            course = _plan_record(record, known, teachers, year, draft)
        except RowRefusedError as refusal:
            draft.errors.append(record.error(refusal.key, refusal.message))
            continue
        if record.together:
            together = made.setdefault((record.sheet, record.cell, record.subgroup or 0), [])
            together.append(course)
            if len(together) == len(record.together):
                year.load.together(together)
    for year in years.values():
        _note_weekly(year, days, draft)
        told = {slot[0::3] for slot in year.seen}
        for slot, (entry, course) in year.known.items():
            # Of a subgroup by its name a college's own list says nothing: it has numbers alone.
            if isinstance(slot[3], str) and slot[0::3] not in told:
                continue
            draft.step(f"Убирается из расписания: {_where(course.group, slot)} {course.discipline.title}", _gone(entry))


def _note_weekly(year: _Year, days: list[date], draft: Draft) -> None:
    weekdays = {day.isoweekday() for day in days}
    titles = sorted({course.group.title for entry, course in year.weekly if entry.weekday in weekdays})
    if titles:
        draft.notes.append(
            f"На эти дни у групп есть и недельное расписание, оно остаётся: {', '.join(titles)}. "
            "Занятия будут по обоим."
        )


def _about(days: list[date], groups: int) -> str:
    span = f"{days[0]:%d.%m.%Y}" if len(days) == 1 else f"{days[0]:%d.%m.%Y} – {days[-1]:%d.%m.%Y}"
    return f"Расписание на даты: {span}; групп в файле: {groups}."


def _year(starts: int, days: list[date], named: set[tuple[str, date]], draft: Draft) -> _Year:
    """`named`: the groups' keys with the dates for which the file speaks."""
    year = academic_year(days[0], draft)
    periods.check_open(year)
    load = Load(year, draft, days[0])
    found = _Year(load, Disciplines(starts), {}, [])
    if year.id is None:
        return found
    rows = db.session.execute(
        select(TimetableEntry, Course, Subgroup.title, Group.gkey)
        .join(Course, Course.id == TimetableEntry.course_id)
        .join(Group, Group.id == Course.group_id)
        .outerjoin(Subgroup, Subgroup.id == Course.subgroup_id)
        .where(
            Course.year_id == year.id,
            Group.gkey.in_({key for key, _ in named}),
            or_(TimetableEntry.until.is_(None), TimetableEntry.until >= days[0]),
            or_(TimetableEntry.since.is_(None), TimetableEntry.since <= days[-1]),
        )
        .order_by(TimetableEntry.id)
    )
    for entry, course, title, key in rows:
        if entry.since is None or entry.since != entry.until:
            found.weekly.append((entry, course))
        elif (key, entry.since) in named:
            found.known[course.group_id, entry.since, entry.pair, part_of(title)] = entry, course
    return found


def _plan_record(record: EntryRecord, groups: Groups, teachers: Teachers, year: _Year, draft: Draft) -> Course:
    day = record.day
    assert day is not None
    group = groups.get(record.group_key, record.group)
    if group is None:
        raise RowRefusedError("group", groups.refusal(record.group))
    check_place(record)
    record = year.load.understood(record, group, year.disciplines)
    discipline = year.disciplines.find(record.discipline, group)
    teacher = teachers.find(record.teacher)
    slot = (id_of(group), day, record.pair, record.subgroup or 0)
    if slot in year.seen:
        raise RowRefusedError("lesson", f"на {record.pair} паре {day:%d.%m.%Y} в файле уже стоит другое занятие")
    year.seen.add(slot)
    course = year.load.course(group, discipline, record.subgroup, teacher)
    weekly = [one for one in year.weekly if _is_on(one[0], one[1], group, day, record.pair)]
    if any(other is course and entry.room == record.room for entry, other in weekly):
        year.known.pop(slot, None)
        draft.keep(_where(group, slot))
    elif weekly:
        raise RowRefusedError(
            "lesson",
            f"{day:%d.%m.%Y} на {record.pair} паре у группы по недельному расписанию "
            f"«{weekly[0][1].discipline.title}»: оформите замену или уберите пару из недельного расписания",
        )
    else:
        _plan_entry(record, course, slot, year.known.pop(slot, None), draft)
    return course


def _is_on(entry: TimetableEntry, course: Course, group: Group, day: date, pair: int) -> bool:
    if course.group_id != group.id or (entry.weekday, entry.pair) != (day.isoweekday(), pair):
        return False
    week = lesson_plan.week_of(day, generation.anchor(course.year))
    return entry.week in ("both", week) and (entry.since or day) <= day <= (entry.until or day)


def _plan_entry(
    record: EntryRecord, course: Course, slot: Slot, known: tuple[TimetableEntry, Course] | None, draft: Draft
) -> None:
    name = _where(course.group, slot)
    if known is None:

        def add() -> None:
            db.session.flush()
            db.session.add(
                TimetableEntry(
                    course_id=course.id, weekday=record.weekday, pair=record.pair, week=record.week, room=record.room,
                    since=record.day, until=record.day,
                )
            )  # fmt: skip

        shown = course.discipline.title
        written = f" («{record.discipline}»)" if record.discipline not in (shown, course.discipline.label) else ""
        draft.create(
            name, [f"{shown}{written}, {record.teacher}", *([f"каб. {record.room}"] if record.room else [])], add
        )
        return
    entry, before = known
    lines = []
    if before is not course:
        lines.append(f"{before.discipline.title} → {course.discipline.title}")
    if entry.room != record.room:
        lines.append(f"каб. {entry.room or 'нет'} → {record.room or 'нет'}")

    def change() -> None:
        db.session.flush()
        entry.course_id, entry.room = course.id, record.room

    draft.update(name, lines, change)


def _where(group: Group, slot: Slot) -> str:
    _, day, pair, subgroup = slot
    part = f", подгруппа {subgroup}" if subgroup else ""
    return f"{group.title}{part}, {day:%d.%m.%Y}, пара {pair}"


def _gone(entry: TimetableEntry) -> Callable[[], None]:
    return lambda: db.session.delete(entry)

"""The timetable of the week: entries put, changed from a day on, taken away; clashes told (п. 4.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from ejournal.access import Viewer
from ejournal.domain.calendar import PAIR_HOURS
from ejournal.extensions import db
from ejournal.models import AcademicYear, Course, Discipline, Group, GroupMode, Person, TimetableEntry
from ejournal.services import log, periods
from ejournal.services.conflicts import Clash, same_room, teachers_of
from ejournal.services.errors import FieldsError, NotFoundError

WEEKS = {"both": "каждую неделю", "odd": "числитель", "even": "знаменатель"}
DAYS = ("", "понедельник", "вторник", "среда", "четверг", "пятница", "суббота")
PAIRS = range(1, 9)


@dataclass(frozen=True, slots=True)
class Typed:
    """An entry as it is entered. `since` and `until` open: as long as the year's periods."""

    course_id: int | None
    weekday: int
    pair: int
    week: str = "both"
    room: str = ""
    since: date | None = None
    until: date | None = None
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry as the grid shows it."""

    id: int
    weekday: int
    pair: int
    week: str
    discipline: str
    audience: str
    teachers: str
    room: str
    since: date | None
    until: date | None


def of_group(year: AcademicYear, group: Group, on: date) -> list[Placed]:
    """What stands in a group's week from a day on, by day and pair. Three queries."""
    rows = _entries(year, on, Course.group_id == group.id)
    taught = teachers_of({row.course_id for row in rows}, on)
    people = {p.id: p.short_name for p in db.session.scalars(select(Person).where(Person.id.in_(_ids(taught))))}
    courses = {c.id: c for c in courses_of(year, group)}
    return [
        Placed(
            row.id, row.weekday, row.pair, row.week, courses[row.course_id].discipline.title,
            _subgroup(courses[row.course_id]),
            ", ".join(people[id_] for id_ in sorted(taught.get(row.course_id, ()))),
            row.room, row.since, row.until,
        )
        for row in rows
    ]  # fmt: skip


def _subgroup(course: Course) -> str:
    return course.subgroup.title if course.subgroup else ""


def courses_of(year: AcademicYear, group: Group) -> list[Course]:
    """The journals of a group in a year, by the plan's index."""
    return list(
        db.session.scalars(
            select(Course)
            .join(Discipline, Discipline.id == Course.discipline_id)
            .where(Course.year_id == year.id, Course.group_id == group.id)
            .options(joinedload(Course.discipline), joinedload(Course.subgroup), joinedload(Course.group))
            .order_by(Discipline.index, Course.id)
        )
    )


def find(entry_id: int) -> TimetableEntry:
    """Raises NotFoundError."""
    entry = db.session.get(TimetableEntry, entry_id)
    if entry is None:
        raise NotFoundError
    return entry


def clashes(year: AcademicYear, group: Group, typed: Typed, on: date, besides: int = 0) -> list[Clash]:
    """What an entry would clash with in the week: group, subgroup, teacher, room, the group's working mode."""
    course = db.session.get(Course, typed.course_id) if typed.course_id else None
    if course is None:
        return []
    found = _mode_clashes(year, group, typed)
    others = [
        row
        for row in _entries(year, on, TimetableEntry.weekday == typed.weekday)
        if row.id != besides and _meet(row, typed)
    ]
    by_id = {
        c.id: c
        for c in db.session.scalars(
            select(Course)
            .where(Course.id.in_({row.course_id for row in others}))
            .options(joinedload(Course.discipline), joinedload(Course.subgroup), joinedload(Course.group))
        )
    }
    taught = teachers_of([course.id, *by_id], on)
    for row in others:
        other = by_id[row.course_id]
        if other.stream_id is None or other.stream_id != course.stream_id:
            found += _entry_clashes(row, other, course, typed, taught)
    return found


def put(actor: Viewer, year: AcademicYear, group: Group, typed: Typed, on: date) -> TimetableEntry:
    """A new entry. Raises ClosedError, FieldsError (clashes under `sure`)."""
    periods.check_open(year)
    course = _checked(year, group, typed, on)
    entry = TimetableEntry(
        course_id=course.id, weekday=typed.weekday, pair=typed.pair, week=typed.week,
        room=_room(typed), since=typed.since, until=typed.until,
    )  # fmt: skip
    db.session.add(entry)
    _log(actor, course, None, _words(typed))
    db.session.commit()
    return entry


def change(actor: Viewer, year: AcademicYear, group: Group, entry_id: int, typed: Typed, on: date) -> TimetableEntry:
    """Change an entry; with `since` after its beginning the old one ends the day before and the past stays."""
    periods.check_open(year)
    entry = find(entry_id)
    course = _checked(year, group, typed, on, entry.id)
    before = _words_of(entry)
    if typed.since and (entry.since is None or entry.since < typed.since):
        entry.until = typed.since - timedelta(days=1)
        entry = TimetableEntry(hours=entry.hours)
        db.session.add(entry)
    entry.course_id, entry.weekday, entry.pair, entry.week = course.id, typed.weekday, typed.pair, typed.week
    entry.room, entry.since, entry.until = _room(typed), typed.since, typed.until
    _log(actor, course, before, _words(typed))
    db.session.commit()
    return entry


def take_away(actor: Viewer, year: AcademicYear, entry_id: int, since: date) -> None:
    """No more of an entry from a day on; one that never began goes for good. The past stays."""
    periods.check_open(year)
    entry = find(entry_id)
    course = db.session.get(Course, entry.course_id)
    assert course is not None
    _log(actor, course, _words_of(entry), f"убрано с {since:%d.%m.%Y}")
    first = entry.since or year.starts
    if since <= first:
        db.session.delete(entry)
    else:
        entry.until = since - timedelta(days=1)
    db.session.commit()


def _entries(year: AcademicYear, on: date, *where: object) -> Sequence[TimetableEntry]:
    return db.session.scalars(
        select(TimetableEntry)
        .join(Course, Course.id == TimetableEntry.course_id)
        .where(
            Course.year_id == year.id,
            or_(TimetableEntry.until.is_(None), TimetableEntry.until >= on),
            *where,  # type: ignore[arg-type]
        )
        .order_by(TimetableEntry.weekday, TimetableEntry.pair, TimetableEntry.week.desc(), TimetableEntry.id)
    ).all()


def _meet(row: TimetableEntry, typed: Typed) -> bool:
    """Whether two entries of one weekday are ever at one time; a long practice takes several pairs."""
    if not row.pair <= typed.pair < row.pair + max(1, row.hours // PAIR_HOURS):
        return False
    if "both" not in (row.week, typed.week) and row.week != typed.week:
        return False
    begins = max(row.since or date.min, typed.since or date.min)
    return begins <= min(row.until or date.max, typed.until or date.max)


def _entry_clashes(
    row: TimetableEntry, other: Course, course: Course, typed: Typed, taught: dict[int, set[int]]
) -> list[Clash]:
    what = f"{other.discipline.title}, {other.audience}, {WEEKS[row.week]}"
    found = []
    if other.group_id == course.group_id and (
        course.subgroup_id is None or other.subgroup_id is None or course.subgroup_id == other.subgroup_id
    ):
        found.append(Clash("group", f"У группы здесь уже стоит: {what}."))
    both = taught.get(course.id, set()) & taught.get(other.id, set())
    if both:
        names = ", ".join(p.short_name for p in db.session.scalars(select(Person).where(Person.id.in_(both))))
        found.append(Clash("teacher", f"{names} в это время ведёт: {what}."))
    if same_room(typed.room, row.room):
        found.append(Clash("room", f"Аудитория {typed.room} занята: {what}."))
    return found


def _mode_clashes(year: AcademicYear, group: Group, typed: Typed) -> list[Clash]:
    mode = db.session.scalar(select(GroupMode).where(GroupMode.group_id == group.id, GroupMode.year_id == year.id))
    if mode is None:
        return []
    found = []
    if str(typed.weekday) not in mode.days:
        found.append(Clash("mode", f"По режиму работы группа в этот день ({DAYS[typed.weekday]}) не учится."))
    if typed.pair < mode.first_pair or (mode.last_pair and typed.pair > mode.last_pair):
        found.append(Clash("mode", f"По режиму работы пары группы — с {mode.first_pair} по {mode.last_pair or 8}."))
    return found


def _checked(year: AcademicYear, group: Group, typed: Typed, on: date, besides: int = 0) -> Course:
    errors: dict[str, str] = {}
    course = db.session.get(Course, typed.course_id) if typed.course_id else None
    if course is None or course.group_id != group.id or course.year_id != year.id:
        errors["course_id"] = "Выберите журнал этой группы."
    if typed.weekday not in range(1, 7) or typed.pair not in PAIRS or typed.week not in WEEKS:
        errors["pair"] = "Выберите день, пару и неделю."
    if typed.since and typed.until and typed.until < typed.since:
        errors["until"] = "Последний день раньше первого."
    if not errors and not typed.sure:
        found = clashes(year, group, typed, on, besides)
        if found:
            errors["sure"] = " ".join(clash.message for clash in found)
    if errors:
        raise FieldsError(errors)
    assert course is not None
    return course


def _room(typed: Typed) -> str:
    return " ".join(typed.room.split())[:32]


def _words(typed: Typed) -> str:
    room = f", {_room(typed)}" if typed.room.strip() else ""
    return f"{DAYS[typed.weekday]}, {typed.pair} пара, {WEEKS[typed.week]}{room}"


def _words_of(entry: TimetableEntry) -> str:
    return _words(Typed(entry.course_id, entry.weekday, entry.pair, entry.week, entry.room))


def _ids(taught: dict[int, set[int]]) -> set[int]:
    return {teacher_id for ids in taught.values() for teacher_id in ids}


def _log(actor: Viewer, course: Course, before: str | None, after: str) -> None:
    log.record(actor, "timetable", "update" if before else "create", before=before, after=after, course_id=course.id)

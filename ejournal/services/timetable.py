"""The timetable of the week changed: entries put, changed from a day on, taken away (п. 4.2).

An entry of a stream stands in the week of every group of the stream: what is done to one is done to all of them.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select

from ejournal.access import Viewer
from ejournal.domain import lesson_plan
from ejournal.domain.bells import PAIRS
from ejournal.domain.calendar import MOST_LESSON_HOURS
from ejournal.extensions import db
from ejournal.models import AcademicYear, Course, Group, TimetableEntry
from ejournal.services import generation, log, periods, timetable_clashes, timetable_week
from ejournal.services.errors import FieldsError, NotFoundError
from ejournal.services.timetable_clashes import WEEKS, Typed

DAYS = ("", "понедельник", "вторник", "среда", "четверг", "пятница", "суббота")


def find(entry_id: int, year: AcademicYear | None = None) -> TimetableEntry:
    """Raises NotFoundError, also for an entry of another year than the one given."""
    entry = db.session.get(TimetableEntry, entry_id)
    if entry is None or (year and db.session.get_one(Course, entry.course_id).year_id != year.id):
        raise NotFoundError
    return entry


def put(actor: Viewer, year: AcademicYear, group: Group, typed: Typed, on: date) -> TimetableEntry:
    """A new entry. Raises ClosedError, FieldsError (clashes under `sure`, what a stream's journal has under `pair`)."""
    periods.check_open(year)
    course = _checked(year, group, typed, on)
    entry = TimetableEntry()
    _write(entry, course, typed)
    _put_in_stream(actor, course, typed, None)
    _log(actor, course, None, _words(typed))
    db.session.commit()
    return entry


def change(actor: Viewer, year: AcademicYear, group: Group, entry_id: int, typed: Typed, on: date) -> TimetableEntry:
    """Change an entry; with `since` after its beginning the old one ends the day before and the past stays."""
    periods.check_open(year)
    entry = find(entry_id, year)
    course = _checked(year, group, typed, on, entry.id)
    before, teacher_id = _words_of(entry), entry.teacher_id if entry.course_id == course.id else None
    for twin in _twins(entry):
        _end(twin, year, typed.since or twin.since or year.starts)
    if typed.since and typed.since > (entry.since or year.starts):
        _end(entry, year, typed.since)
        entry = TimetableEntry()
    _write(entry, course, typed, teacher_id)
    _put_in_stream(actor, course, typed, teacher_id)
    _log(actor, course, before, _words(typed))
    db.session.commit()
    return entry


def take_away(actor: Viewer, year: AcademicYear, entry_id: int, since: date) -> None:
    """No more of an entry from a day on; one that never began goes for good. The past stays."""
    periods.check_open(year)
    entry = find(entry_id, year)
    course = db.session.get_one(Course, entry.course_id)
    _log(actor, course, _words_of(entry), f"убрано с {since:%d.%m.%Y}")
    for each in (entry, *_twins(entry)):
        _end(each, year, since)
    db.session.commit()


def typed_of(entry: TimetableEntry) -> Typed:
    """An entry as its form shows it."""
    return Typed(
        entry.course_id, entry.weekday, entry.pair, entry.week, entry.room, entry.since, entry.until, hours=entry.hours
    )


def copy_to_stream(actor: Viewer, course: Course) -> None:
    """Give the other journals of a stream the places that a journal has in the week. The caller commits.

    Raises FieldsError where something else stands there.
    """
    for entry in db.session.scalars(select(TimetableEntry).where(TimetableEntry.course_id == course.id)).all():
        _put_in_stream(actor, course, typed_of(entry), entry.teacher_id)


def _checked(year: AcademicYear, group: Group, typed: Typed, on: date, besides: int = 0) -> Course:
    errors: dict[str, str] = {}
    course = db.session.get(Course, typed.course_id) if typed.course_id else None
    if course is None or course.group_id != group.id or course.year_id != year.id:
        errors["course_id"] = "Выберите журнал этой группы."
    if typed.weekday not in range(1, 7) or typed.pair not in PAIRS or typed.week not in WEEKS:
        errors["pair"] = "Выберите день, пару и неделю."
    if not 1 <= typed.hours <= MOST_LESSON_HOURS:
        errors["hours"] = f"Часы занятия — от 1 до {MOST_LESSON_HOURS}."
    if typed.since and typed.until and typed.until < typed.since:
        errors["until"] = "Последний день раньше первого."
    if not errors and not typed.sure:
        found = timetable_clashes.find(year, group, typed, on, besides)
        if found:
            errors["sure"] = " ".join(clash.message for clash in found)
    if errors:
        raise FieldsError(errors)
    assert course is not None
    return course


def _write(entry: TimetableEntry, course: Course, typed: Typed, teacher_id: int | None = None) -> None:
    entry.course_id, entry.weekday, entry.pair, entry.week = course.id, typed.weekday, typed.pair, typed.week
    entry.room, entry.since, entry.until = _room(typed), typed.since, typed.until
    entry.hours, entry.teacher_id = typed.hours, teacher_id
    db.session.add(entry)


def _put_in_stream(actor: Viewer, course: Course, typed: Typed, teacher_id: int | None) -> None:
    """The same place for the stream's other journals, but those that have it already on each of its days.

    What stands there for a part of those days gives way. Raises FieldsError where something cannot.
    """
    others = timetable_week.stream_of(course)
    there = [
        row
        for row in db.session.scalars(
            select(TimetableEntry).where(
                TimetableEntry.course_id.in_([other.id for other in others]), TimetableEntry.weekday == typed.weekday
            )
        )
        if timetable_clashes.meet(row, typed)
    ]
    wanted = _days(course.year, typed)
    for other in others:
        own = [row for row in there if row.course_id == other.id]
        same = [row for row in own if row.pair == typed.pair and row.hours >= typed.hours]
        if own and wanted <= set().union(*(_days(course.year, row) for row in same)):
            continue
        for row in own:
            _give_way(actor, other, row, typed, wanted)
        _write(TimetableEntry(), other, typed, teacher_id)


def _give_way(actor: Viewer, course: Course, row: TimetableEntry, typed: Typed, wanted: set[date]) -> None:
    """End what the lesson of a stream takes the place of; one that reaches beyond it is somebody's to decide about."""
    since = typed.since or course.year.starts
    left = {day for day in _days(course.year, row) if day >= since} - wanted
    if left or row.pair != typed.pair or row.hours > typed.hours:
        begins = f" с {row.since:%d.%m.%Y}" if row.since else ""
        ends = f" по {row.until:%d.%m.%Y}" if row.until else ""
        said = f"{course.title}: уже стоит иначе, чем в потоке ({_words_of(row)}{begins}{ends})."
        raise FieldsError({"pair": f"{said} Сначала измените или уберите это занятие (п. 4.2)."})
    _log(actor, course, _words_of(row), f"{_words(typed)}, занятие потока с {since:%d.%m.%Y}")
    _end(row, course.year, since)


def _days(year: AcademicYear, entry: TimetableEntry | Typed) -> set[date]:
    """The days of the year that an entry stands on, school days or not."""
    place = lesson_plan.Entry(0, entry.weekday, entry.pair, entry.week, since=entry.since, until=entry.until)
    return set(lesson_plan.dates_of(place, generation.anchor(year), [(year.starts, year.ends)], lambda day: False))


def _twins(entry: TimetableEntry) -> Sequence[TimetableEntry]:
    """The entries of the stream's other journals that stand for the same lesson."""
    course = db.session.get(Course, entry.course_id)
    others = [other.id for other in timetable_week.stream_of(course)] if course else []
    rows = db.session.scalars(
        select(TimetableEntry).where(
            TimetableEntry.course_id.in_(others),
            TimetableEntry.weekday == entry.weekday,
            TimetableEntry.pair == entry.pair,
            TimetableEntry.week == entry.week,
        )
    ).all()
    return [row for row in rows if timetable_clashes.meet(row, typed_of(entry))]


def _end(entry: TimetableEntry, year: AcademicYear, since: date) -> None:
    """No more of it from a day on; one that is over by then stays as it was."""
    if since <= (entry.since or year.starts):
        db.session.delete(entry)
    elif entry.until is None or entry.until >= since:
        entry.until = since - timedelta(days=1)


def _room(typed: Typed) -> str:
    return " ".join(typed.room.split())[:32]


def _words(typed: Typed) -> str:
    room = f", {_room(typed)}" if typed.room.strip() else ""
    return f"{DAYS[typed.weekday]}, {typed.pair} пара, {WEEKS[typed.week]}{room}"


def _words_of(entry: TimetableEntry) -> str:
    return _words(typed_of(entry))


def _log(actor: Viewer, course: Course, before: str | None, after: str) -> None:
    log.record(actor, "timetable", "update" if before else "create", before=before, after=after, course_id=course.id)

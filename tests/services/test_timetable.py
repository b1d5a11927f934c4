"""The timetable of the week: clashes told, the past kept (п. 4.2)."""

from datetime import date

import pytest
from factories import Journal, make_journal, make_person, viewer_of
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import AcademicYear, CourseTeacher, Group, GroupMode, LogEntry, Role, Stream, TimetableEntry
from ejournal.models.base import now
from ejournal.services import timetable as service
from ejournal.services import timetable_week
from ejournal.services.errors import ClosedError, FieldsError, NotFoundError
from ejournal.services.timetable_clashes import Typed

ON = date(2026, 9, 1)


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    return make_journal(students=1, lessons=0)


@pytest.fixture
def actor(in_app: Flask) -> Viewer:
    return viewer_of(make_person("Диспетчерова", (Role.ADMINISTRATION,)))


def put(actor: Viewer, journal: Journal, **more: object) -> TimetableEntry:
    usual = {"course_id": journal.course_id, "weekday": 1, "pair": 2}
    return service.put(actor, *place(journal), Typed(**{**usual, **more}), journal.year.starts)  # type: ignore[arg-type]


def place(journal: Journal) -> tuple[AcademicYear, Group]:
    year, group = db.session.get(AcademicYear, journal.year.id), db.session.get(Group, journal.group.id)
    assert year
    assert group
    return year, group


def refusal(actor: Viewer, journal: Journal, **more: object) -> str:
    with pytest.raises(FieldsError) as refused:
        put(actor, journal, **more)
    db.session.rollback()
    return " ".join(refused.value.fields.values())


def test_r4_2_c_an_entry_stands_in_the_groups_week(actor: Viewer, journal: Journal) -> None:
    put(actor, journal, room="217")
    (placed,) = timetable_week.of_group(*place(journal), journal.year.starts)
    assert (placed.weekday, placed.pair, placed.week, placed.room) == (1, 2, "both", "217")
    assert placed.teachers == "Преподавателева П. И."
    assert db.session.scalars(db.select(LogEntry.after).where(LogEntry.subject == "timetable")).one() == (
        "понедельник, 2 пара, каждую неделю, 217"
    )


def test_two_lessons_of_a_group_at_once_are_told_and_can_be_overruled(actor: Viewer, journal: Journal) -> None:
    put(actor, journal)
    assert "У группы здесь уже стоит" in refusal(actor, journal, week="odd")
    put(actor, journal, week="odd", sure=True)


@pytest.mark.parametrize(
    "apart", [{"weekday": 2}, {"pair": 3}, {"since": date(2027, 2, 1)}], ids=["day", "pair", "later"]
)
def test_entries_that_never_meet_do_not_clash(actor: Viewer, journal: Journal, apart: dict[str, object]) -> None:
    put(actor, journal, until=date(2027, 1, 31))
    put(actor, journal, **apart)


def test_numerator_and_denominator_share_a_place(actor: Viewer, journal: Journal) -> None:
    put(actor, journal, week="odd")
    put(actor, journal, week="even")


def test_a_teacher_and_a_room_are_in_one_place_at_a_time(actor: Viewer, journal: Journal) -> None:
    put(actor, journal, room="217")
    other = make_journal(students=1, lessons=0)
    assert "Аудитория каб. 217 занята" in refusal(actor, other, room="каб. 217")
    db.session.add(CourseTeacher(course_id=other.course_id, teacher_id=journal.teacher.id))
    db.session.commit()
    assert "Преподавателева П. И. в это время ведёт" in refusal(actor, other)


def test_a_stream_is_one_lesson(actor: Viewer, journal: Journal) -> None:
    put(actor, journal, room="217")
    other = make_journal(students=1, lessons=0)
    stream = Stream(year_id=journal.year.id, title="поток")
    db.session.add(stream)
    db.session.flush()
    for course_id in (journal.course_id, other.course_id):
        db.session.execute(db.update(service.Course).where(service.Course.id == course_id).values(stream_id=stream.id))
    db.session.commit()
    db.session.expire_all()
    put(actor, other, room="217")


def test_the_groups_working_mode_is_kept_to(actor: Viewer, journal: Journal) -> None:
    mode = GroupMode(group_id=journal.group.id, year_id=journal.year.id, days="12345", first_pair=3, last_pair=6)
    db.session.add(mode)
    db.session.commit()
    assert "не учится" in refusal(actor, journal, weekday=6, pair=4)
    assert "с 3 по 6" in refusal(actor, journal, pair=1)


def test_a_change_from_a_day_on_keeps_what_was_before(actor: Viewer, journal: Journal) -> None:
    entry = put(actor, journal, room="217")
    since = date(journal.year.starts.year, 11, 2)
    typed = Typed(journal.course_id, 1, 2, room="301", since=since)
    service.change(actor, *place(journal), entry.id, typed, journal.year.starts)
    db.session.expire_all()
    rows = db.session.scalars(db.select(TimetableEntry).order_by(TimetableEntry.id)).all()
    assert [(row.room, row.since, row.until) for row in rows] == [
        ("217", None, date(since.year, 11, 1)),
        ("301", since, None),
    ]


def test_what_is_taken_away_in_mid_year_stays_for_the_past(actor: Viewer, journal: Journal) -> None:
    entry = put(actor, journal)
    service.take_away(actor, place(journal)[0], entry.id, date(journal.year.starts.year, 11, 2))
    assert db.session.scalars(db.select(TimetableEntry.until)).one() == date(journal.year.starts.year, 11, 1)
    service.take_away(actor, place(journal)[0], entry.id, journal.year.starts)
    assert db.session.scalars(db.select(TimetableEntry)).all() == []


def test_an_entry_that_is_over_grows_no_longer_when_changed(actor: Viewer, journal: Journal) -> None:
    year, group = place(journal)
    last, later = date(year.starts.year, 10, 31), date(year.starts.year, 12, 1)
    entry = put(actor, journal, room="217", until=last)
    service.change(actor, year, group, entry.id, Typed(journal.course_id, 1, 2, room="305", since=later), year.starts)
    rows = db.session.scalars(db.select(TimetableEntry).order_by(TimetableEntry.id)).all()
    assert [(row.room, row.since, row.until) for row in rows] == [("217", None, last), ("305", later, None)]


def test_an_entry_that_is_over_grows_no_longer_when_taken_away(actor: Viewer, journal: Journal) -> None:
    last = date(journal.year.starts.year, 10, 31)
    entry = put(actor, journal, until=last)
    service.take_away(actor, place(journal)[0], entry.id, date(journal.year.starts.year, 12, 1))
    assert db.session.scalars(db.select(TimetableEntry.until)).one() == last


def test_a_change_from_the_years_first_day_leaves_no_entry_without_days(actor: Viewer, journal: Journal) -> None:
    year, group = place(journal)
    entry = put(actor, journal, room="217")
    typed = Typed(journal.course_id, 1, 2, room="305", since=year.starts)
    service.change(actor, year, group, entry.id, typed, year.starts)
    assert db.session.scalars(db.select(TimetableEntry.room)).all() == ["305"]


def test_another_groups_journal_is_not_taken(actor: Viewer, journal: Journal) -> None:
    other = make_journal(students=1, lessons=0)
    assert "журнал этой группы" in refusal(actor, journal, course_id=other.course_id)
    with pytest.raises(NotFoundError):
        service.find(999)


def test_an_entry_of_another_year_is_not_touched(actor: Viewer, journal: Journal) -> None:
    entry = put(actor, journal)
    starts = journal.year.starts.year + 1
    other = AcademicYear(title=f"{starts}/{starts + 1}", starts=date(starts, 9, 1), ends=date(starts + 1, 8, 31))
    db.session.add(other)
    db.session.commit()
    with pytest.raises(NotFoundError):
        service.take_away(actor, other, entry.id, other.starts)
    assert db.session.scalars(db.select(TimetableEntry.until)).one() is None


def test_a_closed_years_timetable_stays(actor: Viewer, journal: Journal) -> None:
    year, _group = place(journal)
    year.closed_at = now()
    db.session.commit()
    with pytest.raises(ClosedError):
        put(actor, journal)

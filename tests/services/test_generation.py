"""Lessons from the timetable: made, made again, and nothing filled in is lost (п. 4.2)."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from factories import Journal, make_journal, make_person, viewer_of
from factories_load import make_stream
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from ejournal.access import Viewer
from ejournal.domain.calendar import Parity, default_anchor, week_parity
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Cell,
    Course,
    GroupMode,
    Lesson,
    LogEntry,
    Period,
    Role,
    TimetableEntry,
    Vacation,
    Work,
)
from ejournal.models.base import now
from ejournal.services import generation, settings
from ejournal.services.errors import ClosedError

SPAN = (date(2026, 9, 1), date(2026, 12, 31))


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    """A journal without lessons, on Mondays (both weeks) and Wednesdays (числитель)."""
    with time_machine.travel("2026-09-01 09:00:00+03:00", tick=False):
        made = make_journal(students=1, lessons=0)
        db.session.add_all(
            [
                TimetableEntry(course_id=made.course_id, weekday=1, pair=2, room="217"),
                TimetableEntry(course_id=made.course_id, weekday=3, pair=3, week="odd"),
            ]
        )
        db.session.commit()
        return made


@pytest.fixture
def actor(in_app: Flask) -> Viewer:
    return viewer_of(make_person("Админова", (Role.SYSADMIN,)))


def generate(actor: Viewer, journal: Journal, span: tuple[date, date] = SPAN) -> generation.Total:
    year = db.session.get(AcademicYear, journal.year.id)
    assert year is not None
    return generation.generate(actor, year, [journal.group.id], *span)


def lessons(journal: Journal) -> list[Lesson]:
    db.session.expire_all()
    return list(
        db.session.scalars(db.select(Lesson).where(Lesson.course_id == journal.course_id).order_by(Lesson.date))
    )


def test_r4_2_c_lessons_of_the_semester_follow_the_timetable(actor: Viewer, journal: Journal) -> None:
    total = generate(actor, journal)
    found = lessons(journal)
    assert total.created == len(found) == 17 + 9
    assert {(lesson.date.isoweekday(), lesson.pair, lesson.room) for lesson in found} == {(1, 2, "217"), (3, 3, "")}
    assert [lesson.date.day for lesson in found if lesson.pair == 3][:3] == [2, 16, 30]
    assert all(len(lesson.works) == 1 for lesson in found)
    entry = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "timetable")).one()
    assert "создано 26" in (entry.after or "")


def test_no_lessons_on_vacations_of_the_course_and_holidays(actor: Viewer, journal: Journal) -> None:
    db.session.add_all(
        [
            Vacation(
                year_id=journal.year.id, course_number=1, title="Осенние",
                starts=date(2026, 10, 26), ends=date(2026, 11, 3),
            ),
            Vacation(
                year_id=journal.year.id, course_number=2, title="Второй курс",
                starts=date(2026, 9, 1), ends=date(2026, 9, 30),
            ),
        ]
    )  # fmt: skip
    db.session.commit()
    generate(actor, journal)
    days = {lesson.date for lesson in lessons(journal)}
    assert not {date(2026, 10, 26), date(2026, 11, 2), date(2026, 11, 4)} & days
    assert date(2026, 9, 7) in days


def test_the_groups_own_period_and_days_are_kept_to(actor: Viewer, journal: Journal) -> None:
    own = Period(
        year_id=journal.year.id, group_id=journal.group.id, number=1, title="Модуль",
        starts=date(2026, 9, 1), ends=date(2026, 9, 30),
    )  # fmt: skip
    db.session.add_all([own, GroupMode(group_id=journal.group.id, year_id=journal.year.id, days="12456")])
    db.session.commit()
    generate(actor, journal)
    assert [lesson.date.day for lesson in lessons(journal)] == [7, 14, 21, 28]


def test_generating_again_makes_nothing_twice(actor: Viewer, journal: Journal) -> None:
    generate(actor, journal)
    before = [(lesson.id, lesson.date) for lesson in lessons(journal)]
    total = generate(actor, journal)
    assert (total.created, total.changed, total.removed) == (0, 0, 0)
    assert [(lesson.id, lesson.date) for lesson in lessons(journal)] == before


def test_what_is_filled_in_stays_when_the_timetable_changes(actor: Viewer, journal: Journal) -> None:
    generate(actor, journal)
    marked, topical, *_ = [lesson for lesson in lessons(journal) if lesson.pair == 2]
    db.session.add(Cell(work_id=marked.works[0].id, student_id=journal.students[0].id, mark="5"))
    topical.topic = "Потоки"
    entry = db.session.scalars(db.select(TimetableEntry).where(TimetableEntry.weekday == 1)).one()
    db.session.delete(entry)
    db.session.commit()
    total = generate(actor, journal)
    left = lessons(journal)
    assert total.kept == 2
    assert {lesson.id for lesson in left if lesson.pair == 2} == {marked.id, topical.id}
    assert db.session.scalar(db.select(db.func.count()).select_from(Work)) == len(left)


def test_a_lesson_moved_by_hand_is_not_made_again(actor: Viewer, journal: Journal) -> None:
    generate(actor, journal)
    moved = lessons(journal)[0]
    moved.date, moved.moved_from, moved.state = date(2026, 9, 3), moved.date, "moved"
    db.session.commit()
    assert generate(actor, journal).created == 0


def test_a_lesson_is_made_on_a_day_to_which_another_one_was_moved(actor: Viewer, journal: Journal) -> None:
    generate(actor, journal)
    moved = lessons(journal)[0]
    moved.date, moved.pair, moved.moved_from, moved.state = date(2026, 9, 10), 5, moved.date, "moved"
    db.session.add(TimetableEntry(course_id=journal.course_id, weekday=4, pair=2))
    db.session.commit()
    generate(actor, journal)
    assert {lesson.pair for lesson in lessons(journal) if lesson.date == date(2026, 9, 10)} == {5, 2}


def test_an_untouched_lesson_takes_the_new_room(actor: Viewer, journal: Journal) -> None:
    generate(actor, journal)
    db.session.scalars(db.select(TimetableEntry).where(TimetableEntry.weekday == 1)).one().room = "301"
    db.session.commit()
    assert generate(actor, journal).changed == 17
    assert {lesson.room for lesson in lessons(journal) if lesson.pair == 2} == {"301"}


def test_only_the_days_asked_for_change(actor: Viewer, journal: Journal) -> None:
    generate(actor, journal, (date(2026, 11, 1), SPAN[1]))
    assert min(lesson.date for lesson in lessons(journal)) == date(2026, 11, 2)


@pytest.mark.parametrize("zone", ["Europe/Kaliningrad", "Asia/Kamchatka"])
def test_the_dates_are_the_colleges_in_any_time_zone(actor: Viewer, journal: Journal, zone: str) -> None:
    settings.put("timezone", zone)
    db.session.commit()
    generate(actor, journal)
    assert {lesson.date.isoweekday() for lesson in lessons(journal)} == {1, 3}
    assert lessons(journal)[0].date == date(2026, 9, 2)


def test_a_closed_year_is_left_alone(actor: Viewer, journal: Journal) -> None:
    year = db.session.get(AcademicYear, journal.year.id)
    assert year is not None
    year.closed_at = now()
    db.session.commit()
    with pytest.raises(ClosedError, match="закрыт"):
        generate(actor, journal)
    assert lessons(journal) == []


def test_another_groups_journal_is_not_touched(actor: Viewer, journal: Journal) -> None:
    with time_machine.travel("2026-09-01 09:00:00+03:00", tick=False):
        other = make_journal(students=1, lessons=0)
    db.session.add(TimetableEntry(course_id=other.course_id, weekday=5, pair=1))
    db.session.commit()
    generate(actor, journal)
    assert lessons(other) == []
    assert db.session.scalar(db.select(db.func.count()).select_from(Course)) == 2


entries = st.lists(
    st.tuples(st.integers(1, 6), st.integers(1, 6), st.sampled_from(["both", "odd", "even"]), st.integers(0, 1)),
    max_size=4,
    unique_by=lambda entry: entry[:2],
)


@pytest.mark.parametrize("zone", ["Europe/Kaliningrad", "Asia/Kamchatka"])
@settings_of_hypothesis(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=entries, after=entries, touched=st.sets(st.integers(0, 40), max_size=6), week=st.integers(0, 7))
def test_r4_2_c_any_timetable_any_change_nothing_filled_is_lost_and_twice_is_once(
    actor: Viewer, journal: Journal, zone: str, before: list[Any], after: list[Any], touched: set[int], week: int
) -> None:
    """Odd and even weeks, a vacation, holidays, a stream of two groups, two time zones."""
    fellow = stream_of(journal, zone)
    free = vacation_of(journal, week)
    stand(journal, fellow, before)
    generate_all(actor, journal)
    filled = fill(journal, touched)
    stand(journal, fellow, after)
    generate_all(actor, journal)
    found = lessons(journal)
    assert {lesson.id for lesson in found if lesson.topic} == filled
    assert not [lesson for lesson in found if not lesson.topic and (lesson.date in free or lesson.date == HOLIDAY)]
    for lesson in found:
        parity = "odd" if week_parity(lesson.date, default_anchor(2026)) is Parity.NUMERATOR else "even"
        assert lesson.topic or any(
            (day, pair) == (lesson.date.isoweekday(), lesson.pair) and each in ("both", parity)
            for day, pair, each, _ in after
        )
    again = generate_all(actor, journal)
    assert (again.created, again.changed, again.removed) == (0, 0, 0)
    common = {(day, pair) for day, pair, _, shared in after if shared}
    theirs = {lesson.date for lesson in lessons(fellow) if (lesson.date.isoweekday(), lesson.pair) in common}
    assert theirs <= {lesson.date for lesson in lessons(journal)}, "a stream's lesson is in the journal of each group"


HOLIDAY = date(2026, 11, 4)


def stream_of(journal: Journal, zone: str) -> Journal:
    """Another group in a stream with the journal; everything of the example before is taken away."""
    for table in (Work, Lesson, TimetableEntry, Vacation):
        db.session.execute(db.delete(table))
    settings.put("timezone", zone)
    db.session.commit()
    with time_machine.travel("2026-09-01 09:00:00+03:00", tick=False):
        fellow = make_journal(students=0, lessons=0)
    make_stream(journal, fellow)
    return fellow


def vacation_of(journal: Journal, week: int) -> set[date]:
    starts = date(2026, 9, 7) + timedelta(days=7 * week)
    db.session.add(Vacation(year_id=journal.year.id, title="Каникулы", starts=starts, ends=starts + timedelta(days=6)))
    db.session.commit()
    return {starts + timedelta(days=day) for day in range(7)}


def stand(journal: Journal, fellow: Journal, rows: list[Any]) -> None:
    """The timetable of the semester is now these rows; the shared ones are the stream's."""
    db.session.execute(db.delete(TimetableEntry))
    for weekday, pair, week, shared in rows:
        for each in (journal, fellow) if shared else (journal,):
            db.session.add(TimetableEntry(course_id=each.course_id, weekday=weekday, pair=pair, week=week))
    db.session.commit()


def fill(journal: Journal, numbers: set[int]) -> set[int]:
    filled = [lesson for number, lesson in enumerate(lessons(journal)) if number in numbers]
    for lesson in filled:
        lesson.topic = "Тема"
    db.session.commit()
    return {lesson.id for lesson in filled}


def generate_all(actor: Viewer, journal: Journal) -> generation.Total:
    return generation.generate(actor, db.session.get_one(AcademicYear, journal.year.id), [], *SPAN)

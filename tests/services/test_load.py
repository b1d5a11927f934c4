"""Нагрузка: journals from the curriculum in one action, dated teachers, an empty journal taken away (п. 4.2)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from factories import Journal, make_journal, make_person, viewer_of
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Course,
    CourseHours,
    CourseTeacher,
    CurriculumHours,
    Discipline,
    Group,
    LogEntry,
    Period,
    Role,
)
from ejournal.models.base import now
from ejournal.services import group_admin, load, new_year, period_hours, readiness, settings
from ejournal.services.errors import ClosedError, RefusedError


@pytest.fixture
def actor(in_app: Flask) -> Viewer:
    return viewer_of(make_person("Завучева", (Role.ADMINISTRATION,)))


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    """A group with one journal, and a discipline of its plan that has none: 34 and 38 hours this year."""
    journal = make_journal()
    first = 2 * journal.group.course_number(journal.year.starts.year) - 1
    row = Discipline(programme_id=journal.group.programme_id, index="ОП.02", title="Базы данных", kind="op")
    db.session.add(row)
    db.session.flush()
    for number, hours in enumerate((34, 38)):
        db.session.add(CurriculumHours(discipline_id=row.id, semester=first + number, hours=hours))
    db.session.commit()
    return journal


def make_row(actor: Viewer, journal: Journal) -> Course:
    load.create_journals(actor, journal.year, [journal.group])
    return db.session.scalars(db.select(Course).where(Course.id != journal.course_id)).one()


@pytest.mark.parametrize(
    ("periods", "expected"), [(1, [(1, 72)]), (2, [(1, 34), (2, 38)]), (3, [(1, 34), (2, 19), (3, 19)])]
)
def test_r4_2_c_each_row_of_the_plan_gets_a_journal_with_its_hours_once(
    actor: Viewer, journal: Journal, periods: int, expected: list[tuple[int, int]]
) -> None:
    for number in range(2, periods + 1):
        day = journal.year.starts + timedelta(days=number)
        db.session.add(Period(year_id=journal.year.id, number=number, title="период", starts=day, ends=day))
    db.session.commit()
    made = make_row(actor, journal)
    hours = db.session.execute(db.select(CourseHours.number, CourseHours.hours).order_by(CourseHours.number)).all()
    assert (made.hours, [tuple(row) for row in hours]) == (72, expected)
    assert load.create_journals(actor, journal.year, [journal.group]) == 0
    entry = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "load")).one()
    assert "Базы данных" in (entry.after or "")


def rename(actor: Viewer, journal: Journal, title: str) -> None:
    group = db.session.get_one(Group, journal.group.id)
    form = {"title": title, "admission_year": str(group.admission_year), "programme_id": str(group.programme_id)}
    group_admin.save(actor, group.id, form)


def test_r4_2_c_a_group_renamed_within_the_year_is_renamed_in_all_its_journals(actor: Viewer, journal: Journal) -> None:
    make_row(actor, journal)
    rename(actor, journal, "ИС-999")
    assert {course.audience for course in db.session.scalars(db.select(Course))} == {"ИС-999"}


def test_a_name_corrected_after_the_group_went_on_stays_out_of_the_year_before(actor: Viewer, journal: Journal) -> None:
    make_row(actor, journal)
    old = journal.group.title
    new_year.rename(actor, db.session.get_one(AcademicYear, journal.year.id), {journal.group.id: "ИС-31"})
    rename(actor, journal, "ИС-32")
    assert {course.audience for course in db.session.scalars(db.select(Course))} == {old}


def test_a_year_that_is_over_keeps_the_name(actor: Viewer, journal: Journal) -> None:
    make_row(actor, journal)
    old = journal.group.title
    with time_machine.travel(datetime.combine(journal.year.ends + timedelta(days=30), time(12), UTC), tick=False):
        settings.forget()
        rename(actor, journal, "ИС-999")
    assert {course.audience for course in db.session.scalars(db.select(Course))} == {old}


def test_only_the_ticked_rows_get_a_journal(actor: Viewer, journal: Journal) -> None:
    assert load.create_journals(actor, journal.year, [journal.group], [0]) == 0


def test_a_closed_year_gets_no_journals(actor: Viewer, journal: Journal) -> None:
    journal.year.closed_at = now()
    with pytest.raises(ClosedError):
        load.create_journals(actor, journal.year, [journal.group])


def test_a_teacher_instead_of_another_leaves_the_past_as_it_was(actor: Viewer, journal: Journal) -> None:
    course = make_row(actor, journal)
    later, starts = make_person("Новикова", (Role.TEACHER,)), journal.year.starts
    load.appoint(actor, course.id, journal.teacher.id, None, instead=False)
    load.appoint(actor, course.id, later.id, starts + timedelta(days=30), instead=True)
    rows = db.session.execute(
        db.select(CourseTeacher.teacher_id, CourseTeacher.since, CourseTeacher.until)
        .where(CourseTeacher.course_id == course.id)
        .order_by(CourseTeacher.since)
    ).all()
    assert [tuple(row) for row in rows] == [
        (journal.teacher.id, starts, starts + timedelta(days=29)),
        (later.id, starts + timedelta(days=30), None),
    ]


def test_who_is_no_teacher_or_teaches_it_already_is_refused(actor: Viewer, journal: Journal) -> None:
    for wrong in (None, journal.students[0].id, journal.teacher.id):
        with pytest.raises(RefusedError):
            load.appoint(actor, journal.course_id, wrong, None, instead=False)


def test_an_ended_teacher_keeps_the_days_before(actor: Viewer, journal: Journal) -> None:
    course, last = make_row(actor, journal), settings.today()
    load.appoint(actor, course.id, journal.teacher.id, None, instead=False)
    row = db.session.scalars(db.select(CourseTeacher).where(CourseTeacher.course_id == course.id)).one()
    load.dismiss(actor, course.id, row.id, last)
    assert (row.since, row.until) == (journal.year.starts, last)


def test_only_an_empty_journal_can_be_removed(actor: Viewer, journal: Journal) -> None:
    with pytest.raises(RefusedError, match="уже есть занятия"):
        load.remove(actor, journal.course_id)
    course = make_row(actor, journal)
    load.appoint(actor, course.id, journal.teacher.id, date(2020, 1, 1), instead=False)
    load.remove(actor, course.id)
    assert db.session.get(Course, course.id) is None


def test_hours_are_a_whole_number(actor: Viewer, journal: Journal) -> None:
    load.set_hours(actor, journal.course_id, "68")
    assert load.find(journal.course_id).hours == 68
    with pytest.raises(RefusedError):
        load.set_hours(actor, journal.course_id, "68,5")


@pytest.fixture
def trimesters(actor: Viewer, journal: Journal) -> Course:
    """The year in three periods, and the journal as it was made before hours were shared out: 34 and 38, none after."""
    for number in (2, 3):
        day = journal.year.starts + timedelta(days=number)
        db.session.add(Period(year_id=journal.year.id, number=number, title="триместр", starts=day, ends=day))
    db.session.commit()
    made = make_row(actor, journal)
    set_hours(made, {1: 34, 2: 38})
    return made


def set_hours(course: Course, hours: dict[int, int]) -> None:
    db.session.execute(db.delete(CourseHours).where(CourseHours.course_id == course.id))
    db.session.add_all(CourseHours(course_id=course.id, number=number, hours=part) for number, part in hours.items())
    db.session.commit()


def hours_of(course: Course) -> dict[int, int]:
    rows = db.select(CourseHours.number, CourseHours.hours).where(CourseHours.course_id == course.id)
    return {row.number: row.hours for row in db.session.execute(rows.order_by(CourseHours.number))}


def load_check(journal: Journal) -> readiness.Check:
    [line] = readiness.load(journal.year).lines
    return next(check for check in line.checks if check.key == "load")


def test_r4_1_e_hours_that_stand_by_semesters_are_named_and_shared_out_once(
    actor: Viewer, journal: Journal, trimesters: Course
) -> None:
    load.appoint(actor, trimesters.id, journal.teacher.id, journal.year.starts)
    assert load_check(journal).words.endswith("часы не по периодам: 1")
    assert not load_check(journal).ready
    [found] = period_hours.by_semester(journal.year, [journal.group])[journal.group.id]
    assert found.words == ("34 + 38 + 0", "34 + 19 + 19")
    assert period_hours.share_out(actor, journal.year, [journal.group]) == 1
    assert hours_of(trimesters) == {1: 34, 2: 19, 3: 19}
    assert db.session.get_one(Course, trimesters.id).hours == 72
    entry = db.session.scalars(db.select(LogEntry).order_by(LogEntry.id.desc())).first()
    assert entry
    assert (entry.subject, entry.after, entry.course_id) == ("load", "34 + 19 + 19 ч", trimesters.id)
    assert "34 + 38 + 0 ч" in (entry.before or "")
    assert period_hours.by_semester(journal.year, [journal.group]) == {}
    assert period_hours.share_out(actor, journal.year, [journal.group]) == 0


def test_hours_of_periods_the_year_no_longer_has_are_gone_with_the_next_change(
    actor: Viewer, journal: Journal, trimesters: Course
) -> None:
    set_hours(trimesters, {1: 30, 2: 20, 3: 22})
    last = db.select(Period).where(Period.year_id == journal.year.id, Period.number == 3)
    db.session.delete(db.session.scalars(last).one())
    db.session.commit()
    load.set_period_hours(actor, trimesters.id, {1: "34", 2: "38"})
    assert hours_of(trimesters) == {1: 34, 2: 38}
    assert db.session.get_one(Course, trimesters.id).hours == 72


def test_hours_set_by_hand_or_shared_out_already_are_left_alone(
    actor: Viewer, journal: Journal, trimesters: Course
) -> None:
    load.set_period_hours(actor, trimesters.id, {1: "72", 2: "0", 3: "0"})
    assert period_hours.by_semester(journal.year, [journal.group]) == {}
    set_hours(trimesters, {1: 34, 2: 19, 3: 19})
    assert period_hours.by_semester(journal.year, [journal.group]) == {}
    set_hours(trimesters, {})
    assert period_hours.by_semester(journal.year, [journal.group]) == {}, "without any the curriculum is asked"


def test_a_discipline_of_the_first_half_alone_is_right_in_a_year_of_modules(actor: Viewer, journal: Journal) -> None:
    for number in (2, 3, 4):
        day = journal.year.starts + timedelta(days=number)
        db.session.add(Period(year_id=journal.year.id, number=number, title="модуль", starts=day, ends=day))
    second = db.session.scalars(db.select(CurriculumHours).order_by(CurriculumHours.semester.desc())).first()
    assert second
    second.hours = 0
    db.session.commit()
    made = make_row(actor, journal)
    assert hours_of(made) == {1: 17, 2: 17}
    assert period_hours.by_semester(journal.year, [journal.group]) == {}
    second.hours = 38
    db.session.commit()
    set_hours(made, {1: 34, 2: 38})
    [found] = period_hours.by_semester(journal.year, [journal.group])[journal.group.id]
    assert found.after == {1: 17, 2: 17, 3: 19, 4: 19}


def test_semesters_and_a_closed_year_ask_for_nothing(actor: Viewer, journal: Journal, trimesters: Course) -> None:
    journal.year.closed_at = now()
    db.session.merge(journal.year)
    db.session.commit()
    assert period_hours.by_semester(journal.year, [journal.group]) == {}
    with pytest.raises(ClosedError):
        period_hours.share_out(actor, journal.year, [journal.group])
    db.session.rollback()
    assert hours_of(trimesters) == {1: 34, 2: 38}

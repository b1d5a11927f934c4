"""Subgroups: made, filled from a day on, with journals of their own (п. 4.2)."""

from datetime import timedelta

import pytest
from factories import Journal, enroll, make_journal, make_lesson, make_person, viewer_of
from factories_load import make_stream, make_subgroup
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Cell,
    Course,
    CourseHours,
    CourseTeacher,
    Group,
    LogEntry,
    Role,
    Subgroup,
    SubgroupMember,
)
from ejournal.models.base import now
from ejournal.services import load, movement, readiness, roster, settings, streams, subgroup_journals, subgroups
from ejournal.services.errors import ClosedError, FieldsError, NotFoundError, RefusedError
from ejournal.services.movement_plan import Typed


@pytest.fixture
def actor(in_app: Flask) -> Viewer:
    return viewer_of(make_person("Завучева", (Role.ADMINISTRATION,)))


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    return make_journal(students=5, lessons=0)


def place(journal: Journal) -> tuple[AcademicYear, Group]:
    return db.session.get_one(AcademicYear, journal.year.id), db.session.get_one(Group, journal.group.id)


def lists(journal: Journal, days: int = 0) -> dict[str, list[int]]:
    """Who is in which subgroup so many days after the year began, by places in the list."""
    year, group = place(journal)
    found = subgroups.load(year, group, year.starts + timedelta(days=days))
    return {
        part.title: [n for n, student in enumerate(journal.students) if part.id in found.ticks[student.id]]
        for part in found.parts
    }


def test_r4_2_c_a_group_is_divided_by_the_alphabet(actor: Viewer, journal: Journal) -> None:
    year, group = place(journal)
    assert subgroups.divide_by_alphabet(actor, year, group, year.starts, []) == 5
    assert lists(journal) == {"подгруппа 1": [0, 1, 2], "подгруппа 2": [3, 4]}
    entries = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "subgroup").order_by(LogEntry.id)).all()
    assert len(entries) == 5
    assert entries[0].after == f"подгруппа 1 с {year.starts:%d.%m.%Y}"


def test_one_subgroup_is_no_division(actor: Viewer, journal: Journal) -> None:
    part = make_subgroup(journal, "подгруппа 1")
    year, group = place(journal)
    with pytest.raises(FieldsError) as refused:
        subgroups.divide_by_alphabet(actor, year, group, year.starts, [part.id])
    assert "две подгруппы" in refused.value.fields["chosen"]


def test_another_division_of_the_group_stays_when_one_is_made_anew(actor: Viewer, journal: Journal) -> None:
    english, first, second = (
        make_subgroup(journal, "английский", (1, 4)),
        make_subgroup(journal, "подгруппа 1"),
        make_subgroup(journal, "подгруппа 2"),
    )
    year, group = place(journal)
    subgroups.divide_by_alphabet(actor, year, group, year.starts, [first.id, second.id])
    assert english.title in lists(journal)
    assert lists(journal) == {"английский": [1, 4], "подгруппа 1": [0, 1, 2], "подгруппа 2": [3, 4]}


def test_a_student_moves_from_a_day_on_and_the_past_stays(actor: Viewer, journal: Journal) -> None:
    first, second = make_subgroup(journal, "подгруппа 1", (0, 1)), make_subgroup(journal, "подгруппа 2", (2, 3, 4))
    year, group = place(journal)
    ticks = {student.id: {first.id if n == 0 else second.id} for n, student in enumerate(journal.students)}
    assert subgroups.divide(actor, year, group, year.starts + timedelta(days=30), ticks) == 1
    assert lists(journal, 29) == {"подгруппа 1": [0, 1], "подгруппа 2": [2, 3, 4]}
    assert lists(journal, 30) == {"подгруппа 1": [0], "подгруппа 2": [1, 2, 3, 4]}
    course = db.session.get_one(Course, journal.course_id)
    course.subgroup_id = first.id
    db.session.commit()
    (_, moved) = roster.students_of(course)
    assert moved.days == [(year.starts, year.starts + timedelta(days=29))], "the journal shows her until then"


def test_moving_back_on_the_same_day_leaves_no_trace(actor: Viewer, journal: Journal) -> None:
    first, second = make_subgroup(journal, "подгруппа 1", (0,)), make_subgroup(journal, "подгруппа 2")
    year, group = place(journal)
    for wanted in (second, first):
        subgroups.divide(actor, year, group, year.starts, {journal.students[0].id: {wanted.id}})
    rows = db.session.scalars(db.select(SubgroupMember)).all()
    assert [(row.subgroup_id, row.since, row.until) for row in rows] == [(first.id, year.starts, None)]


def test_a_division_from_an_earlier_day_replaces_one_that_was_planned(actor: Viewer, journal: Journal) -> None:
    first, second = make_subgroup(journal, "подгруппа 1", (0, 1)), make_subgroup(journal, "подгруппа 2", (2, 3, 4))
    year, group = place(journal)
    now_in = {student.id: {first.id if n < 2 else second.id} for n, student in enumerate(journal.students)}
    swapped = {id_: {first.id, second.id} - own for id_, own in now_in.items()}
    subgroups.divide(actor, year, group, year.starts + timedelta(days=90), swapped)
    assert subgroups.divide(actor, year, group, year.starts + timedelta(days=60), now_in) == 5
    assert lists(journal, 59) == lists(journal, 120) == {"подгруппа 1": [0, 1], "подгруппа 2": [2, 3, 4]}
    said = db.session.scalars(db.select(LogEntry.after).where(LogEntry.subject == "subgroup").order_by(LogEntry.id))
    assert list(said)[-1] == f"подгруппа 2 с {year.starts + timedelta(days=60):%d.%m.%Y}"
    assert subgroups.divide(actor, year, group, year.starts + timedelta(days=60), now_in) == 0


def test_who_is_to_leave_the_group_is_in_its_subgroup_no_longer_than_that(actor: Viewer, journal: Journal) -> None:
    first, second = make_subgroup(journal, "подгруппа 1", (0, 1)), make_subgroup(journal, "подгруппа 2")
    year, group = place(journal)
    kept, moved, *_ = journal.students
    effective = year.starts + timedelta(days=90)
    who = (kept.id, moved.id)
    movement.issue(actor, Typed("expel", "7-к", settings.today(), effective, who, reason="заявление"))
    subgroups.divide(actor, year, group, year.starts + timedelta(days=60), {kept.id: {first.id}, moved.id: {second.id}})
    ends = {row.student_id: row.until for row in db.session.scalars(db.select(SubgroupMember).order_by("id"))}
    assert ends == {kept.id: effective - timedelta(days=1), moved.id: effective - timedelta(days=1)}


def test_marks_in_the_old_subgroups_journal_are_told_and_can_be_left(actor: Viewer, journal: Journal) -> None:
    first, second = make_subgroup(journal, "подгруппа 1", (0,)), make_subgroup(journal, "подгруппа 2")
    year, group = place(journal)
    db.session.get_one(Course, journal.course_id).subgroup_id = first.id
    lesson = make_lesson(journal.course_id, year.starts + timedelta(days=10))
    db.session.add(Cell(work_id=lesson.works[0].id, student_id=journal.students[0].id, mark="5"))
    db.session.commit()
    ticks = {journal.students[0].id: {second.id}}
    with pytest.raises(FieldsError) as refused:
        subgroups.divide(actor, year, group, year.starts, ticks)
    assert journal.students[0].surname in refused.value.fields["sure"]
    assert lists(journal)["подгруппа 1"] == [0]
    assert subgroups.divide(actor, year, group, year.starts + timedelta(days=11), ticks) == 1
    assert subgroups.divide(actor, year, group, year.starts, ticks, sure=True) == 1


def test_a_division_outside_the_year_or_of_a_closed_one_is_refused(actor: Viewer, journal: Journal) -> None:
    year, group = place(journal)
    with pytest.raises(FieldsError, match="Сохранено не было"):
        subgroups.divide(actor, year, group, year.ends + timedelta(days=1), {})
    year.closed_at = now()
    db.session.commit()
    with pytest.raises(ClosedError):
        subgroups.divide(actor, year, group, year.starts, {})


def test_another_groups_student_and_subgroup_are_not_taken(actor: Viewer, journal: Journal) -> None:
    other = make_journal(students=1, lessons=0)
    foreign, own = make_subgroup(other, "чужая"), make_subgroup(journal, "своя")
    year, group = place(journal)
    ticks = {journal.students[0].id: {foreign.id}, other.students[0].id: {own.id}}
    assert subgroups.divide(actor, year, group, year.starts, ticks) == 0
    assert db.session.scalars(db.select(SubgroupMember)).all() == []


def test_subgroups_are_named_and_removed_while_no_journal_is_theirs(actor: Viewer, journal: Journal) -> None:
    _year, group = place(journal)
    made = subgroups.create(actor, group, " английский ")
    with pytest.raises(RefusedError, match="уже есть"):
        subgroups.create(actor, group, "английский")
    with pytest.raises(RefusedError, match="Назовите"):
        subgroups.rename(actor, made.id, " ")
    subgroups.rename(actor, made.id, "немецкий")
    db.session.get_one(Course, journal.course_id).subgroup_id = made.id
    db.session.commit()
    with pytest.raises(RefusedError, match="есть журналы"):
        subgroups.remove(actor, made.id)
    db.session.get_one(Course, journal.course_id).subgroup_id = None
    db.session.commit()
    subgroups.remove(actor, made.id)
    assert db.session.scalars(db.select(Subgroup)).all() == []
    with pytest.raises(NotFoundError):
        subgroups.remove(actor, made.id)


@pytest.mark.parametrize("again", ["Английский", "английский", "АНГЛИЙСКИЙ "])
def test_a_name_is_taken_in_whatever_case(actor: Viewer, journal: Journal, again: str) -> None:
    _year, group = place(journal)
    subgroups.create(actor, group, "Английский")
    with pytest.raises(RefusedError, match="уже есть"):
        subgroups.create(actor, group, again)


def test_who_is_in_no_journal_of_a_divided_discipline_or_in_two_is_told(actor: Viewer, journal: Journal) -> None:
    first, second = make_subgroup(journal, "подгруппа 1", (0, 1)), make_subgroup(journal, "подгруппа 2", (1, 2))
    subgroup_journals.split(actor, journal.course_id, [first.id, second.id], {})
    year, group = place(journal)
    none, twice = subgroups.load(year, group, year.starts).warnings
    assert journal.students[3].surname in none
    assert "ни в одном журнале" in none
    assert journal.students[1].surname in twice
    assert "в двух журналах" in twice


def test_r4_2_c_a_journal_is_split_into_journals_with_their_own_teachers_and_hours(
    actor: Viewer, journal: Journal
) -> None:
    first, second = make_subgroup(journal, "подгруппа 1", (0, 1)), make_subgroup(journal, "подгруппа 2", (2,))
    load.set_period_hours(actor, journal.course_id, {1: "32", 2: "40"})
    typed = {f"teacher-{first.id}": str(journal.teacher.id), f"hours-{second.id}": "36"}
    assert subgroup_journals.split(actor, journal.course_id, [first.id, second.id], typed) == (2, False)
    courses = db.session.scalars(db.select(Course).order_by(Course.id)).all()
    assert [(course.subgroup_id, course.hours) for course in courses] == [(first.id, 72), (second.id, 36)]
    assert db.session.scalars(db.select(CourseTeacher.course_id)).all() == [courses[0].id]
    hours = db.session.execute(db.select(CourseHours.course_id, CourseHours.number, CourseHours.hours)).all()
    assert sorted(tuple(row) for row in hours) == [(courses[0].id, 1, 32), (courses[0].id, 2, 40)]
    assert [student.id for student in roster.students_of(courses[1])] == [journal.students[2].id]
    with pytest.raises(FieldsError):
        subgroup_journals.split(actor, courses[0].id, [first.id, second.id], {})


def test_a_journal_with_lessons_stays_beside_those_of_the_subgroups(actor: Viewer, journal: Journal) -> None:
    first = make_subgroup(journal, "подгруппа 1")
    make_lesson(journal.course_id, journal.year.starts)
    assert subgroup_journals.split(actor, journal.course_id, [first.id], {}) == (1, True)
    assert db.session.get(Course, journal.course_id) is not None


def test_an_empty_journal_in_a_stream_is_split_after_it_has_left_it(actor: Viewer, journal: Journal) -> None:
    first, other = make_subgroup(journal, "подгруппа 1"), make_journal(students=1, lessons=0)
    make_stream(journal, other)
    with pytest.raises(FieldsError) as refused:
        subgroup_journals.split(actor, journal.course_id, [first.id], {})
    assert "сначала выведите его" in refused.value.fields["chosen"]
    db.session.rollback()
    assert len(db.session.scalars(db.select(Course.id).where(Course.stream_id.is_not(None))).all()) == 2
    streams.leave(actor, journal.course_id)
    assert subgroup_journals.split(actor, journal.course_id, [first.id], {}) == (1, False)


def test_a_journal_in_a_stream_that_stays_is_split_beside_it(actor: Viewer, journal: Journal) -> None:
    first, other = make_subgroup(journal, "подгруппа 1"), make_journal(students=1, lessons=0)
    make_stream(journal, other)
    make_lesson(journal.course_id, journal.year.starts)
    assert subgroup_journals.split(actor, journal.course_id, [first.id], {}) == (1, True)


@pytest.mark.parametrize("typed", [{"teacher": "999"}, {"teacher": "x"}, {"hours": "-1"}, {"hours": "72,5"}])
def test_a_split_with_a_wrong_teacher_or_hours_changes_nothing(
    actor: Viewer, journal: Journal, typed: dict[str, str]
) -> None:
    part = make_subgroup(journal, "подгруппа 1")
    with pytest.raises(FieldsError):
        subgroup_journals.split(
            actor, journal.course_id, [part.id], {f"{name}-{part.id}": text for name, text in typed.items()}
        )
    db.session.rollback()
    assert db.session.scalars(db.select(Course.subgroup_id)).all() == [None]


def test_a_subgroup_without_members_is_told_in_the_load_and_the_checklist(actor: Viewer, journal: Journal) -> None:
    part = make_subgroup(journal, "подгруппа 1")
    subgroup_journals.split(actor, journal.course_id, [part.id], {f"teacher-{part.id}": str(journal.teacher.id)})
    year, group = place(journal)
    assert subgroups.empty_in(year, year.starts) == {group.id: ["подгруппа 1"]}
    (words,) = [check.words for _, check in readiness.part(readiness.load(year), "load")]
    assert "подгрупп без состава: 1" in words
    subgroups.divide(actor, year, group, year.starts, {journal.students[0].id: {part.id}})
    assert subgroups.empty_in(year, year.starts) == {}


def test_who_comes_to_the_group_later_is_offered_from_that_day(actor: Viewer, journal: Journal) -> None:
    make_subgroup(journal, "подгруппа 1", (0,))
    year, group = place(journal)
    late = make_person("Яшин")
    enroll(late, group, year.starts + timedelta(days=20))
    assert late.id not in subgroups.load(year, group, year.starts).ticks
    assert subgroups.load(year, group, year.starts + timedelta(days=20)).ticks[late.id] == set()


def test_the_years_hours_are_the_sum_of_its_periods(actor: Viewer, journal: Journal) -> None:
    load.set_period_hours(actor, journal.course_id, {1: "34", 2: ""})
    load.set_period_hours(actor, journal.course_id, {2: "38"})
    assert load.find(journal.course_id).hours == 72
    year, group = place(journal)
    (row,) = load.of_group(year, group)
    assert row.hours[journal.course_id] == {1: 34, 2: 38}
    for wrong in ({1: "3,5"}, {1: "1500", 2: "1500"}):
        with pytest.raises(RefusedError):
            load.set_period_hours(actor, journal.course_id, wrong)
        db.session.rollback()

"""Subgroups without a number, in lists: told by name in brackets, and never taken for the whole group (R4.2.b)."""

from datetime import date

import pytest
from factories import make_kind
from sqlalchemy import select

from ejournal.exchange import exporter
from ejournal.exchange.importer import ImportPlan
from ejournal.exchange.store.subgroup_names import apart
from ejournal.extensions import db
from ejournal.models import (
    Cell,
    Course,
    CourseTeacher,
    Discipline,
    Enrollment,
    Lesson,
    Subgroup,
    SubgroupMember,
    TimetableEntry,
    Work,
)
from ejournal.models.base import now
from tests.exchange.conftest import Import
from tests.exchange.test_later_timetable import MATH, poster, semesters

LANGUAGE = "Иностранный язык"
HALVES = f"{LANGUAGE}\n1 п/г Гарасимов В.А. каб.5\n2 п/г Зиновьев Ф.Т. каб.6"
NAMED = f"{LANGUAGE}\n(сильная) Гарасимов В.А. каб.5\n(слабая) Зиновьев Ф.Т. каб.6"


@pytest.fixture
def named(lists: Import) -> Import:
    """A language in two subgroups that were given names, on Monday; returns `load`."""
    semesters()
    lists("timetable", poster(HALVES))
    for subgroup, title in zip(parts(), ("сильная", "слабая"), strict=True):
        subgroup.title = title
    db.session.commit()
    return lists


def parts() -> list[Subgroup]:
    return list(db.session.scalars(select(Subgroup).order_by(Subgroup.id)))


def told(plan: ImportPlan) -> tuple[list[str], int, int, int, list[str]]:
    gone = [change.title for change in plan.changes if "Убирается" in change.title]
    return [error.message for error in plan.errors], plan.created, plan.updated, plan.unchanged, gone


def test_names_in_brackets_are_read_as_the_subgroups_there_are(named: Import) -> None:
    assert told(named("timetable", poster(NAMED))) == ([], 0, 0, 2, [])
    changed = NAMED.replace("каб.6", "каб.9")
    plan = named("timetable", poster(changed))
    assert told(plan) == ([], 0, 1, 1, [])
    assert "подгруппа слабая" in next(change.title for change in plan.changes if change.lines)
    assert len(parts()) == 2, "none was made"


def test_what_the_college_puts_out_comes_back_unchanged(named: Import) -> None:
    assert told(named("timetable", exporter.export(None, "timetable", exporter.Options()))) == ([], 0, 0, 2, [])


def test_a_poster_with_no_names_says_nothing_of_those_that_have_one(named: Import) -> None:
    assert told(named("timetable", poster(MATH))) == ([], 1, 0, 0, [])


def test_a_poster_that_names_one_takes_it_from_where_it_no_longer_stands(named: Import) -> None:
    moved = f"{LANGUAGE}\n(сильная) Гарасимов В.А. каб.5"
    errors, created, _, _, gone = told(named("timetable", poster("Математика\nПетров А.А. каб.1", moved)))
    assert (len(errors), created) == (1, 1), "a teacher nobody knows is told"
    assert [title for title in gone if "сильная" in title]
    assert not [title for title in gone if "слабая" in title]


def test_a_list_of_dates_leaves_a_named_subgroup_its_pair(named: Import) -> None:
    day = date(2026, 12, 3)
    for entry in db.session.scalars(select(TimetableEntry)):
        entry.weekday, entry.since, entry.until = day.isoweekday(), day, day
    db.session.commit()
    assert told(named("timetable", exporter.export(None, "timetable", exporter.Options()))) == ([], 0, 0, 2, [])


def test_marks_of_a_named_subgroup_come_back_into_its_journal(named: Import) -> None:
    course = db.session.scalars(select(Course).join(Subgroup).where(Subgroup.title == "слабая")).one()
    student = db.session.scalars(select(Enrollment).where(Enrollment.group_id == course.group_id)).first()
    work = Work(kind=make_kind())
    lesson = Lesson(course_id=course.id, date=date(2026, 11, 23), pair=1, state="held", works=[work])
    assert student
    assert course.subgroup_id
    member = SubgroupMember(subgroup_id=course.subgroup_id, student_id=student.student_id, since=date(2026, 9, 1))
    db.session.add_all([lesson, member])
    db.session.flush()
    teacher = db.session.scalars(select(CourseTeacher.teacher_id)).first()
    values = {"work_id": work.id, "student_id": student.student_id, "mark": "4", "updated_at": now()}
    db.session.add(Cell(**values, updated_by=teacher))
    db.session.commit()
    plan = named("marks", exporter.export(None, "marks", exporter.Options(course_id=course.id)))
    assert ([error.message for error in plan.errors], plan.created, plan.updated, plan.unchanged) == ([], 0, 0, 1)


def test_a_discipline_with_brackets_of_its_own_stays_whole(named: Import) -> None:
    discipline = db.session.scalars(select(Discipline).where(Discipline.title == "Математика")).one()
    discipline.title = "Математика (сильная)"
    db.session.commit()
    plan = named("timetable", poster("Математика (сильная)\nГарасимов В.А. каб.5"))
    assert told(plan)[:2] == ([], 1)
    assert db.session.scalars(select(Course.subgroup_id).where(Course.discipline_id == discipline.id)).all() == [None]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Английский язык (сильная)", ("Английский язык", "сильная")),
        ("Английский язык ( Сильная )", ("Английский язык", "сильная")),
        ("Английский язык (лекция)", ("Английский язык (лекция)", None)),
        ("Английский язык (англ. (2))", ("Английский язык", "англ. (2)")),
        ("(сильная)", ("(сильная)", None)),
        ("Английский язык", ("Английский язык", None)),
    ],
)
def test_only_the_name_of_a_subgroup_is_taken_off(words: str, found: tuple[str, str | None]) -> None:
    assert apart(words, ["сильная", "англ. (2)"]) == found

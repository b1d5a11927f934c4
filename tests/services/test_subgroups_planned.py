"""A division of a group that meets another one planned for later (п. 4.2)."""

from datetime import date, timedelta

import pytest
from factories import Journal, make_journal, make_lesson, make_person, viewer_of
from factories_load import make_subgroup
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import AcademicYear, Cell, Course, Group, Role
from ejournal.services import subgroups
from ejournal.services.errors import FieldsError


@pytest.fixture
def actor(in_app: Flask) -> Viewer:
    return viewer_of(make_person("Завучева", (Role.ADMINISTRATION,)))


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    return make_journal(students=2, lessons=0)


def place(journal: Journal) -> tuple[AcademicYear, Group]:
    return db.session.get_one(AcademicYear, journal.year.id), db.session.get_one(Group, journal.group.id)


def planned(actor: Viewer, journal: Journal) -> tuple[list[int], date]:
    """Both students, one in each of two subgroups, change places in the English ones on a later day."""
    year, group = place(journal)
    ids = [make_subgroup(journal, title).id for title in ("1", "2", "англ. А", "англ. Б")]
    one, two, english, other = ids
    first, second = (student.id for student in journal.students)
    later = year.starts + timedelta(days=60)
    subgroups.divide(actor, year, group, year.starts, {first: [one, english], second: [two, other]})
    subgroups.divide(actor, year, group, later, {first: [one, other], second: [two, english]})
    return ids, later


def test_a_cut_by_the_alphabet_leaves_what_is_planned_for_other_subgroups(actor: Viewer, journal: Journal) -> None:
    (one, two, english, other), later = planned(actor, journal)
    year, group = place(journal)
    subgroups.divide_by_alphabet(actor, year, group, year.starts + timedelta(days=30), [two, one])
    first, second = (student.id for student in journal.students)
    on = [subgroups.load(year, group, day).ticks for day in (later - timedelta(days=1), later)]
    assert on == [{first: {one, english}, second: {two, other}}, {first: {one, other}, second: {two, english}}]


def test_marks_where_a_student_was_to_be_later_are_told_too(actor: Viewer, journal: Journal) -> None:
    (one, two, english, other), later = planned(actor, journal)
    year, group = place(journal)
    db.session.get_one(Course, journal.course_id).subgroup_id = other
    lesson = make_lesson(journal.course_id, later + timedelta(days=1))
    first, second = journal.students
    db.session.add(Cell(work_id=lesson.works[0].id, student_id=first.id, mark="5"))
    db.session.commit()
    ticks = {first.id: [one, english], second.id: [two, other]}
    with pytest.raises(FieldsError) as refused:
        subgroups.divide(actor, year, group, year.starts + timedelta(days=30), ticks)
    assert first.full_name in refused.value.fields["sure"]
    assert second.full_name not in refused.value.fields["sure"]
    assert subgroups.load(year, group, later).ticks[first.id] == {one, other}
    subgroups.divide(actor, year, group, year.starts + timedelta(days=30), ticks, sure=True)
    assert subgroups.load(year, group, later).ticks[first.id] == {one, english}

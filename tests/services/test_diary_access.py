"""Whose diary a person may read (R2.1.a, R2.1.c, R4.1.d): table by table, refusals beside."""

from datetime import date, timedelta

import factories
import pytest
from flask import Flask

from ejournal import access
from ejournal.extensions import db
from ejournal.models import Consent, Enrollment, Guardianship, Person, Role
from ejournal.services import settings


def reads(viewer: Person, on: date | None = None) -> list[int]:
    found = db.session.scalars(access.diaries_of(factories.viewer_of(viewer), on or settings.today()))
    return [person.id for person in found]


def make_child(age: int = 16) -> tuple[Person, Person]:
    """A student of a group and a parent with a consent on record."""
    year, _ = factories.make_year()
    child = factories.make_person(roles=(Role.STUDENT,))
    child.birth_date = settings.today() - timedelta(days=age * 366)
    factories.enroll(child, factories.make_group(year=year), year.starts)
    parent = factories.make_person(roles=(Role.PARENT,))
    db.session.add(Guardianship(parent_id=parent.id, student_id=child.id))
    answer(child, parent, "agreed")
    return child, parent


def answer(student: Person, person: Person, kind: str) -> None:
    db.session.add(Consent(student_id=student.id, person_id=person.id, kind=kind, dated=settings.today()))
    db.session.commit()


def test_r4_5_a_student_reads_only_the_own_diary(in_app: Flask) -> None:
    child, _ = make_child()
    make_child()
    assert reads(child) == [child.id]


def test_r4_6_a_parent_reads_about_every_own_child_and_no_other(in_app: Flask) -> None:
    child, parent = make_child()
    second, _ = make_child()
    db.session.add(Guardianship(parent_id=parent.id, student_id=second.id))
    answer(second, parent, "agreed")
    make_child()
    assert set(reads(parent)) == {child.id, second.id}


@pytest.mark.parametrize("kind", ["refused", "withdrawn"])
def test_r4_1_f_a_parent_whose_last_answer_is_no_reads_nothing(in_app: Flask, kind: str) -> None:
    child, parent = make_child()
    answer(child, parent, kind)
    assert reads(parent) == []
    answer(child, parent, "agreed")
    assert reads(parent) == [child.id]


def test_r4_1_d_a_parent_without_a_consent_on_record_reads_nothing(in_app: Flask) -> None:
    _child, parent = make_child()
    db.session.execute(db.delete(Consent))
    db.session.commit()
    assert reads(parent) == []


def test_r4_1_c_a_parent_of_an_adult_reads_only_with_the_childs_own_consent(in_app: Flask) -> None:
    child, parent = make_child(age=19)
    assert reads(parent) == []
    answer(child, child, "agreed")
    assert reads(parent) == [child.id]
    answer(child, child, "withdrawn")
    assert reads(parent) == []


def test_a_parent_whose_guardianship_ended_reads_nothing(in_app: Flask) -> None:
    _child, parent = make_child()
    db.session.scalars(db.select(Guardianship)).one().until = settings.today() - timedelta(days=1)
    db.session.commit()
    assert reads(parent) == []


@pytest.mark.parametrize(("left_kind", "still"), [("expelled", False), ("graduated", False), ("leave", True)])
def test_who_was_expelled_reads_nothing_and_who_is_on_leave_reads_on(
    in_app: Flask, left_kind: str, still: bool
) -> None:
    child, parent = make_child()
    enrollment = db.session.scalars(db.select(Enrollment)).one()
    enrollment.until, enrollment.left_kind = settings.today() - timedelta(days=1), left_kind
    db.session.commit()
    assert reads(child) == reads(parent) == ([child.id] if still else [])


def test_an_expulsion_ends_access_whatever_leave_there_was_before(in_app: Flask) -> None:
    child, parent = make_child()
    leave = db.session.scalars(db.select(Enrollment)).one()
    today = settings.today()
    leave.until, leave.left_kind = today - timedelta(days=30), "leave"
    back = factories.enroll(child, leave.group, today - timedelta(days=20))
    assert reads(child) == reads(parent) == [child.id]
    back.until, back.left_kind = today - timedelta(days=1), "expelled"
    db.session.commit()
    assert reads(child) == reads(parent) == []


def test_r4_3_c_a_curator_reads_the_own_group_and_not_who_went_to_another(in_app: Flask) -> None:
    child, _ = make_child()
    gone, _ = make_child()
    own = db.session.scalars(db.select(Enrollment).where(Enrollment.student_id == child.id)).one()
    moved = db.session.scalars(db.select(Enrollment).where(Enrollment.student_id == gone.id)).one()
    curator, other = factories.make_curator(own.group), factories.make_curator(moved.group)
    assert reads(curator) == [child.id]
    moved.until = settings.today() - timedelta(days=1)
    factories.enroll(gone, own.group, settings.today())
    assert set(reads(curator)) == {child.id, gone.id}
    assert reads(other) == []


def test_r4_4_a_a_teacher_reads_no_diary(in_app: Flask) -> None:
    make_child()
    assert reads(factories.make_person(roles=(Role.TEACHER,))) == []

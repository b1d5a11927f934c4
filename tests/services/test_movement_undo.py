"""An order taken back: what it had ended goes on as if it had never been (п. 4.2)."""

from datetime import date, timedelta

import pytest
from factories import Journal, make_journal, make_person, viewer_of
from factories_load import make_subgroup
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import AcademicYear, Enrollment, Group, Role, RoleGrant, SubgroupMember
from ejournal.services import movement, movement_undo, settings, subgroups
from ejournal.services.movement_plan import Typed


@pytest.fixture
def actor(in_app: Flask) -> Viewer:
    return viewer_of(make_person("Приказова", (Role.SYSADMIN,)))


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    return make_journal(students=3, lessons=0)


def order(kind: str, journal: Journal, ahead: int = 0) -> Typed:
    """An order about the first student that takes effect in some days."""
    today = settings.today()
    until = today + timedelta(days=90) if kind == "leave" else None
    day, student = today + timedelta(days=ahead), journal.students[0]
    return Typed(kind, "15-с", today, day, (student.id,), leave_until=until, reason="заявление", sure=True)


def membership(journal: Journal) -> Enrollment:
    db.session.expire_all()
    return db.session.scalars(db.select(Enrollment).where(Enrollment.student_id == journal.students[0].id)).one()


def test_who_was_given_a_leave_by_mistake_is_in_the_group_and_can_be_expelled(actor: Viewer, journal: Journal) -> None:
    movement_undo.undo(actor, movement.issue(actor, order("leave", journal)).id)
    row = membership(journal)
    assert (row.until, row.left_kind, row.order_out, row.order_out_date) == (None, None, None, None)
    movement.issue(actor, order("expel", journal))
    assert membership(journal).left_kind == "expelled"


def test_a_membership_that_goes_on_with_the_kind_of_an_undone_leave_takes_the_next_order(
    actor: Viewer, journal: Journal
) -> None:
    membership(journal).left_kind = "leave"
    db.session.commit()
    movement.issue(actor, order("expel", journal))
    assert membership(journal).left_kind == "expelled"


def places(journal: Journal) -> list[tuple[int, date, date | None]]:
    db.session.expire_all()
    rows = db.select(SubgroupMember).where(SubgroupMember.student_id == journal.students[0].id)
    return [(r.subgroup_id, r.since, r.until) for r in db.session.scalars(rows.order_by(SubgroupMember.since))]


def test_a_division_made_after_an_order_ahead_holds_when_the_order_is_undone(actor: Viewer, journal: Journal) -> None:
    one, two = make_subgroup(journal, "1", (0,)).id, make_subgroup(journal, "2", (1, 2)).id
    today, begins = settings.today(), journal.year.starts
    made = movement.issue(actor, order("expel", journal, ahead=10)).id
    year, group = db.session.get_one(AcademicYear, journal.year.id), db.session.get_one(Group, journal.group.id)
    subgroups.divide(actor, year, group, today, {student.id: [two] for student in journal.students}, sure=True)
    movement_undo.undo(actor, made)
    assert places(journal) == [(one, begins, today - timedelta(days=1)), (two, today, None)]


def test_a_place_that_ended_on_the_eve_before_the_order_was_entered_stays_ended(
    actor: Viewer, journal: Journal
) -> None:
    one, two = make_subgroup(journal, "1", (0,)).id, make_subgroup(journal, "2", (1, 2)).id
    begins, day = journal.year.starts, settings.today() + timedelta(days=10)
    year, group = db.session.get_one(AcademicYear, journal.year.id), db.session.get_one(Group, journal.group.id)
    subgroups.divide(actor, year, group, day, {student.id: [two] for student in journal.students}, sure=True)
    movement_undo.undo(actor, movement.issue(actor, order("expel", journal, ahead=10)).id)
    assert places(journal) == [(one, begins, day - timedelta(days=1)), (two, day, None)]


def test_a_role_that_was_changed_after_the_order_stays_so(actor: Viewer, journal: Journal) -> None:
    role = RoleGrant(person_id=journal.students[0].id, role=Role.STUDENT, since=journal.year.starts)
    db.session.add(role)
    db.session.commit()
    made = movement.issue(actor, order("expel", journal, ahead=10)).id
    role.until = settings.today()
    db.session.commit()
    movement_undo.undo(actor, made)
    db.session.expire_all()
    assert role.until == settings.today()

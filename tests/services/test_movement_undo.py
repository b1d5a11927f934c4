"""An order taken back: what it had ended goes on as if it had never been (п. 4.2)."""

from datetime import timedelta

import pytest
from factories import Journal, make_journal, make_person, viewer_of
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import Enrollment, Role
from ejournal.services import movement, movement_undo, settings
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

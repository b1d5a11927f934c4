"""Access slips (R4.3.a): one person's lost slip, the old code dead, employees left to the administrator."""

from datetime import timedelta

import factories
import pytest
from factories_consents import answer, make_parent, make_student
from flask import Flask
from sqlalchemy import select

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import Account, Group, Role
from ejournal.models.base import now
from ejournal.services import accounts, slips
from ejournal.services.errors import NotFoundError, RefusedError


@pytest.fixture
def group(in_app: Flask) -> Group:
    return factories.make_group(year=factories.make_year()[0])


@pytest.fixture
def curator(group: Group) -> Viewer:
    return factories.viewer_of(factories.make_curator(group))


def states(viewer: Viewer, group: Group) -> dict[int, str]:
    return {line.person.id: line.state for line in slips.of_group(viewer, group.id)[1]}


def test_r4_3_a_a_lost_slip_is_reissued_for_one_person_and_the_old_code_dies(curator: Viewer, group: Group) -> None:
    lost, other = make_student(group), make_student(group)
    first = {slip.person.id: slip.code for slip in slips.issue(curator, group.id, "students", renew=False)}
    slip = slips.reissue(curator, group.id, lost.id)
    with pytest.raises(NotFoundError, match="Такого кода нет"):
        accounts.find_by_code(first[lost.id])
    assert accounts.find_by_code(slip.code).person_id == lost.id
    assert accounts.find_by_code(first[other.id]).person_id == other.id
    assert slip.expires is not None


def test_who_forgot_the_password_gets_a_code_and_the_password_works_until_it_is_used(
    curator: Viewer, group: Group
) -> None:
    student = make_student(group)
    code = slips.issue(curator, group.id, "students", renew=False)[0].code
    accounts.activate(code, None, "three quiet words", "three quiet words")
    assert states(curator, group) == {student.id: "active"}
    slips.reissue(curator, group.id, student.id)
    stored = db.session.scalars(select(Account).where(Account.person_id == student.id)).one()
    assert stored.password_hash is not None


@pytest.mark.parametrize("role", [Role.TEACHER, Role.SYSADMIN])
def test_a_curator_gets_no_code_for_an_employee_whose_child_is_in_the_group(
    curator: Viewer, group: Group, role: Role
) -> None:
    parent = make_parent(make_student(group), (Role.PARENT, role))
    assert states(curator, group)[parent.id] == "staff"
    with pytest.raises(RefusedError, match="системный администратор"):
        slips.reissue(curator, group.id, parent.id)
    with pytest.raises(RefusedError):
        slips.issue(curator, group.id, "parents", renew=True)


def test_a_code_whose_time_is_over_is_told_of_and_given_anew(curator: Viewer, group: Group) -> None:
    student = make_student(group)
    slips.issue(curator, group.id, "students", renew=False)
    account = db.session.scalars(select(Account).where(Account.person_id == student.id)).one()
    account.activation_expires_at = now() - timedelta(days=1)
    db.session.commit()
    assert states(curator, group) == {student.id: "expired"}
    assert len(slips.issue(curator, group.id, "students", renew=False)) == 1


def test_r4_1_d_a_slip_says_whose_access_waits_for_a_consent(curator: Viewer, group: Group) -> None:
    silent, agreed = make_student(group), make_student(group)
    waits, may = make_parent(silent), make_parent(agreed)
    answer(agreed, may)
    made = [slips.reissue(curator, group.id, person.id) for person in (waits, may)]
    assert [slip.waits for slip in made] == [True, False]


def test_nobody_reissues_for_who_is_not_of_the_own_group(curator: Viewer, group: Group) -> None:
    stranger, own = make_student(), make_student(group)
    other = factories.viewer_of(factories.make_curator(factories.make_group()))
    for viewer, person in ((curator, stranger), (other, own)):
        with pytest.raises(NotFoundError):
            slips.reissue(viewer, group.id, person.id)

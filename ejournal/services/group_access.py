"""Who of a group has never signed in: students and parents, with how far their access is (п. 4.3, R4.3.a)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from ejournal.access import Viewer, in_force
from ejournal.extensions import db
from ejournal.models import Account, Enrollment, Guardianship, Person
from ejournal.services import group_board, settings, slips


@dataclass(frozen=True, slots=True)
class Somebody:
    """A student, or a parent of one (`about`). `state`: none, given, expired, active, blocked (services.slips)."""

    person: Person
    group_id: int
    student_id: int
    about: str
    relation: str
    state: str
    last_sign_in_at: datetime | None

    @property
    def kind(self) -> str:
        return "parents" if self.about else "students"


def of_group(viewer: Viewer, group_id: int) -> list[Somebody]:
    """Who of a group has never signed in, students first. Raises NotFoundError."""
    group_board.find(viewer, group_id)
    return never(everybody([group_id]))


def never(people: Collection[Somebody]) -> list[Somebody]:
    return [one for one in people if one.last_sign_in_at is None]


def everybody(group_ids: Collection[int], student_id: int | None = None) -> list[Somebody]:
    """Students who are in the groups today, then their parents; a parent of two is there twice. Two queries."""
    today = settings.today()
    studies = [Enrollment.group_id.in_(group_ids), in_force(Enrollment, today)]
    if student_id is not None:
        studies = [Enrollment.group_id.in_(group_ids), Enrollment.student_id == student_id]
    found = [
        _somebody(person, group_id, person.id, "", "", account)
        for person, group_id, account in db.session.execute(
            select(Person, Enrollment.group_id, Account)
            .join(Enrollment, Enrollment.student_id == Person.id)
            .outerjoin(Account, Account.person_id == Person.id)
            .where(*studies)
            .order_by(Person.skey, Person.id, Enrollment.since)
        )
    ]
    parent, student = aliased(Person), aliased(Person)
    found += [
        _somebody(person, group_id, child.id, child.full_name, relation, account)
        for person, group_id, child, relation, account in db.session.execute(
            select(parent, Enrollment.group_id, student, Guardianship.relation, Account)
            .join(Guardianship, Guardianship.parent_id == parent.id)
            .join(student, student.id == Guardianship.student_id)
            .join(Enrollment, Enrollment.student_id == student.id)
            .outerjoin(Account, Account.person_id == parent.id)
            .where(in_force(Guardianship, today), *studies)
            .order_by(student.skey, student.id, parent.skey, parent.id, Enrollment.since)
        )
    ]
    return found


def _somebody(
    person: Person, group_id: int, student_id: int, about: str, relation: str, account: Account | None
) -> Somebody:
    last = account.last_sign_in_at if account else None
    return Somebody(person, group_id, student_id, about, relation, slips.state_of(account), last)

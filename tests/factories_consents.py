"""Families and their answers, for tests about consents."""

from datetime import date, timedelta

import factories

from ejournal.domain.calendar import years_before
from ejournal.extensions import db
from ejournal.models import Consent, Group, Guardianship, Person, Role
from ejournal.services import settings


def born(age: int, days: int = 0) -> date:
    """The birth date of who turned `age` so many days ago (negative: will in so many days)."""
    return years_before(settings.today(), age) - timedelta(days=days)


def make_student(group: Group | None = None, birth: date | None = None, roles: tuple[Role, ...] = ()) -> Person:
    """A student of a group since the beginning of the year; 16 unless told."""
    year, _period = factories.make_year()
    student = factories.make_person(roles=roles)
    student.birth_date = birth or born(16, days=30)
    factories.enroll(student, group or factories.make_group(year=year), year.starts)
    return student


def make_parent(child: Person, roles: tuple[Role, ...] = (Role.PARENT,), relation: str = "мать") -> Person:
    parent = factories.make_person(roles=roles)
    db.session.add(Guardianship(parent_id=parent.id, student_id=child.id, relation=relation))
    db.session.commit()
    return parent


def answer(student: Person, person: Person, kind: str = "agreed", dated: date | None = None) -> Consent:
    made = Consent(student_id=student.id, person_id=person.id, kind=kind, dated=dated or settings.today())
    db.session.add(made)
    db.session.commit()
    return made


def give_child(parent: Person) -> Person:
    """A child about whom the parent has agreed."""
    child = make_student()
    db.session.add(Guardianship(parent_id=parent.id, student_id=child.id))
    answer(child, parent)
    return child

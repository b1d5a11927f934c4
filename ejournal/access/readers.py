"""Who may read about students, asked the other way round: for news that seeks its readers (п. 4.1, 4.5, 4.6)."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, exists, select, union

from ejournal.access.core import STAFF
from ejournal.access.dated import holding, in_force
from ejournal.access.diaries import declined, parent_may_read, studies
from ejournal.extensions import db
from ejournal.models import Account, Guardianship, Person, Role


def readers_of(student_ids: Collection[int], on: date) -> list[tuple[int, int]]:
    """(reader, student) for everybody whose diary rights cover one of the students: as `reads_diary` says for a
    student and a parent. Whose account is blocked reads nothing; a parent who never activated one still may."""
    own = select(Person.id.label("reader"), Person.id.label("student")).where(
        Person.id.in_(student_ids), studies(on), ~declined(Person.id), *_may(Person.id, Role.STUDENT, on)
    )
    parents = (
        select(Guardianship.parent_id, Person.id)
        .join(Person, Person.id == Guardianship.student_id)
        .where(
            Person.id.in_(student_ids),
            in_force(Guardianship, on),
            studies(on),
            parent_may_read(Guardianship.parent_id, on),
            *_may(Guardianship.parent_id, Role.PARENT, on),
        )
    )
    rows = db.session.execute(union(own, parents)).all()
    return sorted((reader, student) for reader, student in rows)


def at_work(person_ids: Collection[int], on: date) -> set[int]:
    """Those of the persons who are employees on a day: whom work may still be told of."""
    wanted = select(Person.id).where(Person.id.in_(person_ids), holding(Person.id, STAFF, on), ~blocked(Person.id))
    return set(db.session.scalars(wanted))


def blocked(person_id: Any) -> ColumnElement[bool]:
    """The condition that a person's account is blocked; who never had one is not."""
    return exists().where(Account.person_id == person_id, Account.blocked_at.is_not(None))


def _may(person_id: Any, role: Role, on: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return holding(person_id, (role,), on), ~blocked(person_id)

"""Who may read about students, asked the other way round: for news that seeks its readers (п. 4.1, 4.5, 4.6)."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, union

from ejournal.access.core import in_force
from ejournal.access.diaries import agreed, declined, is_of_age, studies
from ejournal.extensions import db
from ejournal.models import Account, Guardianship, Person, Role, RoleGrant


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
            agreed(Person.id, Guardianship.parent_id),
            or_(~is_of_age(on), agreed(Person.id, Person.id)),
            *_may(Guardianship.parent_id, Role.PARENT, on),
        )
    )
    rows = db.session.execute(union(own, parents)).all()
    return sorted((reader, student) for reader, student in rows)


def _may(person_id: Any, role: Role, on: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    held = exists().where(RoleGrant.person_id == person_id, RoleGrant.role == role, in_force(RoleGrant, on))
    blocked = exists().where(and_(Account.person_id == person_id, Account.blocked_at.is_not(None)))
    return held, ~blocked

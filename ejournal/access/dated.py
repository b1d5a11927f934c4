"""Conditions on what holds on a day: rows with dates, roles of persons, the running year."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_

from ejournal.models import AcademicYear, RoleGrant


def in_force(dated: Any, on: Any) -> ColumnElement[bool]:
    """The condition that a row with `since` and `until` (both included, either may be open) holds on a day."""
    return and_(
        or_(dated.since.is_(None), dated.since <= on),
        or_(dated.until.is_(None), dated.until >= on),
    )


def holding(person_id: Any, roles: Collection[str], on: Any) -> ColumnElement[bool]:
    """The condition that a person holds one of the roles on a day."""
    named = RoleGrant.role == next(iter(roles)) if len(roles) == 1 else RoleGrant.role.in_(sorted(roles))
    return exists().where(RoleGrant.person_id == person_id, named, in_force(RoleGrant, on))


def running(on: Any) -> ColumnElement[bool]:
    """The condition that the query's AcademicYear is the one of a day."""
    return and_(AcademicYear.starts <= on, AcademicYear.ends >= on)

"""Whether somebody may sign in at all: without a consent on record a parent has no electronic access (п. 4.1)."""

from datetime import date

from sqlalchemy import select

from ejournal.access.core import STAFF, Viewer
from ejournal.access.diaries import children_of, declined
from ejournal.extensions import db
from ejournal.models import Role


def closed_to(viewer: Viewer, on: date) -> Role | None:
    """The role in which the viewer is shut out, or None for who may enter.

    An employee always may. A student may until the own consent is refused or withdrawn; a parent may while there is
    a child to read about.
    """
    if viewer.holds(STAFF) or not viewer.roles:
        return None
    if Role.STUDENT in viewer.roles and not db.session.scalar(select(declined(viewer.person_id))):
        return None
    if Role.PARENT in viewer.roles:
        return None if db.session.scalars(children_of(viewer, on).limit(1)).first() else Role.PARENT
    return Role.STUDENT

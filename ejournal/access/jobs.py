"""Whose long work a viewer may see: the own; the system administrator everybody's (a result holds personal data)."""

from sqlalchemy import Select, select

from ejournal.access.core import Viewer
from ejournal.models import Job, Role


def jobs_of(viewer: Viewer) -> Select[Job]:
    query = select(Job)
    return query if Role.SYSADMIN in viewer.roles else query.where(Job.created_by == viewer.person_id)

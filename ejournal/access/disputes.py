"""Whose disputed marks a viewer may read (п. 4.5): the student's own, a child's, of the group led, of own journals."""

from datetime import date

from sqlalchemy import ColumnElement, Select, or_, select

from ejournal.access.core import Viewer, teaches
from ejournal.access.diaries import reads_diary
from ejournal.models import Dispute, Person


def disputes_of(viewer: Viewer, on: date) -> Select[Dispute]:
    """The disputes the viewer may read; whoever reads a diary sees what was asked in it."""
    return select(Dispute).join(Person, Person.id == Dispute.student_id).where(_sees(viewer, on))


def _sees(viewer: Viewer, on: date) -> ColumnElement[bool]:
    return or_(teaches(viewer, Dispute.course_id, on), reads_diary(viewer, on))

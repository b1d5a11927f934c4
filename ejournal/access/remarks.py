"""Whose remarks a viewer may read: of the journals she may read, and of lessons she gives instead of another."""

from datetime import date

from sqlalchemy import ColumnElement, Select, or_, select

from ejournal.access.core import Viewer, gives, sees, teaches
from ejournal.access.dated import in_force
from ejournal.models import Course, CourseTeacher, Lesson, Remark, Role


def remarks_of(viewer: Viewer, on: date) -> Select[Remark]:
    """With the journal and the lesson joined, for further conditions."""
    return (
        select(Remark)
        .join(Course, Course.id == Remark.course_id)
        .outerjoin(Lesson, Lesson.id == Remark.lesson_id)
        .where(or_(sees(viewer, on), gives(viewer, Lesson)))
    )


def answers_remark(viewer: Viewer, on: date) -> ColumnElement[bool]:
    """The condition, in `remarks_of`, that the viewer is whom the remark asks: who gives the lesson, or else the
    journal's teachers."""
    return or_(gives(viewer, Lesson), teaches(viewer, Course.id, on) & Lesson.teacher_id.is_(None))


def makes_remarks(viewer: Viewer) -> bool:
    return Role.ADMINISTRATION in viewer.roles


def asked_of(teacher_id: int, on: date) -> ColumnElement[bool]:
    """The condition, in `remarks_of`, that a person is a teacher whom the remark asks."""
    keeps = Course.id.in_(
        select(CourseTeacher.course_id).where(CourseTeacher.teacher_id == teacher_id, in_force(CourseTeacher, on))
    )
    return or_(Lesson.teacher_id == teacher_id, keeps & Lesson.teacher_id.is_(None))

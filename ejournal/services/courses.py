"""Lists of journals with how far each is: hours planned, given and left (вычитка)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload

from ejournal.access import Viewer, courses_seen_by, running, teaches
from ejournal.domain.names import fold, short_name
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Course,
    CourseTeacher,
    Discipline,
    Group,
    Lesson,
    LessonState,
    Person,
    Subgroup,
)
from ejournal.services import settings


@dataclass(frozen=True, slots=True)
class Listed:
    """A journal in a list. Hours are academic."""

    id: int
    discipline: str
    index: str
    audience: str
    group: str
    teachers: str
    own: bool
    planned: int
    given: int
    last_held: date | None
    next_lesson: date | None

    @property
    def searched(self) -> str:
        return f"{self.index} {self.discipline} {self.audience} {self.teachers}"


def listing(viewer: Viewer, query: str = "") -> list[Listed]:
    """The journals of the current year the viewer may read, own ones first. Two queries however many."""
    today = settings.today()
    teachers = _teachers(today)
    wanted = fold(query)
    listed = [
        Listed(
            row.id,
            row.discipline,
            row.code,
            f"{row.group}, {row.subgroup}" if row.subgroup else row.group,
            row.group,
            ", ".join(teachers.get(row.id, [])),
            row.own,
            row.hours,
            row.given or 0,
            row.last_held,
            row.next_lesson,
        )
        for row in db.session.execute(_statement(viewer, today))
    ]
    found = [course for course in listed if wanted in fold(course.searched)]
    return sorted(found, key=lambda course: not course.own)


def _statement(viewer: Viewer, today: date) -> Any:
    hours = _hours(today)
    return (
        courses_seen_by(viewer, today)
        .with_only_columns(
            Course.id,
            Discipline.title.label("discipline"),
            Discipline.index.label("code"),
            Group.title.label("group"),
            Subgroup.title.label("subgroup"),
            teaches(viewer, Course.id, today).label("own"),
            Course.hours,
            *(hours.c.given, hours.c.last_held, hours.c.next_lesson),
            maintain_column_froms=True,
        )
        .join(AcademicYear, AcademicYear.id == Course.year_id)
        .join(Discipline, Discipline.id == Course.discipline_id)
        .join(Group, Group.id == Course.group_id)
        .outerjoin(Subgroup, Subgroup.id == Course.subgroup_id)
        .outerjoin(hours, hours.c.course_id == Course.id)
        .where(running(today))
        .order_by(Group.gkey, Discipline.title, Subgroup.title)
    )


def _hours(today: date) -> Any:
    held = Lesson.state == LessonState.HELD
    return (
        select(
            Lesson.course_id,
            func.sum(case((held, Lesson.hours), else_=0)).label("given"),
            func.max(case((held, Lesson.date))).label("last_held"),
            func.min(case((Lesson.date >= today, Lesson.date))).label("next_lesson"),
        )
        .group_by(Lesson.course_id)
        .subquery()
    )


def _teachers(today: date) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = db.session.execute(
        select(CourseTeacher.course_id, Person.surname, Person.name, Person.patronymic)
        .join(Person, Person.id == CourseTeacher.teacher_id)
        .join(Course, Course.id == CourseTeacher.course_id)
        .join(AcademicYear, AcademicYear.id == Course.year_id)
        .where(running(today), (CourseTeacher.until.is_(None)) | (CourseTeacher.until >= today))
        .order_by(CourseTeacher.id)
    )
    for course_id, *name in rows:
        found.setdefault(course_id, []).append(short_name(*name))
    return found


def of_group(group_id: int, year_id: int) -> list[Course]:
    """The journals of a group in a year in the order of its curriculum."""
    return list(
        db.session.scalars(
            select(Course)
            .where(Course.group_id == group_id, Course.year_id == year_id)
            .join(Discipline, Discipline.id == Course.discipline_id)
            .options(joinedload(Course.discipline), joinedload(Course.group), joinedload(Course.subgroup))
            .order_by(Discipline.index, Course.subgroup_id, Course.id)
        )
    )

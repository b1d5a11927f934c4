"""The timetable of the session: exams, credits and consultations as everybody sees them (п. 4.2, R4.2.d)."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from ejournal import access
from ejournal.access import Viewer, in_force
from ejournal.domain import session_plan
from ejournal.extensions import db
from ejournal.models import Course, CourseTeacher, Enrollment, Exam, Group, Person
from ejournal.services import settings


@dataclass(frozen=True, slots=True)
class Sitting:
    """An exam or credit. `kind` is the form of control (Э, ДЗ …); `group_id` the whole group's."""

    id: int
    course_id: int
    group_id: int
    subgroup_id: int | None
    kind: str
    title: str
    discipline: str
    audience: str
    date: datetime.date
    starts: time | None
    ends: time | None
    room: str
    teacher_ids: frozenset[int]
    teachers: str
    consultation_date: datetime.date | None
    consultation_starts: time | None
    consultation_room: str
    note: str
    version: int


def of_groups(group_ids: Collection[int], first: date, last: date) -> list[Sitting]:
    """What groups have from one day to another, consultations counted too, by date. Two queries."""
    return _load(Course.group_id.in_(group_ids), first, last) if group_ids else []


def of_teacher(person_id: int, first: date, last: date) -> list[Sitting]:
    """What a teacher examines."""
    return _load(examines(person_id), first, last)


def examines(person_id: int | None) -> ColumnElement[bool]:
    """The condition that a teacher holds the query's exam: named there, or of the course where nobody else is named."""
    own = select(CourseTeacher.course_id).where(
        CourseTeacher.teacher_id == person_id, in_force(CourseTeacher, Exam.date)
    )
    return or_(Exam.teacher_id == person_id, and_(Exam.teacher_id.is_(None), Exam.course_id.in_(own)))


def on_days(days: Collection[date]) -> list[Sitting]:
    """Everything on some days in the whole college, consultations too."""
    return load(or_(Exam.date.in_(days), Exam.consultation_date.in_(days))) if days else []


def groups_of(viewer: Viewer, on: date) -> list[Group]:
    """The groups of those whose diary a student or parent may read; one query."""
    students = access.diaries_of(viewer, on).with_only_columns(Person.id).order_by(None)
    return list(
        db.session.scalars(
            select(Group)
            .join(Enrollment, Enrollment.group_id == Group.id)
            .where(in_force(Enrollment, on), Enrollment.student_id.in_(students))
            .order_by(Group.gkey)
            .distinct()
        )
    )


def _load(where: ColumnElement[bool], first: date, last: date) -> list[Sitting]:
    then = or_(Exam.date.between(first, last), Exam.consultation_date.between(first, last))
    return load(and_(where, then))


def load(where: ColumnElement[bool]) -> list[Sitting]:
    """Sittings by date and time, with their examiners. Two queries however many."""
    rows = db.session.scalars(
        select(Exam)
        .join(Course, Course.id == Exam.course_id)
        .where(where)
        .options(
            joinedload(Exam.course).joinedload(Course.group),
            joinedload(Exam.course).joinedload(Course.subgroup),
            joinedload(Exam.course).joinedload(Course.discipline),
            joinedload(Exam.teacher),
        )
        .order_by(Exam.date, Exam.starts, Exam.id)
    ).all()
    taught = _teachers({row.course_id for row in rows})
    return [_sitting(row, taught) for row in rows]


def _sitting(row: Exam, taught: dict[int, list[tuple[CourseTeacher, Person]]]) -> Sitting:
    people = [row.teacher] if row.teacher else on_day(taught.get(row.course_id, []), row.date)
    course = row.course
    return Sitting(
        row.id, row.course_id, course.group_id, course.subgroup_id, row.kind, session_plan.title(row.kind),
        course.discipline.title, course.audience, row.date, row.starts, row.ends, row.room,
        frozenset(person.id for person in people), ", ".join(person.short_name for person in people),
        row.consultation_date, row.consultation_starts, row.consultation_room, row.note, row.version,
    )  # fmt: skip


def _teachers(course_ids: Collection[int]) -> dict[int, list[tuple[CourseTeacher, Person]]]:
    found: dict[int, list[tuple[CourseTeacher, Person]]] = {}
    if not course_ids:
        return found
    rows = db.session.execute(
        select(CourseTeacher, Person)
        .join(Person, Person.id == CourseTeacher.teacher_id)
        .where(CourseTeacher.course_id.in_(course_ids))
        .order_by(CourseTeacher.id)
    )
    for row, person in rows:
        found.setdefault(row.course_id, []).append((row, person))
    return found


def on_day(rows: Sequence[tuple[CourseTeacher, Person]], day: date) -> list[Person]:
    """The course's teachers on the day of the exam; of an exam after the last lessons, the last ones."""
    then = [
        person for row, person in rows if (not row.since or row.since <= day) and (not row.until or day <= row.until)
    ]
    return then or [person for _row, person in rows][-1:]


def upcoming(sittings: Sequence[Sitting]) -> tuple[list[Sitting], list[Sitting]]:
    """What is still to come (today's too) and what is over, the latest first."""
    today = settings.today()
    ahead = [each for each in sittings if each.date >= today]
    return ahead, [each for each in reversed(sittings) if each.date < today]

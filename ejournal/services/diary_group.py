"""The group of a student: who teaches what, who leads it, periods and vacations (п. 4.2, R4.2.d)."""

from dataclasses import dataclass

from sqlalchemy import and_, select

from ejournal.access import Viewer, in_force
from ejournal.extensions import db
from ejournal.models import Course, CourseTeacher, Curatorship, Discipline, Group, Period, Person, Subgroup, Vacation
from ejournal.services import diary, diary_calendar, diary_lessons, settings
from ejournal.services.diary import Diary


@dataclass(slots=True)
class Taught:
    discipline: str
    index: str
    part: str
    teachers: list[Person]


@dataclass(frozen=True, slots=True)
class GroupPage:
    diary: Diary
    group: Group | None
    curators: list[Person]
    taught: list[Taught]
    periods: list[Period]
    vacations: list[Vacation]
    year: str


def load(viewer: Viewer, student_id: int) -> GroupPage:
    """The group of today. Raises NotFoundError."""
    opened = diary.load(viewer, student_id)
    today = settings.today()
    group = opened.child.group
    plan = diary_calendar.load(today).of(today)
    return GroupPage(
        opened,
        group,
        _curators(group),
        _taught(opened, plan.year.id) if plan else [],
        plan.of_group(group) if plan else [],
        plan.free_of(group) if plan else [],
        plan.year.title if plan else "",
    )


def _curators(group: Group | None) -> list[Person]:
    if group is None:
        return []
    rows = db.session.scalars(
        select(Person)
        .join(Curatorship, Curatorship.person_id == Person.id)
        .where(Curatorship.group_id == group.id, in_force(Curatorship, settings.today()))
        .order_by(Person.skey)
    )
    return list(rows)


def _taught(opened: Diary, year_id: int) -> list[Taught]:
    today = settings.today()
    rows = db.session.execute(
        select(Course.id, Discipline.title, Discipline.index, Subgroup.title, Person)
        .join(Discipline, Discipline.id == Course.discipline_id)
        .outerjoin(Subgroup, Subgroup.id == Course.subgroup_id)
        .outerjoin(CourseTeacher, and_(CourseTeacher.course_id == Course.id, in_force(CourseTeacher, today)))
        .outerjoin(Person, Person.id == CourseTeacher.teacher_id)
        .where(
            Course.year_id == year_id,
            diary_lessons.courses_near(**diary_lessons.whose([opened.child])),
            diary_lessons.attends(opened.child.id, today),
        )
        .order_by(Discipline.title, Course.id, Person.skey)
    )
    found: dict[int, Taught] = {}
    for course_id, title, index, part, person in rows:
        taught = found.setdefault(course_id, Taught(title, index, part or "", []))
        if person is not None:
            taught.teachers.append(person)
    return list(found.values())

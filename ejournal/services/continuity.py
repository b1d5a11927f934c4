"""What teaching goes on with while the system is down (п. 4.1): each journal's last lessons and those of the coming
week, still blank; and whose packs a person may take."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from ejournal.access import OVERSEERS, Viewer, courses_taught_by
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Cell,
    Course,
    Discipline,
    Group,
    Lesson,
    LessonState,
    Person,
    Work,
    WorkKind,
)
from ejournal.services import (
    conflicts,
    grid,
    group_admin,
    group_list,
    groups,
    movement_plan,
    periods,
    roster,
    settings,
    week,
)
from ejournal.services.roster import Student
from ejournal.services.week import Day

# Columns of lessons that are over: enough to see how a student stands, few enough to leave room.
PAST = 8
AHEAD = timedelta(days=7)


class PackColumn(NamedTuple):
    """One work of a lesson. `texts`: what stands in it, by student."""

    lesson_id: int
    work_id: int
    date: datetime.date
    pair: int
    kind: str
    is_ahead: bool
    texts: dict[int, str]


@dataclass(frozen=True, slots=True)
class PackJournal:
    course: Course
    teachers: str
    students: list[Student]
    columns: list[PackColumn]


@dataclass(frozen=True, slots=True)
class GroupPack:
    """`name` is what the pack is called by: a group or a teacher; `people`: the whole group."""

    name: str
    curator: str
    made: datetime.datetime
    days: list[Day]
    people: list[Person]
    journals: list[PackJournal]


def of_group(group: Group, year: AcademicYear, made: datetime.datetime) -> GroupPack:
    """The pack of a group as of today. About seven queries a journal."""
    today = settings.today()
    courses = _courses(select(Course).where(Course.group_id == group.id, Course.year_id == year.id))
    curator = group_admin.curators(today).get(group.id)
    return GroupPack(
        group.title,
        curator.full_name if curator else "",
        made,
        _coming(today, group_ids=[group.id]),
        movement_plan.in_group(group.id, today),
        [journal(course, today) for course in courses],
    )


def of_teacher(viewer: Viewer, made: datetime.datetime) -> GroupPack:
    """A teacher's own journals of all her groups."""
    today = settings.today()
    year = periods.chosen()
    courses = _courses(courses_taught_by(viewer, today).where(Course.year_id == year.id))
    days = _coming(today, teacher_id=viewer.person_id)
    return GroupPack(viewer.short_name, "", made, days, [], [journal(course, today) for course in courses])


def journal(course: Course, today: date) -> PackJournal:
    """The last lessons of a journal with what stands in them, and those of the coming week."""
    columns = _columns(course, today)
    texts: dict[int, dict[int, str]] = {}
    for work_id, student_id, attendance, mark in db.session.execute(
        select(Cell.work_id, Cell.student_id, Cell.attendance, Cell.mark).where(
            Cell.work_id.in_([column.work_id for column in columns])
        )
    ):
        texts.setdefault(work_id, {})[student_id] = (attendance or "") + (mark or "")
    columns = [column._replace(texts=texts.get(column.work_id, {})) for column in columns]
    first = columns[0].date if columns else today
    students = [one for one in roster.students_of(course) if one.was_within(first, today + AHEAD)]
    return PackJournal(course, grid.teachers_of(course, today), students, columns)


def groups_open(viewer: Viewer) -> list[Group]:
    """The groups whose packs the viewer may take: administration all, a curator the led ones (п. 4.1, 4.3)."""
    if viewer.holds(OVERSEERS):
        return groups.studying(periods.chosen()) if periods.years() else []
    return group_list.led(viewer)


def teachers_on(course_id: int, today: date) -> list[Person]:
    """Who teaches a journal, the first one first: the authors that can be named."""
    ids = conflicts.teachers_of({course_id}, today).get(course_id, set())
    return list(db.session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.skey, Person.id)))


def _courses(query: Select[Course]) -> list[Course]:
    return list(
        db.session.scalars(
            query.join(Discipline, Discipline.id == Course.discipline_id)
            .join(Group, Group.id == Course.group_id)
            .options(
                joinedload(Course.group), joinedload(Course.subgroup), joinedload(Course.discipline),
                joinedload(Course.year),
            )
            .order_by(Group.gkey, Discipline.index, Course.subgroup_id, Course.id)
        )
    )  # fmt: skip


def _columns(course: Course, today: date) -> list[PackColumn]:
    rows = db.session.execute(
        select(Lesson.id, Work.id, Lesson.date, Lesson.pair, WorkKind.short, Lesson.state)
        .outerjoin(Work, Work.lesson_id == Lesson.id)
        .outerjoin(WorkKind, WorkKind.id == Work.kind_id)
        .where(
            Lesson.course_id == course.id,
            Lesson.date <= today + AHEAD,
            or_(Lesson.state != LessonState.CANCELLED, Lesson.date >= today),
        )
        .order_by(Lesson.date.desc(), Lesson.pair.desc(), Lesson.id.desc(), Work.ordinal.desc())
        .limit(4 * PAST)
    ).all()
    ahead: list[PackColumn] = []
    past: list[PackColumn] = []
    for lesson_id, work_id, day, pair, kind, state in rows:
        if state == LessonState.CANCELLED:
            continue
        is_ahead = day >= today and state != LessonState.HELD
        column = PackColumn(lesson_id, work_id or 0, day, pair, kind or "", is_ahead, {})
        (ahead if is_ahead else past).append(column)
    return past[PAST - 1 :: -1] + ahead[::-1]


def _coming(today: date, group_ids: Sequence[int] = (), teacher_id: int | None = None) -> list[Day]:
    """The days from today on, a week of them, with replacements."""
    this = today - timedelta(days=today.weekday())
    days: list[Day] = []
    for monday in (this, this + timedelta(days=7)):
        days += week.load(monday, group_ids=group_ids, teacher_id=teacher_id)
    return [day for day in days if today <= day.date <= today + AHEAD]

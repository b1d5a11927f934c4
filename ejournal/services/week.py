"""The lessons of a week as everybody sees them: with replacements, moves and days off (п. 4.2, R4.2.d)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from ejournal.access import in_force, lasting
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Course,
    CourseTeacher,
    Enrollment,
    Group,
    Guardianship,
    Lesson,
    LessonState,
    Person,
)
from ejournal.services import bells, conflicts, periods, school_days


@dataclass(frozen=True, slots=True)
class Slot:
    """A lesson of a week. `change` says what is otherwise than planned, in Russian."""

    lesson_id: int
    course_id: int
    pair: int
    times: tuple[time, time] | None
    discipline: str
    audience: str
    teachers: str
    room: str
    state: str
    change: str


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    # Why there are no lessons, where that is so.
    free: str
    slots: list[Slot]


def load(monday: date, *, group_ids: Collection[int] = (), teacher_id: int | None = None, room: str = "") -> list[Day]:
    """Monday to Saturday of a week, of groups, a teacher or a room; Sunday too where a lesson was put there.

    Six queries however many lessons."""
    sunday = monday + timedelta(days=6)
    lessons = _lessons(monday, sunday, group_ids, teacher_id, room)
    taught = _teachers(lessons, monday)
    ids = {id_ for each in taught.values() for id_ in each} | {lesson.teacher_id for lesson in lessons}
    names = {p.id: p.short_name for p in db.session.scalars(select(Person).where(Person.id.in_(ids - {None})))}
    rang = bells.load()
    year = year_of(monday)
    off = school_days.load(year) if year else None
    number = _course_number(group_ids, year)
    days = []
    for offset in range(7):
        day = monday + timedelta(days=offset)
        slots = [_slot(lesson, rang, taught, names) for lesson in lessons if lesson.date == day]
        if slots or day != sunday:
            days.append(Day(day, (off.why_not(day, number) or "") if off and not slots else "", slots))
    return days


def year_of(monday: date) -> AcademicYear | None:
    """The academic year of a week: its first one mostly begins in August. Of the last one, that of its Monday."""
    return periods.current(monday + timedelta(days=5)) or periods.current(monday)


def groups_of(person_id: int, on: date) -> list[Group]:
    """The groups whose timetable concerns a student, or a parent through the children."""
    children = select(Guardianship.student_id).where(Guardianship.parent_id == person_id, in_force(Guardianship, on))
    return list(
        db.session.scalars(
            select(Group)
            .join(Enrollment, Enrollment.group_id == Group.id)
            .where(
                in_force(Enrollment, on),
                or_(Enrollment.student_id == person_id, Enrollment.student_id.in_(children)),
            )
            .order_by(Group.gkey)
            .distinct()
        )
    )


def _lessons(monday: date, sunday: date, group_ids: Collection[int], teacher_id: int | None, room: str) -> list[Lesson]:
    query = (
        select(Lesson)
        .join(Course, Course.id == Lesson.course_id)
        .where(Lesson.date.between(monday, sunday))
        .options(
            joinedload(Lesson.course).joinedload(Course.group),
            joinedload(Lesson.course).joinedload(Course.subgroup),
            joinedload(Lesson.course).joinedload(Course.discipline),
        )
        .order_by(Lesson.date, Lesson.pair, Lesson.id)
    )
    if group_ids:
        query = query.where(Course.group_id.in_(group_ids))
    elif teacher_id:
        own = select(CourseTeacher.course_id).where(
            CourseTeacher.teacher_id == teacher_id, in_force(CourseTeacher, Lesson.date)
        )
        query = query.where(or_(Lesson.teacher_id == teacher_id, Lesson.course_id.in_(own)))
    elif not room:
        return []
    found = db.session.scalars(query).all()
    return [lesson for lesson in found if not room or conflicts.room_key(lesson.room) == conflicts.room_key(room)]


def _teachers(lessons: Sequence[Lesson], monday: date) -> dict[int, set[int]]:
    """By lesson the teachers of its course on its own day. One query."""
    rows = db.session.scalars(
        select(CourseTeacher).where(
            CourseTeacher.course_id.in_({lesson.course_id for lesson in lessons}), lasting(CourseTeacher, monday)
        )
    ).all()
    return {
        lesson.id: {
            row.teacher_id
            for row in rows
            if row.course_id == lesson.course_id
            and (row.since is None or row.since <= lesson.date)
            and (row.until is None or row.until >= lesson.date)
        }
        for lesson in lessons
    }


def _slot(lesson: Lesson, rang: bells.Bells, taught: dict[int, set[int]], names: dict[int, str]) -> Slot:
    """`taught`: by lesson."""
    own = ", ".join(names[id_] for id_ in sorted(taught[lesson.id]))
    instead = names.get(lesson.teacher_id) if lesson.teacher_id else None
    change = ""
    if lesson.state == LessonState.CANCELLED:
        change = f"снято{': ' + lesson.reason if lesson.reason else ''}"
    elif lesson.moved_from:
        change = f"перенесено с {lesson.moved_from:%d.%m}"
    elif instead:
        change = f"замена, по расписанию — {own}" if own else "замена"
    times = rang.span(lesson.date, lesson.pair, lesson.hours, lesson.course.group_id)
    return Slot(
        lesson.id, lesson.course_id, lesson.pair, times, lesson.course.discipline.title,
        lesson.course.audience, instead or own, lesson.room, lesson.state, change,
    )  # fmt: skip


def _course_number(group_ids: Collection[int], year: AcademicYear | None) -> int | None:
    group = db.session.get(Group, next(iter(group_ids))) if group_ids else None
    return group.course_number(year.starts.year) if group and year else None

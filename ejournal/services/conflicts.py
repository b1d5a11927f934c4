"""What a lesson on a day and pair would clash with: teacher, room, group, subgroup, days without lessons (п. 4.2)."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ejournal.access import in_force
from ejournal.domain.calendar import PAIR_HOURS, pairs_of
from ejournal.domain.names import fold
from ejournal.extensions import db
from ejournal.models import Course, CourseTeacher, Lesson, LessonState, Person
from ejournal.services import group_modes, school_days, settings


@dataclass(frozen=True, slots=True)
class Clash:
    """`kind`: teacher, room, group, subgroup, mode, stream or vacation; `message` is Russian and names the obstacle."""

    kind: str
    message: str


def on_day(
    day: date,
    pair: int,
    course: Course,
    *,
    hours: int = PAIR_HOURS,
    room: str = "",
    teacher_ids: Collection[int] | None = None,
    besides: Collection[int] = (),
) -> list[Clash]:
    """The clashes of a lesson of `course` there. `teacher_ids` None: the course's teachers on that day; `besides`:
    lessons that do not count. Lessons of one stream and cancelled ones never clash; one of six hours takes three
    pairs."""
    clashes = []
    length = pairs_of(hours)
    reason = school_days.load(course.year).why_not(day, course.group.course_number(course.year.starts.year))
    if reason:
        clashes.append(Clash("vacation", f"{day:%d.%m.%Y}: {reason}."))
    else:
        mode = group_modes.of_group(course.year, course.group)
        clashes += [Clash("mode", text) for text in group_modes.outside(mode, day.isoweekday(), pair, length)]
    giving = set(teacher_ids) if teacher_ids is not None else teachers_of([course.id], day).get(course.id, set())
    others = [
        lesson
        for lesson in _lessons_at(day, pair, length)
        if lesson.id not in besides and not _same_stream(lesson.course, course)
    ]
    taught = teachers_of([lesson.course_id for lesson in others], day)
    for lesson in others:
        there = {lesson.teacher_id} if lesson.teacher_id else taught.get(lesson.course_id, set())
        clashes += _with(lesson, course, room, giving & there)
    return clashes


def teachers_of(course_ids: Collection[int], day: date) -> dict[int, set[int]]:
    """The teachers of courses on a day, by course."""
    found: dict[int, set[int]] = {}
    rows = db.session.execute(
        select(CourseTeacher.course_id, CourseTeacher.teacher_id).where(
            CourseTeacher.course_id.in_(course_ids), in_force(CourseTeacher, day)
        )
    )
    for course_id, teacher_id in rows:
        found.setdefault(course_id, set()).add(teacher_id)
    return found


def same_room(one: str, other: str) -> bool:
    """Whether two rooms as people write them are one: «каб. 217» and «217». Shared rooms (спортзал) never are."""
    key = room_key(one)
    return (
        bool(key)
        and key == room_key(other)
        and key not in {room_key(r) for r in settings.get("timetable.shared_rooms")}
    )


def room_key(room: str) -> str:
    return re.sub(r"[\W_]+", "", re.sub(r"^(?:ауд|каб|к)\b\.?", "", fold(room).strip()))


def _lessons_at(day: date, pair: int, length: int) -> list[Lesson]:
    return list(
        db.session.scalars(
            select(Lesson)
            .where(
                Lesson.date == day,
                Lesson.state != LessonState.CANCELLED,
                Lesson.pair < pair + length,
                (Lesson.pair == pair) | (Lesson.pair + Lesson.hours // PAIR_HOURS > pair),
            )
            .options(
                joinedload(Lesson.course).joinedload(Course.group),
                joinedload(Lesson.course).joinedload(Course.subgroup),
                joinedload(Lesson.course).joinedload(Course.discipline),
            )
            .order_by(Lesson.pair, Lesson.id)
        )
    )


def _same_stream(one: Course, other: Course) -> bool:
    return one.id == other.id or (one.stream_id is not None and one.stream_id == other.stream_id)


def _with(lesson: Lesson, course: Course, room: str, teachers: Collection[int]) -> list[Clash]:
    what = f"{lesson.date:%d.%m}, {lesson.pair} пара: {lesson.course.discipline.title}, {lesson.course.audience}"
    clashes = []
    if teachers:
        names = ", ".join(
            person.short_name for person in db.session.scalars(select(Person).where(Person.id.in_(teachers)))
        )
        clashes.append(Clash("teacher", f"{names} занят(а): {what}."))
    if same_room(room, lesson.room):
        clashes.append(Clash("room", f"Аудитория {room} занята: {what}."))
    if lesson.course.group_id == course.group_id:
        if course.subgroup_id is None or lesson.course.subgroup_id is None:
            clashes.append(Clash("group", f"У группы уже есть занятие: {what}."))
        elif course.subgroup_id == lesson.course.subgroup_id:
            clashes.append(Clash("subgroup", f"У подгруппы уже есть занятие: {what}."))
    return clashes


def left_behind(lesson: Lesson, day: date, pair: int) -> list[Clash]:
    """The stream's other journals whose lesson stays where it was when this one goes: the lesson would fall apart."""
    if lesson.course.stream_id is None:
        return []
    others = db.session.scalars(
        select(Lesson)
        .join(Course, Course.id == Lesson.course_id)
        .where(
            Course.stream_id == lesson.course.stream_id,
            Course.id != lesson.course_id,
            Lesson.date == lesson.date,
            Lesson.pair == lesson.pair,
            Lesson.state != LessonState.CANCELLED,
        )
        .options(
            joinedload(Lesson.course).joinedload(Course.group), joinedload(Lesson.course).joinedload(Course.subgroup)
        )
    ).all()
    if not others or (day, pair) == (lesson.date, lesson.pair):
        return []
    names = ", ".join(sorted(other.course.audience for other in others))
    return [Clash("stream", f"Занятие идёт потоком: {names} останется на {lesson.date:%d.%m}, {lesson.pair} паре.")]

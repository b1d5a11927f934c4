"""The timetable of the week as it stands: of a group, a teacher or a room (п. 4.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from ejournal.extensions import db
from ejournal.models import AcademicYear, Course, Group, Person, TimetableEntry
from ejournal.services.conflicts import room_key, teachers_of


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry as the grid shows it. `length` in pairs; `stream`: the title of the stream it is given to."""

    id: int
    group_id: int
    weekday: int
    pair: int
    week: str
    discipline: str
    group: str
    subgroup: str
    teachers: str
    room: str
    since: date | None
    until: date | None
    hours: int
    stream: bool


def of_group(year: AcademicYear, group: Group, on: date) -> list[Placed]:
    """What stands in a group's week from a day on, by day and pair. Three queries."""
    return _placed(entries(year, on, Course.group_id == group.id), on)


def of_teacher(year: AcademicYear, teacher_id: int, on: date) -> list[Placed]:
    """The week of a teacher, over all groups."""
    rows = entries(year, on)
    taught = teachers_of({row.course_id for row in rows}, on)
    mine = [
        row for row in rows if teacher_id in ({row.teacher_id} if row.teacher_id else taught.get(row.course_id, ()))
    ]
    return _placed(mine, on)


def of_room(year: AcademicYear, room: str, on: date) -> list[Placed]:
    """The week of a room, as people write its name."""
    return _placed([row for row in entries(year, on) if room_key(row.room) == room_key(room)], on)


def rooms(year: AcademicYear) -> list[str]:
    """The rooms that the year's timetable names."""
    return sorted(
        db.session.scalars(
            select(TimetableEntry.room)
            .join(Course, Course.id == TimetableEntry.course_id)
            .where(Course.year_id == year.id, TimetableEntry.room != "")
            .distinct()
        )
    )


def entries(year: AcademicYear, on: date, *where: object) -> Sequence[TimetableEntry]:
    """The entries of a year that hold on a day or later."""
    return db.session.scalars(
        select(TimetableEntry)
        .join(Course, Course.id == TimetableEntry.course_id)
        .where(
            Course.year_id == year.id,
            or_(TimetableEntry.until.is_(None), TimetableEntry.until >= on),
            *where,  # type: ignore[arg-type]
        )
        .order_by(TimetableEntry.weekday, TimetableEntry.pair, TimetableEntry.week.desc(), TimetableEntry.id)
    ).all()


def courses_by_id(ids: object) -> dict[int, Course]:
    return {course.id: course for course in _loaded(select(Course).where(Course.id.in_(ids)))}  # type: ignore[arg-type]


def stream_of(course: Course) -> list[Course]:
    """The other journals to which its lessons are given too."""
    if course.stream_id is None:
        return []
    return _loaded(
        select(Course).where(Course.stream_id == course.stream_id, Course.id != course.id).order_by(Course.id)
    )


def _loaded(query: object) -> list[Course]:
    return list(
        db.session.scalars(
            query.options(  # type: ignore[attr-defined]
                joinedload(Course.discipline), joinedload(Course.subgroup), joinedload(Course.group)
            )
        )
    )


def _placed(rows: Sequence[TimetableEntry], on: date) -> list[Placed]:
    taught = teachers_of({row.course_id for row in rows}, on)
    named = {row.course_id: taught.get(row.course_id, set()) for row in rows}
    ids = {id_ for each in named.values() for id_ in each} | {row.teacher_id for row in rows if row.teacher_id}
    people = {p.id: p.short_name for p in db.session.scalars(select(Person).where(Person.id.in_(ids)))}
    courses = courses_by_id({row.course_id for row in rows})
    placed = []
    for row in rows:
        course = courses[row.course_id]
        teachers = {row.teacher_id} if row.teacher_id else named[row.course_id]
        placed.append(
            Placed(
                row.id, course.group_id, row.weekday, row.pair, row.week, course.discipline.title, course.group.title,
                course.subgroup.title if course.subgroup else "",
                ", ".join(people[id_] for id_ in sorted(teachers)), row.room, row.since, row.until, row.hours,
                course.stream_id is not None,
            )
        )  # fmt: skip
    return placed

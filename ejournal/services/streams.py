"""Потоки: one lesson given to several groups together, each with its own journal (п. 4.2)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from ejournal.access import Viewer
from ejournal.domain.names import fold
from ejournal.extensions import db
from ejournal.models import AcademicYear, Course, Discipline, Group, Stream
from ejournal.services import conflicts, log, people, periods, timetable
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError


@dataclass(frozen=True, slots=True)
class Listed:
    """A stream with its journals. `teachers` differ: one lesson can't be given by different people."""

    stream: Stream
    courses: list[Course]
    teachers: dict[int, str]

    @property
    def differs(self) -> bool:
        return len(set(self.teachers.values())) > 1


def listing(year: AcademicYear, on: date) -> list[Listed]:
    """The streams of a year by title, in four queries."""
    streams = db.session.scalars(select(Stream).where(Stream.year_id == year.id).order_by(Stream.title)).all()
    courses = _courses(Course.stream_id.in_([stream.id for stream in streams]))
    taught = conflicts.teachers_of([course.id for course in courses], on)
    words = people.short_names({course.id: taught.get(course.id, ()) for course in courses})
    return [
        Listed(stream, own, {course.id: words[course.id] for course in own})
        for stream in streams
        if (own := [course for course in courses if course.stream_id == stream.id])
    ]


def disciplines(year: AcademicYear) -> list[str]:
    """The titles of disciplines that more than one journal of the year has, once each."""
    rows = db.session.execute(
        select(Discipline.title, func.count(Course.group_id.distinct()))
        .join(Course, Course.discipline_id == Discipline.id)
        .where(Course.year_id == year.id)
        .group_by(Discipline.title)
        .order_by(Discipline.title)
    )
    counted: dict[str, int] = {}
    for title, number in rows:
        counted[title] = counted.get(title, 0) + number
    return [title for title, number in counted.items() if number > 1]


def offered(year: AcademicYear, title: str) -> list[Course]:
    """The journals of a discipline, by its title, over all groups."""
    wanted = fold(title)
    return [course for course in _courses(Course.year_id == year.id) if fold(course.discipline.title) == wanted]


def join(actor: Viewer, year: AcademicYear, course_ids: Collection[int], title: str, stream_id: int | None) -> Stream:
    """Put journals into a stream, a new one or one there is; all get the places of the first in the timetable.

    Raises ClosedError, NotFoundError, RefusedError.
    """
    periods.check_open(year)
    stream = _find(year, stream_id) if stream_id else Stream(year_id=year.id, title=_title(title))
    joining = _courses(Course.id.in_(course_ids))
    together = (_courses(Course.stream_id == stream.id) if stream.id else []) + joining
    _check(year, stream, joining, together)
    db.session.add(stream)
    db.session.flush()
    for course in joining:
        course.stream_id = stream.id
    db.session.flush()
    try:
        for course in together:
            timetable.copy_to_stream(actor, course)
    except FieldsError as error:
        raise RefusedError(" ".join(error.fields.values())) from error
    names = ", ".join(course.audience for course in together)
    log.record(actor, "load", "join", after=f"{stream.title}: {joining[0].discipline.title}, {names}")
    db.session.commit()
    return stream


def rename(actor: Viewer, stream_id: int, title: str) -> Stream:
    """Raises NotFoundError, RefusedError."""
    stream = db.session.get(Stream, stream_id)
    if stream is None:
        raise NotFoundError
    before, stream.title = stream.title, _title(title)
    if before != stream.title:
        log.record(actor, "load", "update", before=f"поток {before}", after=stream.title)
    db.session.commit()
    return stream


def leave(actor: Viewer, course_id: int) -> Course:
    """Take a journal out of its stream; one that is left alone is no stream. Its places in the timetable stay its own.

    Raises NotFoundError, ClosedError.
    """
    course = db.session.get(Course, course_id)
    if course is None or course.stream_id is None:
        raise NotFoundError
    periods.check_open(course.year)
    stream = db.session.get(Stream, course.stream_id)
    assert stream is not None
    course.stream_id = None
    left = _courses(Course.stream_id == stream.id)
    if len(left) < 2:
        for other in left:
            other.stream_id = None
        db.session.flush()
        db.session.delete(stream)
    # It names no journal by its key: an empty one that has left can be deleted.
    log.record(actor, "load", "leave", before=stream.title, after=course.title)
    db.session.commit()
    return course


def _check(year: AcademicYear, stream: Stream, joining: list[Course], together: list[Course]) -> None:
    if not joining or len(together) < 2:
        raise RefusedError("Отметьте журналы двух групп или больше: поток — это общее занятие.")
    if any(course.year_id != year.id for course in together):
        raise RefusedError(f"В поток входят журналы одного учебного года ({year.title}).")
    taken = [course for course in joining if course.stream_id not in (None, stream.id)]
    if taken:
        raise RefusedError(f"{taken[0].title}: уже в другом потоке. Сначала выведите журнал оттуда.")
    again = [course for course in joining if stream.id and course.stream_id == stream.id]
    if again:
        raise RefusedError(f"{again[0].title}: уже в этом потоке.")
    groups: dict[int, Course] = {}
    for course in together:
        other = groups.setdefault(course.group_id, course)
        if other is not course:
            raise RefusedError(
                f"{other.audience} и {course.audience}: одна группа. В поток объединяют разные группы или их подгруппы."
            )


def _find(year: AcademicYear, stream_id: int) -> Stream:
    stream = db.session.get(Stream, stream_id)
    if stream is None or stream.year_id != year.id:
        raise NotFoundError
    return stream


def _title(typed: str) -> str:
    title = " ".join(typed.split())[:250]
    if not title:
        raise RefusedError("Назовите поток, например «История, 1 курс».")
    return title


def _courses(*where: object) -> list[Course]:
    return list(
        db.session.scalars(
            select(Course)
            .join(Group, Group.id == Course.group_id)
            .where(*where)  # type: ignore[arg-type]
            .options(joinedload(Course.discipline), joinedload(Course.subgroup), joinedload(Course.group))
            .order_by(Group.gkey, Course.id)
        )
    )

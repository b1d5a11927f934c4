"""A lesson with everything that decides whether it may be changed; its entries in the log."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased, joinedload

from ejournal.access import Viewer, sees, teaches
from ejournal.domain.names import short_name
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Cell,
    Course,
    Group,
    Lesson,
    LogEntry,
    Period,
    Person,
    Role,
    Work,
)
from ejournal.services import guard, log, settings
from ejournal.services.cell_context import period_of
from ejournal.services.closed import hold_open, is_closed
from ejournal.services.errors import ClosedError, Current, NotFoundError, RefusedError, ServiceError, StaleError

STALE = "Пока вы заполняли, занятие изменили. Набранное вами сохранено на странице: сравните и решите, что оставить."


@dataclass(frozen=True, slots=True)
class Place:
    """A journal on a day, as the viewer meets it today."""

    course: Course
    day: date
    teaches: bool
    sees: bool
    year_closed: bool
    period_closed: bool
    # The viewer replaces the teacher on this lesson: fills it, does not move or cancel it.
    replaces: bool = False

    @property
    def refusal(self) -> ServiceError | None:
        """Why the viewer can't change anything here, or None."""
        try:
            guard.check_may_edit(self)
        except ServiceError as error:
            return error
        return None


def place_on(viewer: Viewer, course_id: int, day: date, lesson: Lesson | None = None) -> Place:
    """A journal on a day; `lesson`: for that one lesson, which the viewer may give in place of its teacher.

    Raises NotFoundError where the viewer may not read the journal.
    """
    today = settings.today()
    period = aliased(Period)
    row = db.session.execute(
        select(
            Course,
            teaches(viewer, Course.id, today),
            sees(viewer, today),
            AcademicYear.closed_at.is_not(None),
            is_closed(Course.id, period.id, today),
        )
        .join(AcademicYear, AcademicYear.id == Course.year_id)
        .join(Group, Group.id == Course.group_id)
        .outerjoin(period, period.id == period_of(day))
        .where(Course.id == course_id)
        .options(
            joinedload(Course.year),
            joinedload(Course.group),
            joinedload(Course.subgroup),
            joinedload(Course.discipline),
        )
    ).first()
    replaces = lesson is not None and Role.TEACHER in viewer.roles and lesson.teacher_id == viewer.person_id
    if row is None or not (row[1] or row[2] or replaces):
        raise NotFoundError
    return Place(row[0], day, row[1] or replaces, *row[2:], replaces=replaces and not row[1])


def find(viewer: Viewer, course_id: int, lesson_id: int) -> tuple[Lesson, Place]:
    """A lesson to read. Raises NotFoundError."""
    lesson = db.session.scalar(
        select(Lesson).where(Lesson.id == lesson_id, Lesson.course_id == course_id).options(joinedload(Lesson.course))
    )
    if lesson is None:
        raise NotFoundError
    return lesson, place_on(viewer, course_id, lesson.date, lesson)


def find_to_change(actor: Viewer, course_id: int, lesson_id: int, version: int | None) -> tuple[Lesson, Place]:
    """A lesson to write, held against other writers until the commit.

    Raises NotFoundError, ForbiddenError, ClosedError, and StaleError when it was changed since `version` was seen.
    """
    hold_open()
    lesson = db.session.scalar(
        select(Lesson)
        .where(Lesson.id == lesson_id, Lesson.course_id == course_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if lesson is None:
        raise NotFoundError
    place = place_on(actor, course_id, lesson.date, lesson)
    guard.check_may_edit(place)
    if version is not None and version != lesson.version:
        raise StaleError(STALE, _current(lesson))
    return lesson, place


def open_place(actor: Viewer, course_id: int, day: date) -> Place:
    """The journal on another day of it that lessons may be put on.

    Raises NotFoundError, ForbiddenError, ClosedError, RefusedError for a day outside the academic year.
    """
    hold_open()
    place = place_on(actor, course_id, day)
    guard.check_may_edit(place)
    check_in_year(place.course.year, day)
    return place


def check_in_year(year: AcademicYear, day: date) -> None:
    """Raises RefusedError for a day that lessons of the year are not put on."""
    if not year.starts <= day <= year.ends:
        raise RefusedError(f"Дата вне учебного года {year.title}: с {year.starts:%d.%m.%Y} по {year.ends:%d.%m.%Y}.")


def check_open(course_id: int, day: date) -> None:
    """Raises ClosedError where the journal's period of the day is closed, whoever would change it (п. 4.4)."""
    if closed_on([course_id], day):
        raise ClosedError(guard.CLOSED)


def closed_on(course_ids: Collection[int], day: date) -> set[int]:
    """Of these journals those whose period of the day is closed; the others' stays open until the transaction ends."""
    hold_open()
    return set(
        db.session.scalars(
            select(Course.id)
            .join(AcademicYear, AcademicYear.id == Course.year_id)
            .join(Group, Group.id == Course.group_id)
            .where(Course.id.in_(course_ids), is_closed(Course.id, period_of(day), settings.today()))
        )
    )


def is_taken(course_id: int, day: date, pair: int, besides: int | None = None) -> bool:
    """Whether the journal already has a lesson on this pair (`besides`: the lesson that is being moved)."""
    query = select(Lesson.id).where(Lesson.course_id == course_id, Lesson.date == day, Lesson.pair == pair)
    return db.session.scalar(query.where(Lesson.id != (besides or 0)).limit(1)) is not None


def count_entries(lesson_id: int, work_id: int | None = None) -> int:
    """How many cells of a lesson, or of one of its works, hold a mark or an attendance code."""
    query = (
        select(func.count())
        .select_from(Cell)
        .join(Work, Work.id == Cell.work_id)
        .where(Work.lesson_id == lesson_id, or_(Cell.mark.is_not(None), Cell.attendance.is_not(None)))
    )
    return db.session.scalar(query if work_id is None else query.where(Work.id == work_id)) or 0


def note(
    actor: Viewer, lesson: Lesson, what: str, before: Any, after: Any, *, subject: str = "lesson", **more: Any
) -> None:
    """One changed field into the log, in the current transaction; nothing when it did not change.

    Works are named and not referred to: a column that never held a mark may be removed, its log stays.
    """
    if before == after:
        return
    log.record(
        actor,
        subject,
        more.pop("action", "update"),
        before=shown(before),
        after=shown(after),
        course_id=lesson.course_id,
        lesson_id=lesson.id,
        details={"name": f"занятие {lesson.date:%d.%m.%Y}, {lesson.pair} пара: {what}"},
        **more,
    )


def shown(value: Any) -> str | None:
    """A field's value as the log keeps it."""
    if value is None or value == "":
        return None
    return f"{value:%d.%m.%Y}" if isinstance(value, date) else str(value)


def _current(lesson: Lesson) -> Current:
    """Who changed the lesson last and what it was."""
    row = db.session.execute(
        select(LogEntry.at, LogEntry.after, Person.surname, Person.name, Person.patronymic)
        .outerjoin(Person, Person.id == LogEntry.actor_id)
        .where(LogEntry.lesson_id == lesson.id, LogEntry.subject.in_(("lesson", "homework", "work", "file")))
        .order_by(LogEntry.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return Current(lesson.topic, lesson.version, "", "")
    who = short_name(row.surname, row.name, row.patronymic) if row.surname else ""
    return Current(row.after or "", lesson.version, who, f"{settings.local(row.at):%d.%m.%Y %H:%M}")

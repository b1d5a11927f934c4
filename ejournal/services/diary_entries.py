"""What marks and hours of a diary are counted from: a student's cells, and lessons without one. One query."""

import datetime
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from ejournal.access import prepared
from ejournal.domain import grading
from ejournal.extensions import db
from ejournal.models import Cell, Course, Discipline, Lesson, LessonState, Person, Work, WorkKind
from ejournal.services.diary import Child
from ejournal.services.diary_lessons import attends, courses_near, whose


class Entry(NamedTuple):
    """A cell of a student, or a lesson without one: what marks and hours are counted from."""

    student_id: int
    lesson_id: int
    course_id: int
    date: datetime.date
    pair: int
    hours: int
    discipline: str
    topic: str
    kind: str
    weight: int
    cell_id: int | None
    attendance: str | None
    mark: str | None
    updated_at: Any
    held: bool

    @property
    def text(self) -> str:
        return (self.attendance or "") + (self.mark or "")


Span = tuple[date, date]


def load(children: Sequence[Child], span: Span, also: Span | None = None) -> list[Entry]:
    """Cells of the children on lessons of these days; a lesson without any is there once. Cancelled lessons are not."""
    if also and span[0] <= also[0] and also[1] <= span[1]:
        also = None
    also_first, also_last = also or (None, None)
    statement, values = _entries(
        first=span[0], last=span[1], also_first=also_first, also_last=also_last, **whose(children)
    )
    # Past the ORM: a semester has hundreds.
    return [Entry(*row) for row in db.session.connection().execute(statement, values).all()]


@prepared
def _entries(
    students: Any, groups: Any, first: date, last: date, also_first: date | None, also_last: date | None
) -> Select[*tuple[Any, ...]]:
    own = and_(Cell.work_id == Work.id, Cell.student_id == Person.id)
    when: ColumnElement[bool] = Lesson.date.between(first, last)
    if also_first is not None:
        when = or_(when, Lesson.date.between(also_first, also_last))
    return (
        select(
            Person.id, Lesson.id, Lesson.course_id, Lesson.date, Lesson.pair, Lesson.hours, Discipline.title,
            Lesson.topic, func.coalesce(func.nullif(Work.title, ""), WorkKind.title, ""),
            func.coalesce(Work.weight, 1), Cell.id, Cell.attendance, Cell.mark, Cell.updated_at,
            Lesson.state == LessonState.HELD,
        )
        .select_from(Lesson)
        .join(Course, and_(Course.id == Lesson.course_id, courses_near(students, groups)))
        .join(Person, Person.id.in_(students))
        .join(Discipline, Discipline.id == Course.discipline_id)
        .outerjoin(Work, Work.lesson_id == Lesson.id)
        .outerjoin(WorkKind, WorkKind.id == Work.kind_id)
        .outerjoin(Cell, own)
        .where(attends(Person.id, Lesson.date), when, Lesson.state != LessonState.CANCELLED)
        .order_by(Lesson.date, Lesson.pair, Lesson.id, Work.ordinal)
    )  # fmt: skip


def codes(found: Collection[Entry]) -> dict[int, tuple[Entry, str]]:
    """Of a student's entries: the lessons held with an attendance code, once each, the gravest code."""
    by_lesson: dict[int, list[Entry]] = {}
    for entry in found:
        if entry.held and entry.attendance:
            by_lesson.setdefault(entry.lesson_id, []).append(entry)
    return {
        lesson_id: (cells[0], grading.lesson_attendance([cell.attendance for cell in cells]) or "")
        for lesson_id, cells in by_lesson.items()
    }


def hours_held(found: Collection[Entry]) -> int:
    """Academic hours of the lessons held, each once: as statements and reports count them, a lesson that is over and
    that nobody filled in is none (п. 4.6)."""
    return sum({entry.lesson_id: entry.hours for entry in found if entry.held}.values())

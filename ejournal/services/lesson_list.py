"""The journal's second page: №, date, pair, hours, topic, homework, and hours planned, given, left (вычитка)."""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, select

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import LESSON_STATES, Course, Homework, Lesson, LessonFile, LessonState
from ejournal.services import lesson_context, settings


class Row(NamedTuple):
    """A lesson of the list; `number` is None for a cancelled one, which does not count."""

    number: int | None
    lesson: Lesson
    homework: Homework | None
    files: int
    state: str
    is_today: bool


@dataclass(slots=True)
class Listing:
    course: Course
    can_edit: bool
    rows: list[Row]

    @property
    def planned(self) -> int:
        return self.course.hours

    @property
    def given(self) -> int:
        return sum(row.lesson.hours for row in self.rows if row.lesson.state == LessonState.HELD)

    @property
    def scheduled(self) -> int:
        """Hours still to come: planned and moved lessons."""
        to_come = (LessonState.PLANNED, LessonState.MOVED)
        return sum(row.lesson.hours for row in self.rows if row.lesson.state in to_come)

    @property
    def left(self) -> int:
        return max(self.planned - self.given, 0)

    @property
    def percent(self) -> int | None:
        return round(100 * self.given / self.planned) if self.planned else None


def load(viewer: Viewer, course_id: int) -> Listing:
    """All lessons of a journal in order. Three queries however many. Raises NotFoundError."""
    today = settings.today()
    place = lesson_context.place_on(viewer, course_id, today)
    attached = (
        select(LessonFile.lesson_id, func.count().label("files"))
        .where(LessonFile.removed_at.is_(None), LessonFile.task_id.is_(None))
        .group_by(LessonFile.lesson_id)
        .subquery()
    )
    found = db.session.execute(
        select(Lesson, Homework, attached.c.files)
        .outerjoin(Homework, Homework.lesson_id == Lesson.id)
        .outerjoin(attached, attached.c.lesson_id == Lesson.id)
        .where(Lesson.course_id == course_id)
        .order_by(Lesson.date, Lesson.pair, Lesson.id)
    )
    rows: list[Row] = []
    number = 0
    for lesson, given, count in found:
        counts = lesson.state != LessonState.CANCELLED
        number += counts
        state = LESSON_STATES[LessonState(lesson.state)]
        rows.append(Row(number if counts else None, lesson, given, count or 0, state, lesson.date == today))
    return Listing(place.course, place.refusal is None, rows)

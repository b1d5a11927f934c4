"""Lessons with their homework, for the load of students."""

import datetime
from collections import defaultdict
from typing import NamedTuple

from sqlalchemy import select

from ejournal.models import Homework, Lesson, LessonState
from ejournal.services.reports import facts
from ejournal.services.reports.scope import Scope


class Taught(NamedTuple):
    """A lesson that was not cancelled, and whether something was set on it."""

    date: datetime.date
    hours: int
    has_homework: bool
    due: datetime.date | None


def by_course(scope: Scope) -> dict[int, list[Taught]]:
    """Of each journal; one query."""
    found: dict[int, list[Taught]] = defaultdict(list)
    for course_id, day, hours, homework, due in facts.fetch(
        select(Lesson.course_id, Lesson.date, Lesson.hours, Homework.id, Homework.due_date)
        .outerjoin(Homework, Homework.lesson_id == Lesson.id)
        .where(scope.during(Lesson.course_id), Lesson.state != LessonState.CANCELLED)
        .order_by(Lesson.date, Lesson.pair)
    ):
        found[course_id].append(Taught(day, hours, homework is not None, due))
    return found

"""When a lesson is not filled in (п. 4.4): one set of conditions for the start page and for automatic remarks."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_

from ejournal.domain import terms
from ejournal.domain.remarks import ATTENDANCE, BARE, TOPIC
from ejournal.models import Lesson, LessonState
from ejournal.services import failures


def bare() -> ColumnElement[bool]:
    """Nothing says that it was held: neither a topic nor the mark of it."""
    return and_(Lesson.state != LessonState.HELD, Lesson.topic == "")


def without_attendance() -> ColumnElement[bool]:
    return and_(Lesson.attendance_at.is_(None), ~bare())


def without_topic() -> ColumnElement[bool]:
    return and_(Lesson.topic == "", ~bare())


def term_passed(before: date, days_of_failure: Any = None) -> ColumnElement[bool]:
    """The last day for attendance is over, and the lesson was not given in days of a failure (п. 4.1): the regulation
    names no other term for filling a lesson in. `before`: of `first_in_term`."""
    return and_(Lesson.date < before, ~failures.excused(days_of_failure))


def first_in_term(today: date, values: terms.Values) -> date:
    """The earliest day whose attendance may still be entered in time."""
    return today - (terms.attendance_due(today, values) - today)


# By the kind of the automatic remark that each makes.
CONDITIONS = {BARE: bare, TOPIC: without_topic, ATTENDANCE: without_attendance}

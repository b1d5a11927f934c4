"""One lesson as a list of students: the phone layout of a journal (п. 4.4)."""

import datetime
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import Cell, Course, Lesson, LessonState
from ejournal.services import absence_cover, lesson_page, roster, settings
from ejournal.services.errors import NotFoundError
from ejournal.services.lesson_page import Column


class Line(NamedTuple):
    """A student who was in the journal on the lesson's day, and her cell of the chosen work."""

    number: int
    student_id: int
    name: str
    text: str
    version: int
    paper: str


@dataclass(slots=True)
class Roll:
    course: Course
    lesson: Lesson
    can_edit: bool
    refusal: str
    columns: list[Column]
    chosen: Column
    lines: list[Line]
    previous: Lesson | None
    following: Lesson | None
    times: tuple[datetime.time, datetime.time] | None


def load(viewer: Viewer, course_id: int, lesson_id: int, work_id: int | None) -> Roll:
    """The roll of a lesson for one of its works (the first by itself). Raises NotFoundError."""
    page = lesson_page.load(viewer, course_id, lesson_id)
    chosen = next((column for column in page.columns if work_id is None or column.work.id == work_id), None)
    if chosen is None:
        raise NotFoundError
    lesson = page.lesson
    refusal = page.refusal
    if page.can_edit and lesson.state == LessonState.CANCELLED:
        refusal = "Занятие отменено: отметки в него не ставятся."
    elif page.can_edit and lesson.date > settings.today():
        refusal = f"Занятие {lesson.date:%d.%m} ещё не проведено: отметки ставятся в день занятия (п. 4.4)."
    return Roll(
        course=page.course,
        lesson=lesson,
        can_edit=not refusal,
        refusal=refusal,
        columns=page.columns,
        chosen=chosen,
        lines=_lines(page.course, lesson, chosen.work.id),
        previous=page.previous,
        following=page.following,
        times=page.times,
    )


def _lines(course: Course, lesson: Lesson, work_id: int) -> list[Line]:
    """In the grid's order and with its numbers: the list in the hand is the one on the screen."""
    stored = {
        row.student_id: ((row.attendance or "") + (row.mark or ""), row.version)
        for row in db.session.execute(
            select(Cell.student_id, Cell.attendance, Cell.mark, Cell.version).where(Cell.work_id == work_id)
        )
    }
    listed = [
        student
        for student in roster.students_of(course)
        # What was filled in stays to be seen when an individual plan takes the student off the list.
        if student.is_listed(lesson.date, lesson.date) or stored.get(student.id, ("", 0))[0]
    ]
    papers = absence_cover.hints(course.id, (lesson.date, lesson.date))
    return [
        Line(number, student.id, student.name, *stored.get(student.id, ("", 0)), papers.get(student.id, ""))
        for number, student in enumerate(listed, 1)
        if student.was_there(lesson.date) or student.is_individual
    ]

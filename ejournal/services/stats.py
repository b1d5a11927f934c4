"""A journal's averages and missed hours, for whole rows and columns at once (no query per student)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from ejournal.domain import grading
from ejournal.extensions import db
from ejournal.models import Cell, Lesson, Work


@dataclass(frozen=True, slots=True)
class RowStats:
    """A student's figures over a period: weighted mean of marks, missed academic hours, latenesses."""

    mean: str
    missed: grading.Missed

    @property
    def missed_text(self) -> str:
        return str(self.missed.total) if self.missed.total else ""


NO_STATS = RowStats("", grading.missed_hours(()))


def of_students(course_id: int, span: tuple[date, date], student_ids: Sequence[int]) -> dict[int, RowStats]:
    """Figures of the given students in a journal between two dates, both included. One query."""
    rows = db.session.execute(
        select(Cell.student_id, Cell.attendance, Cell.mark, Work.weight, Lesson.id, Lesson.hours)
        .join(Work, Work.id == Cell.work_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .where(
            Lesson.course_id == course_id,
            Lesson.date.between(*span),
            Cell.student_id.in_(student_ids) if len(student_ids) > 1 else Cell.student_id == student_ids[0],
        )
    ).all()
    return summarise(rows)


def summarise(rows: Iterable[Any]) -> dict[int, RowStats]:
    """Figures by student from (student, attendance, mark, weight, lesson, hours); a lesson is missed once."""
    marks: dict[int, list[tuple[str | None, int]]] = defaultdict(list)
    codes: dict[int, dict[tuple[int, int], list[str | None]]] = defaultdict(lambda: defaultdict(list))
    for student_id, attendance, mark, weight, lesson_id, hours in rows:
        if mark:
            marks[student_id].append((mark, weight))
        if attendance:
            codes[student_id][lesson_id, hours].append(attendance)
    return {
        student_id: RowStats(
            grading.format_mean(grading.weighted_mean(marks[student_id])) if student_id in marks else "",
            grading.missed_hours(
                (hours, grading.lesson_attendance(found))
                for (_lesson, hours), found in codes.get(student_id, {}).items()
            ),
        )
        for student_id in marks.keys() | codes.keys()
    }


def of_works(work_ids: Sequence[int]) -> dict[int, str]:
    """The average of each column, as text. One query."""
    marks: dict[int, list[str | None]] = defaultdict(list)
    for work_id, mark in db.session.execute(
        select(Cell.work_id, Cell.mark).where(
            Cell.work_id.in_(work_ids) if len(work_ids) > 1 else Cell.work_id == work_ids[0],
            Cell.mark.is_not(None),
        )
    ):
        marks[work_id].append(mark)
    return {work_id: grading.format_mean(grading.mean(marks[work_id])) for work_id in work_ids}

"""A journal's averages and missed hours, for whole rows and columns at once (no query per student)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select

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
    rows = (
        db.session.connection()
        .execute(
            _student_cells(), {"course": course_id, "first": span[0], "last": span[1], "students": list(student_ids)}
        )
        .all()
    )
    return summarise(rows)


@cache
def _student_cells() -> Select[*tuple[Any, ...]]:
    # Put together once: every save asks it.
    return (
        select(Cell.student_id, Cell.attendance, Cell.mark, Work.weight, Lesson.id, Lesson.hours)
        .join(Work, Work.id == Cell.work_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .where(
            Lesson.course_id == bindparam("course"),
            Lesson.date.between(bindparam("first"), bindparam("last")),
            Cell.student_id.in_(bindparam("students", expanding=True)),
        )
    )


@cache
def _column_marks() -> Select[*tuple[Any, ...]]:
    return select(Cell.work_id, Cell.mark).where(
        Cell.work_id.in_(bindparam("works", expanding=True)), Cell.mark.is_not(None)
    )


def summarise(rows: Iterable[Any]) -> dict[int, RowStats]:
    """Figures by student from (student, attendance, mark, weight, lesson, hours); a lesson is missed once."""
    # Marks of one kind are counted before they are weighed: 2400 cells are 9 different marks.
    marks: dict[int, Counter[tuple[str, int]]] = defaultdict(Counter)
    codes: dict[int, dict[tuple[int, int], list[str | None]]] = defaultdict(lambda: defaultdict(list))
    for student_id, attendance, mark, weight, lesson_id, hours in rows:
        if mark:
            marks[student_id][mark, weight] += 1
        if attendance:
            codes[student_id][lesson_id, hours].append(attendance)
    return {
        student_id: RowStats(
            _weighted(marks[student_id]) if student_id in marks else "",
            grading.missed_hours(
                (hours, grading.lesson_attendance(found))
                for (_lesson, hours), found in codes.get(student_id, {}).items()
            ),
        )
        for student_id in marks.keys() | codes.keys()
    }


def _weighted(counted: Counter[tuple[str, int]]) -> str:
    return grading.format_mean(
        grading.weighted_mean((mark, weight * number) for (mark, weight), number in counted.items())
    )


def of_works(work_ids: Sequence[int]) -> dict[int, str]:
    """The average of each column, as text. One query."""
    rows = db.session.connection().execute(_column_marks(), {"works": list(work_ids)})
    return column_means(work_ids, ((row[0], row[1]) for row in rows))


def column_means(work_ids: Sequence[int], marks: Iterable[tuple[int, str]]) -> dict[int, str]:
    """The average of each column, as text, from (work, mark)."""
    counted: dict[int, Counter[tuple[str, int]]] = defaultdict(Counter)
    for work_id, mark in marks:
        counted[work_id][mark, 1] += 1
    return {work_id: _weighted(counted[work_id]) if work_id in counted else "" for work_id in work_ids}

"""A journal's averages and missed hours, for whole rows and columns at once (no query per student)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, case, null, select, union_all

from ejournal.access import prepared
from ejournal.domain import grading
from ejournal.extensions import db
from ejournal.models import Cell, Course, Lesson, LessonState, Work
from ejournal.services.cell_context import enrolled_on


@dataclass(frozen=True, slots=True)
class RowStats:
    """A student's figures over a period: weighted mean of marks, missed academic hours, latenesses."""

    # Unrounded, and of how many marks; None of none.
    average: Decimal | None
    marks: int
    missed: grading.Missed

    @property
    def mean(self) -> str:
        return grading.format_mean(self.average)

    @property
    def missed_text(self) -> str:
        return str(self.missed.total) if self.missed.total else ""


NO_STATS = RowStats(None, 0, grading.missed_hours(()))


# Of rows by student and of columns by work.
Figures = tuple[dict[int, RowStats], dict[int, str]]


def of_cells(course_id: int, span: tuple[date, date], student_ids: Sequence[int], work_ids: Sequence[int]) -> Figures:
    """Figures of the given students in a journal between two dates, both included, and the average of each of the given
    columns, as text. One query."""
    found = db.session.connection().execute(*_rows_and_columns(course_id, *span, student_ids, work_ids)).all()
    rows = summarise(row[:6] for row in found if row[6] is None)
    means = column_means(work_ids, ((row[6], row[2]) for row in found if row[6] is not None))
    return {student: rows.get(student, NO_STATS) for student in student_ids}, means


def of_journal(course_id: int, span: tuple[date, date]) -> dict[int, RowStats]:
    """Figures of everybody with a cell in a journal between two dates, both included. One query."""
    return summarise(db.session.connection().execute(*_cells(course_id, *span)).all())


@prepared
def _cells(course_id: int, first: date, last: date) -> Select[*tuple[Any, ...]]:
    return _of_journal(select(*ROW), course_id, first, last)


@prepared
def _rows_and_columns(
    course_id: int, first: date, last: date, students: Sequence[int], works: Sequence[int]
) -> CompoundSelect[*tuple[Any, ...]]:
    """Cells of the rows, and those of the columns, which name their work."""
    rows = _of_journal(select(*ROW, null()), course_id, first, last).where(Cell.student_id.in_(students))
    columns = select(null(), null(), Cell.mark, null(), null(), null(), Cell.work_id)
    return union_all(rows, columns.where(Cell.work_id.in_(works), Cell.mark.is_not(None)))


def is_missed() -> ColumnElement[bool]:
    """The condition that the attendance of the query's Cell counts: of a lesson held, on a day on which the Course
    listed the student, so that nobody misses more than was planned. An order of a past day takes a student off a
    journal whose cells stay as they were filled in (DOMAIN: movement of the contingent)."""
    return and_(
        Cell.attendance.is_not(None), Lesson.state == LessonState.HELD, enrolled_on(Cell.student_id, Lesson.date)
    )


ROW = (Cell.student_id, case((is_missed(), Cell.attendance)), Cell.mark, Work.weight, Lesson.id, Lesson.hours)


def _of_journal(query: Select[*tuple[Any, ...]], course_id: int, first: date, last: date) -> Select[*tuple[Any, ...]]:
    return (
        query.select_from(Cell)
        .join(Work, Work.id == Cell.work_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
        .where(Lesson.course_id == course_id, Lesson.date.between(first, last))
    )


def summarise(rows: Iterable[Any]) -> dict[int, RowStats]:
    """Figures by student from (student, attendance as counted, mark, weight, lesson, hours); each lesson once."""
    rows = list(rows)
    marks = _like_together((row[0], (row[2], row[3])) for row in rows if row[2])
    codes: dict[int, dict[tuple[int, int], list[str | None]]] = defaultdict(lambda: defaultdict(list))
    for student_id, attendance, _mark, _weight, lesson_id, hours in rows:
        if attendance:
            codes[student_id][lesson_id, hours].append(attendance)
    return {
        student_id: RowStats(
            *_weighed(marks.get(student_id, ())),
            grading.missed_hours(
                (hours, grading.lesson_attendance(found))
                for (_lesson, hours), found in codes.get(student_id, {}).items()
            ),
        )
        for student_id in marks.keys() | codes.keys()
    }


Like = tuple[tuple[str, int], int]


def _like_together(marks: Iterable[tuple[int, tuple[str, int]]]) -> dict[int, list[Like]]:
    """By row or column: different (mark, weight) and how many of each. 2,400 cells are nine different marks."""
    found: dict[int, list[Like]] = defaultdict(list)
    for (place, mark), number in Counter(marks).items():
        found[place].append((mark, number))
    return found


def _weighed(counted: Iterable[Like]) -> tuple[Decimal | None, int]:
    """The weighted mean, and how many marks count in it."""
    counted = list(counted)
    average = grading.weighted_mean((mark, weight * number) for (mark, weight), number in counted)
    return average, sum(number for (mark, _), number in counted if grading.numeric(mark) is not None)


def column_means(work_ids: Sequence[int], marks: Iterable[tuple[int, str]]) -> dict[int, str]:
    """The average of each column, as text, from (work, mark)."""
    found = _like_together((work_id, (mark, 1)) for work_id, mark in marks)
    return {work_id: grading.format_mean(_weighed(found.get(work_id, ()))[0]) for work_id in work_ids}

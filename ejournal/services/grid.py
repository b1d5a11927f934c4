"""The journal's grid as it is shown: columns of works, rows of students (п. 3.2, 4.4). A fixed number of queries."""

import datetime
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from ejournal.access import Viewer, courses_seen_by, prepared, teaches
from ejournal.domain.names import short_name
from ejournal.extensions import db
from ejournal.models import (
    Cell,
    Course,
    CourseTeacher,
    Lesson,
    LessonState,
    Period,
    PeriodClosing,
    Person,
    Work,
    WorkKind,
)
from ejournal.services import absence_cover, cell_log, grid_marks, mark_slots, roster, settings, spans, stats
from ejournal.services.closed import is_unlocked
from ejournal.services.errors import NotFoundError
from ejournal.services.mark_slots import Slot
from ejournal.services.roster import NOTHING, Student
from ejournal.services.spans import Choice


class Column(NamedTuple):
    """One work of a lesson: one column."""

    work_id: int
    lesson_id: int
    date: datetime.date
    pair: int
    state: str
    kind: str
    short: str
    title: str
    weight: int
    topic: str
    mark_due: datetime.date | None
    first_of_lesson: bool
    # Why nobody can write in it today: "year", "closed", "ahead", "cancelled"; "" where it is open.
    why: str

    @property
    def is_open(self) -> bool:
        return not self.why


@dataclass(slots=True)
class Grid:
    course: Course
    teachers: str
    can_edit: bool
    choices: list[Choice]
    chosen: Choice
    period: Choice
    columns: list[Column]
    students: list[Student]
    periods: list[Period]
    slots: list[Slot]
    column_means: dict[int, str]
    last_entry: int
    closed: bool
    closings: set[int]

    def why_of(self, slot: Slot) -> str:
        """Why nobody can write a mark of a period today; a word of Column.why."""
        if self.course.year.closed_at:
            return "year"
        if slot.period_id in self.closings:
            return "closed"
        return "ahead" if slot.starts > settings.today() else ""

    @property
    def recent(self) -> list[Column]:
        """The newest lessons that can be filled, one column each: the phone goes straight to them."""
        return [column for column in reversed(self.columns) if column.is_open and column.first_of_lesson][:6]


def load(viewer: Viewer, course_id: int, shown: str = "") -> Grid:
    """The grid of a journal for `shown`: «2026-11» (a month), «p12» (a period), "" (the current period).

    Raises NotFoundError where the viewer may not read the journal.
    """
    today = settings.today()
    # Before the cells: what is written meanwhile is then told by the next poll, never missed.
    last_entry = cell_log.newest()
    course, can_edit = find_course(viewer, course_id)
    periods = spans.periods_of(course)
    choices = spans.choices_of(course, periods)
    chosen = spans.choose(choices, shown, today)
    period = spans.enclosing_period(choices, chosen)
    closings = closed_periods(course, today)
    closed_spans = [(p.starts, p.ends) for p in periods if p.id in closings]
    works = _works_of(course, chosen, period)
    columns = _columns(works, chosen.span, None if course.year.closed_at else closed_spans, today)
    students = roster.students_of(course)
    means, figures = _fill(course, students, columns, works, period, can_edit)
    of_period = next((slot for slot in mark_slots.of_course(course, periods) if f"p{slot.key}" == period.value), None)
    slots = grid_marks.fill(course, periods, students, can_edit, closings, of_period, figures)
    _tell_papers(course, chosen, students)
    students = [student for student in students if _is_shown(student, chosen, period)]
    return Grid(
        course=course,
        teachers=teachers_of(course, today),
        can_edit=can_edit,
        choices=choices,
        chosen=chosen,
        period=period,
        columns=columns,
        students=students,
        periods=periods,
        slots=slots,
        column_means=means,
        last_entry=last_entry,
        closings=closings,
        closed=any(first <= chosen.span[0] and chosen.span[1] <= last for first, last in closed_spans)
        or course.year.closed_at is not None,
    )


def _tell_papers(course: Course, chosen: Choice, students: Sequence[Student]) -> None:
    papers = absence_cover.hints(course.id, chosen.span)
    for student in students:
        student.paper = papers.get(student.id, "")


def find_course(viewer: Viewer, course_id: int) -> tuple[Course, bool]:
    """A journal the viewer may read, and whether she may write in it today. Raises NotFoundError."""
    today = settings.today()
    row: Any = db.session.execute(*_course(viewer, today, course_id)).first()
    if row is None:
        raise NotFoundError
    return row[0], row[1]


@prepared
def _course(viewer: Viewer, today: date, course_id: int) -> Select[*tuple[Any, ...]]:
    return (
        courses_seen_by(viewer, today)
        .add_columns(teaches(viewer, Course.id, today))
        .where(Course.id == course_id)
        .options(
            joinedload(Course.year),
            joinedload(Course.group),
            joinedload(Course.subgroup),
            joinedload(Course.discipline),
        )
    )


def _works_of(course: Course, chosen: Choice, period: Choice) -> Sequence[Any]:
    """The works of the days shown and of the period that is counted: what a column needs, and the lesson's hours."""
    first, last = min(chosen.span[0], period.span[0]), max(chosen.span[1], period.span[1])
    return db.session.connection().execute(*_works(course.id, first, last)).all()


def _columns(
    works: Sequence[Any], span: tuple[date, date], closed: Sequence[tuple[date, date]] | None, today: date
) -> list[Column]:
    """The columns between two dates; `closed` spans (None: all) and lessons to come can't be edited."""
    columns = []
    previous = None
    for *row, _hours in works:
        day, state = row[2], row[4]
        if span[0] <= day <= span[1]:
            columns.append(Column._make((*row, row[1] != previous, _why(day, state, closed, today))))
            previous = row[1]
    return columns


@prepared
def _works(course_id: int, first: date, last: date) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Work.id, Lesson.id, Lesson.date, Lesson.pair, Lesson.state, WorkKind.title, WorkKind.short,
            Work.title, Work.weight, Lesson.topic, Work.mark_due, Lesson.hours,
        )
        .join(Lesson, Lesson.id == Work.lesson_id)
        .join(WorkKind, WorkKind.id == Work.kind_id)
        .where(Lesson.course_id == course_id, Lesson.date.between(first, last))
        .order_by(Lesson.date, Lesson.pair, Lesson.id, Work.ordinal)
    )  # fmt: skip


def _why(day: date, state: str, closed: Sequence[tuple[date, date]] | None, today: date) -> str:
    """Why a lesson can't be written in, the word of Column.why."""
    if closed is None:
        return "year"
    if any(first <= day <= last for first, last in closed):
        return "closed"
    if day > today:
        return "ahead"
    return "cancelled" if state == LessonState.CANCELLED else ""


def _fill(
    course: Course,
    students: Sequence[Student],
    columns: Sequence[Column],
    works: Sequence[Any],
    period: Choice,
    can_edit: bool,
) -> tuple[dict[int, str], dict[int, stats.RowStats]]:
    """Put cells into rows with each row's figures over the whole period; returns the columns' averages and them."""
    if not works:
        return {}, {}
    first, last = works[0][2], works[-1][2]
    # Past the ORM, and nothing of a work is repeated with each of its cells: 2,400 rows of a 30×80 grid.
    rows: Sequence[Any] = db.session.connection().execute(*_cells(course.id, first, last)).all()
    texts: dict[int, dict[int, tuple[int, str]]] = defaultdict(dict)
    for work_id, student_id, attendance, mark, version in rows:
        texts[student_id][work_id] = version, (attendance or "") + (mark or "")
    counted = {work[0]: work for work in works if period.span[0] <= work[2] <= period.span[1]}
    figures = stats.summarise(_counted(rows, students, counted))
    heads = [(column.work_id, column.date, not (can_edit and column.is_open)) for column in columns]
    for student in students:
        student.figures = figures.get(student.id, stats.NO_STATS)
        own = texts[student.id]
        if len(student.days) == 1 and student.days[0][0] <= first and student.days[0][1] >= last:
            student.cells = [(shut, *own.get(work_id, NOTHING)) for work_id, _day, shut in heads]
        else:
            student.cells = [
                (shut or not student.was_there(day), *own.get(work_id, NOTHING)) for work_id, day, shut in heads
            ]
    shown = [column.work_id for column in columns]
    return stats.column_means(shown, ((row[0], row[3]) for row in rows if row[3])), figures


def _counted(rows: Sequence[Any], students: Sequence[Student], works: dict[int, Any]) -> Iterator[tuple[Any, ...]]:
    """The cells of some works as stats.summarise takes them; attendance counts as stats.is_missed says."""
    listed = {student.id: student for student in students}
    for work_id, student_id, attendance, mark, _version in rows:
        if work_id in works:
            work = works[work_id]
            student = listed.get(student_id) if attendance and work[4] == LessonState.HELD else None
            counts = student is not None and student.was_there(work[2])
            yield student_id, attendance if counts else None, mark, work[8], work[1], work[11]


@prepared
def _cells(course_id: int, first: date, last: date) -> Select[*tuple[Any, ...]]:
    return (
        select(Cell.work_id, Cell.student_id, Cell.attendance, Cell.mark, Cell.version)
        .join(Work, Work.id == Cell.work_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .where(Lesson.course_id == course_id, Lesson.date.between(first, last))
    )


def closed_periods(course: Course, today: date) -> set[int]:
    """The periods of a journal that are closed today: one unlocked for some days is not (п. 4.4)."""
    return set(db.session.scalars(*_closed(course.id, today)))


@prepared
def _closed(course_id: int, today: date) -> Select[*tuple[Any, ...]]:
    return select(PeriodClosing.period_id).where(
        PeriodClosing.course_id == course_id, ~is_unlocked(course_id, PeriodClosing.period_id, today)
    )


def _is_shown(student: Student, chosen: Choice, period: Choice) -> bool:
    """Whom an individual plan keeps off the journal all the time shown is not in it; what was filled in stays."""
    first, last = min(chosen.span[0], period.span[0]), max(chosen.span[1], period.span[1])
    return (
        student.is_listed(first, last)
        or student.figures is not stats.NO_STATS
        or any(text for _closed, _version, text in student.cells)
    )


def teachers_of(course: Course, today: date) -> str:
    return ", ".join(short_name(*row) for row in db.session.execute(*_teachers(course.id, today)))


@prepared
def _teachers(course_id: int, today: date) -> Select[*tuple[Any, ...]]:
    return (
        select(Person.surname, Person.name, Person.patronymic)
        .join(CourseTeacher, CourseTeacher.teacher_id == Person.id)
        .where(
            CourseTeacher.course_id == course_id,
            or_(CourseTeacher.until.is_(None), CourseTeacher.until >= today),
        )
        .order_by(CourseTeacher.id)
    )

"""Duties of lessons as the database counts them: until when, when done, how they stand (п. 4.4).

Terms are not written a second time here: for every day of the report `domain.control` says when attendance, homework
and marks begin to be late in the college's time zone, and the database only compares.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Select,
    and_,
    case,
    column,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    text,
)
from sqlalchemy.orm import aliased

from ejournal.access import in_force
from ejournal.domain import control, notation
from ejournal.domain.control import State
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Cell,
    Course,
    CourseTeacher,
    Group,
    Homework,
    Lesson,
    LessonState,
    LogEntry,
    Work,
    WorkKind,
)
from ejournal.models.base import UtcDateTime
from ejournal.services import failures, homework, settings, works
from ejournal.services.cell_context import period_of
from ejournal.services.closed import is_closed
from ejournal.services.reports.scope import Scope

# How far beyond today a checking term of the teacher's own is told to the day: what is later is not due for long.
FURTHEST = timedelta(days=31)
NEVER = datetime(2200, 1, 1, tzinfo=UTC)


def of_clause(scope: Scope, key: str, *, by_teacher: bool = False) -> Select[Any] | None:
    """The duties of a clause: course_id, lesson_id, day, pair, teacher_id, what, until, done; None where no group of
    the report has begun. `by_teacher`: a row for each who answers for it. Days of a failure owe nothing (п. 4.1)."""
    if scope.span is None:
        return None
    days = _days(scope, key)
    query: Select[Any] = (
        select(
            Lesson.course_id.label("course_id"),
            Lesson.id.label("lesson_id"),
            Lesson.date.label("day"),
            Lesson.pair.label("pair"),
            _teacher(by_teacher).label("teacher_id"),
        )
        .select_from(Lesson)
        .join(Course, Course.id == Lesson.course_id)
        .join(AcademicYear, AcademicYear.id == Course.year_id)
        .join(Group, Group.id == Course.group_id)
        .join(days, days.c.day == Lesson.date)
        .where(scope.during(Lesson.course_id), Lesson.state != LessonState.CANCELLED, ~failures.excused())
        .where(*_of_viewer(scope))
    )
    if by_teacher:
        on = and_(
            CourseTeacher.course_id == Lesson.course_id,
            Lesson.teacher_id.is_(None),
            in_force(CourseTeacher, Lesson.date),
        )
        query = query.outerjoin(CourseTeacher, on)
    return _BUILDERS[key](scope, query, days)


def state(duty: Any, at: datetime) -> ColumnElement[str]:
    """`control.state_of` of a row; whether a period is closed is asked only of what is not done."""
    done = _is_done(duty, at)
    return case(
        (and_(done, duty.done < duty.until), literal(State.IN_TIME.value)),
        (done, literal(State.LATE.value)),
        (duty.until > at, literal(State.WAITING.value)),
        (duty.closed, literal(State.LOST.value)),
        else_=literal(State.OPEN.value),
    )


def is_fresh(duty: Any, since: datetime, at: datetime) -> ColumnElement[bool]:
    """Became late between two moments, and is not done."""
    return and_(duty.until > since, duty.until <= at, ~_is_done(duty, at))


def is_mended(duty: Any, since: datetime, at: datetime) -> ColumnElement[bool]:
    """Was done late between two moments."""
    return and_(_is_done(duty, at), duty.done > since, duty.done >= duty.until)


def _is_done(duty: Any, at: datetime) -> ColumnElement[bool]:
    return and_(duty.done.is_not(None), duty.done <= at)


def answers_for(person_id: int) -> ColumnElement[bool]:
    """The condition that a person answers for the query's Lesson: gives it as a substitute, or teaches its journal on
    its day and nobody else gives it."""
    teaching = aliased(CourseTeacher)  # the query itself may name who teaches
    own = exists().where(
        teaching.course_id == Lesson.course_id, teaching.teacher_id == person_id, in_force(teaching, Lesson.date)
    )
    return or_(Lesson.teacher_id == person_id, and_(Lesson.teacher_id.is_(None), own))


def _of_viewer(scope: Scope) -> list[ColumnElement[bool]]:
    """Administration sees all, a group's leader the group, a teacher what she answers for (R2.1.c)."""
    conditions = []
    if scope.query.teacher:
        conditions.append(answers_for(scope.query.teacher))
    if scope.led is not None:
        conditions.append(or_(Course.group_id.in_(scope.led), answers_for(scope.viewer.person_id)))
    return conditions


def _teacher(by_teacher: bool) -> ColumnElement[Any]:
    return func.coalesce(Lesson.teacher_id, CourseTeacher.teacher_id) if by_teacher else null()


def _days(scope: Scope, key: str) -> CTE:
    """The days of the report with the moment at which a clause begins to be late."""
    assert scope.span is not None
    zone, terms = settings.timezone(), settings.get("terms")
    place = {"attendance": 0, "homework": 1, "lesson_mark": 2}[key]
    rows = [(day, control.deadlines(day, zone, terms)[place]) for day in _between(*scope.span)]
    return _calendar("days", rows)


def _ends(scope: Scope) -> CTE:
    """The moment after each day a teacher may have named as the checking term of a work."""
    assert scope.span is not None
    zone = settings.timezone()
    first, last = scope.span[0], max(scope.span[1], scope.today) + FURTHEST
    return _calendar("ends", [(day, control.after(day, zone)) for day in _between(first, last)])


def _calendar(name: str, rows: Sequence[tuple[date, datetime]]) -> CTE:
    """A table of days. Its few hundred rows are written out as text: that statement is compiled once a day, while as
    parameters they took four times as long to put together as the query took to run."""
    is_postgres = db.engine.dialect.name == "postgresql"
    day_type, moment_type = ("DATE ", "TIMESTAMP ") if is_postgres else ("", "")
    lines = ", ".join(
        f"({day_type}'{day.isoformat()}', {moment_type}'{until.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}')"
        for day, until in rows
    )
    rows_of = f"SELECT column1 AS day, column2 AS until FROM (VALUES {lines}) AS {name}_rows"  # noqa: S608 - our own dates
    return text(rows_of).columns(column("day", Date), column("until", UtcDateTime)).cte(name)


def _between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _attendance(_scope: Scope, query: Select[Any], days: CTE) -> Select[Any]:
    return query.add_columns(
        literal("").label("what"), days.c.until, Lesson.attendance_at.label("done"), _closed().label("closed")
    )


def _homework(_scope: Scope, query: Select[Any], days: CTE) -> Select[Any]:
    """Lessons that owe homework (homework.is_owed); what is published counts in any case."""
    return (
        query.add_columns(
            literal("").label("what"), days.c.until, Homework.published_at.label("done"), _closed().label("closed")
        )
        .outerjoin(Homework, Homework.lesson_id == Lesson.id)
        .where(or_(Homework.id.is_not(None), homework.is_owed(homework.owing())))
    )


def _lesson_mark(scope: Scope, query: Select[Any], days: CTE) -> Select[Any]:
    """A planned work is done when its first mark is given; a later checking term of its own counts (п. 4.4)."""
    ends = _ends(scope)
    until = case(
        (Work.mark_due.is_(None), days.c.until),
        (ends.c.until.is_(None), literal(NEVER, UtcDateTime)),
        (ends.c.until > days.c.until, ends.c.until),
        else_=days.c.until,
    )
    return (
        query.add_columns(
            case((Work.title == "", WorkKind.title), else_=Work.title).label("what"),
            until.label("until"),
            _first_mark().label("done"),
            _closed().label("closed"),
        )
        .join(Work, Work.lesson_id == Lesson.id)
        .join(WorkKind, WorkKind.id == Work.kind_id)
        .outerjoin(ends, ends.c.day == Work.mark_due)
        .where(works.is_planned())
    )


def _first_mark() -> ColumnElement[Any]:
    """When the query's Work got its first mark: by the log, which corrections do not move; else by the cells."""
    there = select(func.min(Cell.updated_at)).where(Cell.work_id == Work.id, Cell.mark.is_not(None)).scalar_subquery()
    logged = (
        select(func.min(LogEntry.at))
        .where(
            LogEntry.work_id == Work.id,
            LogEntry.subject == "cell",
            LogEntry.after.not_in(("", *notation.ATTENDANCE)),
        )
        .scalar_subquery()
    )
    return case((there.is_not(None), func.coalesce(logged, there)), else_=null())


def _closed() -> ColumnElement[bool]:
    return is_closed(Course.id, period_of(Lesson.date), settings.today())


_BUILDERS = {"attendance": _attendance, "homework": _homework, "lesson_mark": _lesson_mark}
KEYS = tuple(_BUILDERS)

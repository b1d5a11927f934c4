"""Reading remarks (п. 4.2): the register, those of a journal or a lesson, how many wait, for the printed page.

An automatic remark whose lesson has been filled in since counts as mended at once; the night writes it down.
"""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from ejournal.access import Viewer, answers_remark, asked_of, makes_remarks, prepared, remarks_of, sees
from ejournal.domain import numbers
from ejournal.domain import remarks as rules
from ejournal.domain.names import short_name
from ejournal.extensions import db
from ejournal.models import AcademicYear, Course, CourseTeacher, Group, Lesson, LessonState, Person, Remark
from ejournal.services import failures, settings, unfilled
from ejournal.services.errors import NotFoundError

PAGE_SIZE = 50
WAITING, CLOSED = "waiting", "closed"
FILTERS = {WAITING: "не закрытые", rules.ANSWERED: "ждут проверки", "overdue": "просроченные", CLOSED: "закрытые"}
SOURCES = {"manual": "администрации", "automatic": "автоматические"}


@dataclass(frozen=True, slots=True)
class Line:
    """A remark with its state as of now; `asked`: it asks the viewer."""

    remark: Remark
    state: str
    asked: bool
    overdue: bool

    @property
    def state_title(self) -> str:
        if self.overdue:
            return f"просрочено, срок был {self.remark.due:%d.%m}"
        return f"исправить до {self.remark.due:%d.%m}" if self.state == rules.OPEN else rules.STATES[self.state]

    @property
    def badge(self) -> str:
        return "bad" if self.overdue else rules.BADGES[self.state]

    @property
    def is_automatic(self) -> bool:
        return bool(self.remark.kind)

    @property
    def date(self) -> datetime.date | None:
        """Of the lesson it is about."""
        return self.remark.lesson.date if self.remark.lesson else self.remark.lesson_date


@dataclass(frozen=True, slots=True)
class Filters:
    state: str = WAITING
    source: str = ""
    group_id: int | None = None
    teacher_id: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One remark with what the viewer may do about it."""

    line: Line
    may_answer: bool
    may_decide: bool
    may_withdraw: bool


def waits() -> ColumnElement[bool]:
    """The condition that a remark is not closed: open or to be checked, or automatic and its lesson still lacks it."""
    return _waits(**_late())


def _late() -> dict[str, Any]:
    """Which lessons are late: what `_waits` asks."""
    before = unfilled.first_in_term(settings.today(), settings.get("terms"))
    return {"late_before": before, "failed": failures.days()}


def _waits(late_before: date, failed: Collection[date]) -> ColumnElement[bool]:
    by_person = and_(Remark.kind == "", Remark.state.in_((rules.OPEN, rules.ANSWERED)))
    return or_(by_person, and_(Remark.kind != "", Remark.state == rules.OPEN, _lacks(late_before, failed)))


def _lacks(late_before: date, failed: Collection[date]) -> ColumnElement[bool]:
    """The condition that the lesson of an automatic remark still lacks what it is about."""
    still = [and_(Remark.kind == kind, condition()) for kind, condition in unfilled.CONDITIONS.items()]
    late = unfilled.term_passed(late_before, failed)
    given = and_(Lesson.id == Remark.lesson_id, Lesson.state != LessonState.CANCELLED, late)
    return exists().where(given, or_(*still)).correlate(Remark)


def load(viewer: Viewer, filters: Filters, page: int = 1) -> tuple[list[Line], int]:
    """A page of the register, those that wait first, and how many pages there are. Two queries."""
    wanted = _wanted(viewer, filters)
    total = db.session.scalar(select(func.count()).select_from(wanted.with_only_columns(Remark.id).subquery())) or 0
    ordered = _ordered(wanted)
    return _lines(viewer, ordered.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)), numbers.pages(total, PAGE_SIZE)


def every(viewer: Viewer, filters: Filters) -> list[Line]:
    """The register without pages, for a file. One query."""
    return _lines(viewer, _ordered(_wanted(viewer, filters)))


def of_journal(viewer: Viewer, course_id: int, lesson_id: int | None = None) -> list[Line]:
    """Those of a journal (or of one lesson of it) that wait, the earliest term first. One query."""
    today = settings.today()
    rows = db.session.execute(*_of_journal(viewer, today, course_id, lesson_id, **_late()))
    return [_line(remark, bool(waiting), bool(asked), today) for remark, waiting, asked in rows]


@prepared
def _of_journal(
    viewer: Viewer, today: date, course_id: int, lesson_id: int | None, late_before: date, failed: Collection[date]
) -> Select[*tuple[Any, ...]]:
    waiting = _waits(late_before, failed)
    wanted = remarks_of(viewer, today).where(Remark.course_id == course_id, waiting)
    if lesson_id is not None:
        wanted = wanted.where(Remark.lesson_id == lesson_id)
    return _with_people(viewer, today, wanted.order_by(Remark.due, Remark.id), waiting)


def of_print(viewer: Viewer, course_id: int, span: tuple[date, date] | None) -> list[Line]:
    """For the page of the printed journal: by the lesson's day, or the day of the remark itself. One query."""
    today = settings.today()
    wanted = remarks_of(viewer, today).where(Remark.course_id == course_id, Remark.state != rules.WITHDRAWN)
    lines = _lines(viewer, wanted.order_by(Remark.created_at, Remark.id))
    if span is None:
        return lines
    days = [(line.date or settings.local(line.remark.created_at).date(), line) for line in lines]
    return [line for day, line in days if span[0] <= day <= span[1]]


def to_answer(viewer: Viewer) -> tuple[int, int]:
    """Of those that ask the viewer, in years that are not closed: how many wait, how many are overdue. One query."""
    today = settings.today()
    dues = db.session.scalars(*_asked(viewer, today, **_late())).all()
    return len(dues), sum(rules.is_overdue(rules.OPEN, due, today) for due in dues)


@prepared
def _asked(viewer: Viewer, today: date, late_before: date, failed: Collection[date]) -> Select[*tuple[Any, ...]]:
    return (
        remarks_of(viewer, today)
        .join(AcademicYear, AcademicYear.id == Course.year_id)
        .where(
            AcademicYear.closed_at.is_(None),
            Remark.state == rules.OPEN,
            _waits(late_before, failed),
            answers_remark(viewer, today),
        )
        .with_only_columns(Remark.due)
    )


def to_check() -> int:
    """How many were answered and wait for administration."""
    return db.session.scalar(select(func.count(Remark.id)).where(Remark.state == rules.ANSWERED)) or 0


def show(viewer: Viewer, remark_id: int) -> Page:
    """Raises NotFoundError where the viewer may not see it."""
    lines = _lines(viewer, remarks_of(viewer, settings.today()).where(Remark.id == remark_id))
    if not lines:
        raise NotFoundError
    line = lines[0]
    kind, decides = line.remark.kind, makes_remarks(viewer)
    return Page(
        line,
        line.asked and rules.after(line.state, "answer", kind) is not None,
        decides and rules.after(line.state, "accept", kind) is not None,
        decides and rules.after(line.state, "withdraw", kind) is not None,
    )


def groups(viewer: Viewer) -> list[tuple[int, str]]:
    """The groups of journals with remarks that the viewer may see, for a filter."""
    rows = db.session.execute(
        select(Group.id, Group.title, Group.gkey)
        .join(Course, Course.group_id == Group.id)
        .join(Remark, Remark.course_id == Course.id)
        .where(sees(viewer, settings.today()))
        .distinct()
        .order_by(Group.gkey)
    )
    return [(row.id, row.title) for row in rows]


def teachers(viewer: Viewer) -> list[tuple[int, str]]:
    """The teachers of these journals, for a filter."""
    courses = db.session.scalars(
        select(Course.id).join(Remark, Remark.course_id == Course.id).where(sees(viewer, settings.today())).distinct()
    ).all()
    rows = db.session.execute(
        select(Person.id, Person.surname, Person.name, Person.patronymic, Person.skey)
        .join(CourseTeacher, CourseTeacher.teacher_id == Person.id)
        .where(CourseTeacher.course_id.in_(courses))
        .distinct()
        .order_by(Person.skey)
    )
    return [(row.id, short_name(row.surname, row.name, row.patronymic)) for row in rows]


def _wanted(viewer: Viewer, filters: Filters) -> Select[Any]:
    today = settings.today()
    return remarks_of(viewer, today).where(*_conditions(filters, today))


def _ordered(wanted: Select[Any]) -> Select[Any]:
    return wanted.order_by(case((waits(), 0), else_=1), Remark.created_at.desc(), Remark.id.desc())


def _conditions(filters: Filters, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = {
        WAITING: [waits()],
        rules.ANSWERED: [Remark.state == rules.ANSWERED],
        "overdue": [waits(), Remark.state == rules.OPEN, Remark.due < today],
        CLOSED: [~waits()],
    }.get(filters.state, [])
    if filters.source in SOURCES:
        found.append(Remark.kind == "" if filters.source == "manual" else Remark.kind != "")
    if filters.group_id:
        found.append(Course.group_id == filters.group_id)
    if filters.teacher_id:
        found.append(asked_of(filters.teacher_id, today))
    return found


def _lines(viewer: Viewer, query: Select[Any]) -> list[Line]:
    today = settings.today()
    rows = db.session.execute(_with_people(viewer, today, query, waits()))
    return [_line(remark, bool(waiting), bool(asked), today) for remark, waiting, asked in rows]


def _with_people(
    viewer: Viewer, today: date, query: Select[Any], waiting: ColumnElement[bool]
) -> Select[*tuple[Any, ...]]:
    course = contains_eager(Remark.course)
    return query.add_columns(waiting, answers_remark(viewer, today)).options(
        contains_eager(Remark.lesson),
        course.joinedload(Course.discipline),
        course.joinedload(Course.group),
        course.joinedload(Course.subgroup),
        joinedload(Remark.author),
        joinedload(Remark.answerer),
        joinedload(Remark.decider),
    )


def _line(remark: Remark, waiting: bool, asked: bool, today: date) -> Line:
    state = rules.MENDED if remark.kind and remark.state == rules.OPEN and not waiting else remark.state
    return Line(remark, state, asked, rules.is_overdue(state, remark.due, today))

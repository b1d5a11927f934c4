"""What a journal still lacks for its period to be closed (п. 4.4): lessons, works, marks, terms of debts."""

import datetime
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_, select

from ejournal.domain import absences, attestation
from ejournal.extensions import db
from ejournal.models import AbsencePaper, AbsenceRequest, Cell, Debt, Lesson, LessonState, Person, Work, WorkKind
from ejournal.services import settings, works
from ejournal.services.period_marks import Column
from ejournal.services.roster import Student


@dataclass(frozen=True, slots=True)
class Gap:
    """A lesson that lacks something; `what` says which work."""

    lesson_id: int
    date: datetime.date
    pair: int
    what: str = ""


@dataclass(slots=True)
class Unfinished:
    """`ahead`: lessons of the period that are still to come; `bare`: without anything filled in."""

    ahead: int = 0
    bare: list[Gap] = field(default_factory=list)
    topics: list[Gap] = field(default_factory=list)
    attendance: list[Gap] = field(default_factory=list)
    works: list[Gap] = field(default_factory=list)
    marks: list[Student] = field(default_factory=list)
    debts: list[Student] = field(default_factory=list)
    # Whose document about absences asks for a change that the closing would keep from being made (п. 4.3).
    papers: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        lists = (self.bare, self.topics, self.attendance, self.works, self.marks, self.debts, self.papers)
        return not (self.ahead or any(lists))


def of_column(column: Column) -> Unfinished:
    """The gaps of a period's column. Four queries."""
    today = settings.today()
    found = Unfinished(marks=column.missing, debts=without_debt(column))
    rows = db.session.execute(
        select(Lesson.id, Lesson.date, Lesson.pair, Lesson.state, Lesson.topic, Lesson.attendance_at)
        .where(_of_period(column), Lesson.state != LessonState.CANCELLED)
        .order_by(Lesson.date, Lesson.pair, Lesson.id)
    )
    for lesson_id, day, pair, state, topic, attendance_at in rows:
        gap = Gap(lesson_id, day, pair)
        if day > today:
            found.ahead += 1
        elif state != LessonState.HELD and not topic:
            found.bare.append(gap)
        else:
            if not topic:
                found.topics.append(gap)
            if attendance_at is None:
                found.attendance.append(gap)
    found.works = _works(column, today)
    found.papers = _papers(column)
    return found


def without_debt(column: Column) -> list[Student]:
    """Whose mark is a debt that has no term and form: such marks come from imports."""
    owing = [
        student for student in column.students if attestation.opens_debt(column.stored(student.id).mark or None)
    ]  # fmt: skip
    if not owing:
        return []
    known = set(
        db.session.scalars(
            select(Debt.student_id).where(
                Debt.course_id == column.course.id,
                Debt.slot == column.slot.key,
                or_(Debt.outcome.is_(None), Debt.outcome != "withdrawn"),
            )
        )
    )
    return [student for student in owing if student.id not in known]


def _of_period(column: Column) -> ColumnElement[bool]:
    return and_(Lesson.course_id == column.course.id, Lesson.date.between(column.slot.starts, column.slot.ends))


def _works(column: Column, today: date) -> list[Gap]:
    """Planned works without a single mark."""
    rows = db.session.execute(
        select(Lesson.id, Lesson.date, Lesson.pair, Work.title, WorkKind.title)
        .join(Work, Work.lesson_id == Lesson.id)
        .join(WorkKind, WorkKind.id == Work.kind_id)
        .where(
            _of_period(column),
            Lesson.date <= today,
            Lesson.state != LessonState.CANCELLED,
            works.is_planned(),
            ~exists().where(Cell.work_id == Work.id, Cell.mark.is_not(None)),
        )
        .order_by(Lesson.date, Lesson.pair, Lesson.id, Work.ordinal)
    )
    return [Gap(row[0], row[1], row[2], row[3] or row[4]) for row in rows]


def _papers(column: Column) -> list[str]:
    """Students with «н» in the period that a registered document explains and the teacher has not answered for."""
    rows = db.session.execute(
        select(Person.surname, Person.name)
        .join(AbsencePaper, AbsencePaper.student_id == Person.id)
        .join(AbsenceRequest, AbsenceRequest.paper_id == AbsencePaper.id)
        .join(Lesson, Lesson.course_id == AbsenceRequest.course_id)
        .join(Work, Work.lesson_id == Lesson.id)
        .join(Cell, and_(Cell.work_id == Work.id, Cell.student_id == AbsencePaper.student_id))
        .where(
            _of_period(column),
            AbsencePaper.state == absences.REGISTERED,
            AbsenceRequest.answer != absences.Standing.DECLINED,
            Lesson.date.between(AbsencePaper.since, AbsencePaper.until),
            Lesson.state != LessonState.CANCELLED,
            Cell.attendance == absences.UNEXCUSED,
        )
        .distinct()
        .order_by(Person.surname, Person.name)
    )
    return [f"{surname} {name}" for surname, name in rows]

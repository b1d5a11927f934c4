"""Planned events as people see them (п. 2.3): those addressed to them, with the exams and consultations of the session
beside them. Administration may look at everybody's."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import joinedload

from ejournal import access
from ejournal.access import OVERSEERS, Viewer
from ejournal.domain import session_plan
from ejournal.extensions import db
from ejournal.models import (
    EVENT_KINDS,
    Course,
    Discipline,
    Event,
    Exam,
    Group,
    Role,
    Subgroup,
)
from ejournal.services import audiences, diary_lessons, exams, settings
from ejournal.services.errors import NotFoundError

CANCELLED = "отменено"
CONSULTATION = "консультация"


@dataclass(frozen=True, slots=True)
class Item:
    """Something on a day of the calendar. `event_id` None: of the session, which is edited elsewhere."""

    kind: str
    title: str
    date: datetime.date
    starts: time | None
    ends: time | None
    place: str
    audience: str
    event_id: int | None = None
    is_cancelled: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One event in full."""

    event: Event
    kind: str
    audience: str
    may_change: bool

    @property
    def is_over(self) -> bool:
        return self.event.date < settings.today()


def calendar(viewer: Viewer, first: date, last: date, everybody: bool = False) -> list[Item]:
    """What concerns the viewer from one day to another, by time; `everybody`: all events, for administration.

    Four queries however much there is.
    """
    shown = true() if everybody and viewer.holds(OVERSEERS) else _concerns(viewer, settings.today())
    found = [item(event) for event in _events(and_(shown, Event.date.between(first, last)))]
    found += [each for each in _session(viewer, first, last) if first <= each.date <= last]
    return sorted(found, key=lambda each: (each.date, each.starts or time.min, each.title))


def of_child(viewer: Viewer, student_id: int, first: date, last: date) -> list[Event]:
    """What is addressed to the viewer as this student or as this student's parent. Two queries."""
    theirs = access.addressed(viewer, Event.audience_id, settings.today(), student_id)
    return list(_events(and_(theirs, Event.date.between(first, last))))


def load(viewer: Viewer, event_id: int) -> Shown:
    """One event. Raises NotFoundError where it does not concern the viewer."""
    today = settings.today()
    shown = true() if viewer.holds(OVERSEERS) else _concerns(viewer, today)
    event = next(iter(_events(and_(Event.id == event_id, shown))), None)
    if event is None:
        raise NotFoundError
    opened = access.groups_open(viewer, today, teaching=True) if viewer.holds(access.PLANNERS) else set()
    may_change = audiences.may_change(viewer, event.author_id, event.audience, opened)
    return Shown(event, EVENT_KINDS[event.kind], audiences.words(event.audience), may_change)


def item(event: Event) -> Item:
    return Item(
        EVENT_KINDS[event.kind], event.title, event.date, event.starts, event.ends, event.place,
        audiences.words(event.audience), event.id, event.cancelled_at is not None, event.cancel_reason,
    )  # fmt: skip


def _concerns(viewer: Viewer, today: date) -> ColumnElement[bool]:
    return or_(
        access.addressed(viewer, Event.audience_id, today),
        access.reaches_led(viewer, Event.audience_id, today),
        Event.author_id == viewer.person_id if viewer.holds(access.PLANNERS) else false(),
    )


def _events(where: ColumnElement[bool]) -> Sequence[Event]:
    return db.session.scalars(
        select(Event)
        .where(where)
        .options(joinedload(Event.author), audiences.loaded(Event.audience))
        .order_by(Event.date, Event.starts, Event.id)
    ).all()


def _session(viewer: Viewer, first: date, last: date) -> list[Item]:
    """Exams, credits and consultations of those concerned: the student and the parents, the group's leader, who
    examines."""
    then = or_(Exam.date.between(first, last), Exam.consultation_date.between(first, last))
    rows: Sequence[Any] = db.session.execute(
        select(Exam, Discipline.title.label("discipline"), Group.title.label("group"), Subgroup.title.label("part"))
        .join(Course, Course.id == Exam.course_id)
        .join(Discipline, Discipline.id == Course.discipline_id)
        .join(Group, Group.id == Course.group_id)
        .outerjoin(Subgroup, Subgroup.id == Course.subgroup_id)
        .where(then, _sits(viewer))
        .order_by(Exam.date, Exam.starts, Exam.id)
    ).all()
    found = []
    for exam, discipline, group, part in rows:
        whom = f"{group}, {part}" if part else group
        found.append(
            Item(session_plan.title(exam.kind), discipline, exam.date, exam.starts, exam.ends, exam.room, whom)
        )
        if exam.consultation_date:
            found.append(
                Item(
                    CONSULTATION, discipline, exam.consultation_date, exam.consultation_starts, None,
                    exam.consultation_room, whom,
                )
            )  # fmt: skip
    return found


def _sits(viewer: Viewer) -> ColumnElement[bool]:
    today = settings.today()
    students = access.students_concerned(viewer, today)
    concerned = [diary_lessons.attends(student_id, Exam.date) for student_id in students]
    if Role.CURATOR in viewer.roles:
        concerned.append(Course.group_id.in_(access.groups_concerned(viewer, today, (Role.CURATOR,))))
    if Role.TEACHER in viewer.roles:
        concerned.append(exams.examines(viewer.person_id))
    return or_(false(), *concerned)

"""A teacher's day: today's lessons, the next day's in brief, and what of hers is late by п. 4.4."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Executable, Select, and_, exists, func, or_, select, true

from ejournal.access import Viewer, ever_taught, gives, prepared, teaches
from ejournal.domain import terms
from ejournal.domain.terms import Lateness
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Cell,
    Course,
    Discipline,
    Group,
    Homework,
    Lesson,
    LessonState,
    Subgroup,
    Work,
    WorkKind,
)
from ejournal.models.base import now
from ejournal.services import bells, failures, homework, settings, unfilled, works
from ejournal.services.cell_context import period_of
from ejournal.services.closed import is_closed
from ejournal.services.homework import Owing

# The next day with lessons is looked for this far: over a weekend and a holiday.
DAYS_AHEAD = 7


class Slot(NamedTuple):
    """A lesson in a list of a day or of what is owed."""

    lesson_id: int
    course_id: int
    date: datetime.date
    pair: int
    room: str
    state: str
    topic: str
    audience: str
    discipline: str
    has_homework: bool
    has_attendance: bool
    # Whether the teacher is reminded of it: where the college controls homework, of what is owed.
    owes_homework: bool = False
    times: tuple[datetime.time, datetime.time] | None = None
    phrase: str = ""
    work: str = ""


@dataclass(frozen=True, slots=True)
class Overdue:
    """Lessons late by one term: what is owed, by which clause, oldest first; `anchor` is where to mend it."""

    title: str
    clause: str
    slots: list[Slot]
    endpoint: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Agenda:
    today: list[Slot]
    next_day: date | None
    following: list[Slot]
    # Today's lessons without homework while it is not yet 19:00.
    homework_owed: list[Slot]
    homework_until: str
    # Whether nothing needs to be written where nothing is set.
    homework_optional: bool
    overdue: list[Overdue]

    @property
    def overdue_count(self) -> int:
        return sum(len(group.slots) for group in self.overdue)


def load(viewer: Viewer) -> Agenda:
    """Four queries however many journals and lessons."""
    today = settings.today()
    values = settings.get("terms")
    mode = homework.owing()
    rows = _rows(*_coming(viewer, today, today + timedelta(days=DAYS_AHEAD), mode))
    rang = bells.load(sorted({row.group_id for row in rows}))
    coming = [_slot(row, rang) for row in rows]
    of_today = [slot for slot in coming if slot.date == today]
    later = [slot for slot in coming if slot.date > today and slot.state != LessonState.CANCELLED]
    next_day = min((slot.date for slot in later), default=None)
    until = terms.homework_due(today, settings.timezone(), values)
    return Agenda(
        today=of_today,
        next_day=next_day,
        following=[slot for slot in later if slot.date == next_day],
        homework_owed=[slot for slot in of_today if _owes_homework(slot)] if now() <= until else [],
        homework_until=f"{until:%H:%M}",
        homework_optional=mode == homework.GIVEN,
        overdue=[group for group in _overdue(viewer, today, mode, values) if group.slots],
    )


def _owes_homework(slot: Slot) -> bool:
    return slot.owes_homework and not slot.has_homework and slot.state != LessonState.CANCELLED


@prepared
def _coming(viewer: Viewer, today: date, ahead: date, mode: Owing) -> Select[*tuple[Any, ...]]:
    return _lessons(viewer, today, mode).where(Lesson.date.between(today, ahead))


def _overdue(viewer: Viewer, today: date, mode: Owing, values: terms.Values) -> list[Overdue]:
    """What can still be mended: lessons of open periods, up to today; nothing of days of a failure (п. 4.1)."""
    failed, zone, moment = failures.days(), settings.timezone(), now()
    is_over = moment > terms.homework_due(today, zone, values)
    homework_before = today + timedelta(days=1) if is_over else today
    attendance_before = unfilled.first_in_term(today, values)
    # The last day whose term is over today, from the term itself: n days after the lesson.
    marks_before = today - (terms.mark_due(today, None, values) - today)
    lacking = _rows(*_lacking(viewer, today, mode, failed, homework_before, attendance_before))
    unmarked = _rows(*_unmarked(viewer, today, mode, failed, marks_before))
    attendance = [
        _late(row, terms.lateness("attendance", row.date, None, today, values))
        for row in lacking if row.lacks_attendance
    ]  # fmt: skip
    tasks = [
        _late(row, terms.homework_lateness(row.date, moment, zone, values)) for row in lacking if row.lacks_homework
    ]
    marks = [
        _late(row, terms.lateness("lesson_mark", row.date, row.mark_due, today, values), row.work or row.kind)
        for row in unmarked
    ]
    return [
        _group("Посещаемость не внесена", attendance),
        _group("Домашнее задание не опубликовано", tasks, "journal.lesson", "homework"),
        _group("Оценки за работу не выставлены", marks),
        _group(
            "Занятие прошло, но не заполнено: нет темы и отметки о проведении",
            [_late(row, None) for row in lacking if row.is_bare], "journal.lesson", "topic",
        ),
    ]  # fmt: skip


def _group(title: str, slots: list[Slot], endpoint: str = "journal.roll", anchor: str = "") -> Overdue:
    return Overdue(title, "п. 4.4", slots, endpoint, anchor)


def _rows(statement: Executable, values: dict[str, Any]) -> Sequence[Any]:
    return db.session.execute(statement, values).all()


def _started(viewer: Viewer, today: date, mode: Owing, failed: Collection[date]) -> Select[*tuple[Any, ...]]:
    return _lessons(viewer, today, mode).where(
        Lesson.date <= today,
        Lesson.state != LessonState.CANCELLED,
        AcademicYear.closed_at.is_(None),
        ~is_closed(Course.id, period_of(Lesson.date), today),
        ~failures.excused(failed),
    )


@prepared
def _lacking(
    viewer: Viewer,
    today: date,
    mode: Owing,
    failed: Collection[date],
    homework_before: date,
    attendance_before: date,
) -> Select[*tuple[Any, ...]]:
    """Lessons that lack something its term for which is over, and what."""
    attendance = and_(unfilled.term_passed(attendance_before, failed), unfilled.without_attendance())
    no_homework = and_(
        Lesson.date < homework_before, ~unfilled.bare(), Homework.id.is_(None), homework.is_owed(mode)
    )  # fmt: skip
    bare = and_(Lesson.date < today, unfilled.bare())
    return (
        _started(viewer, today, mode, failed)
        .add_columns(
            attendance.label("lacks_attendance"), no_homework.label("lacks_homework"), bare.label("is_bare")
        )
        .where(or_(attendance, no_homework, bare))
    )  # fmt: skip


@prepared
def _unmarked(
    viewer: Viewer, today: date, mode: Owing, failed: Collection[date], before: date
) -> Select[*tuple[Any, ...]]:
    """Planned works without a single mark after their term (R4.4.h)."""
    return (
        _started(viewer, today, mode, failed)
        .add_columns(Work.title.label("work"), WorkKind.title.label("kind"), Work.mark_due)
        .join(Work, Work.lesson_id == Lesson.id)
        .join(WorkKind, WorkKind.id == Work.kind_id)
        .where(
            Lesson.date < before,
            or_(Work.mark_due.is_(None), Work.mark_due < today),
            works.is_planned(),
            ~exists().where(Cell.work_id == Work.id, Cell.mark.is_not(None)),
        )
    )


def _lessons(viewer: Viewer, today: date, mode: Owing) -> Select[*tuple[Any, ...]]:
    """The lessons of the journals the viewer keeps, in order."""
    return (
        select(
            Lesson.id,
            Lesson.course_id,
            Course.group_id,
            Lesson.date,
            Lesson.pair,
            Lesson.hours,
            Lesson.room,
            Lesson.state,
            Lesson.topic,
            Group.title.label("group"),
            Subgroup.title.label("subgroup"),
            Discipline.title.label("discipline"),
            Homework.id.is_not(None).label("has_homework"),
            Lesson.attendance_at.is_not(None).label("has_attendance"),
            (true() if mode == homework.GIVEN else homework.is_owed(mode)).label("owes_homework"),
        )
        .join(Course, Course.id == Lesson.course_id)
        .join(AcademicYear, AcademicYear.id == Course.year_id)
        .join(Group, Group.id == Course.group_id)
        .join(Discipline, Discipline.id == Course.discipline_id)
        .outerjoin(Subgroup, Subgroup.id == Course.subgroup_id)
        .outerjoin(Homework, Homework.lesson_id == Lesson.id)
        # A lesson somebody else gives is not owed by the course's own teacher.
        .where(gives(viewer, Lesson) | and_(teaches(viewer, Course.id, today), *_own(viewer)))
        .order_by(Lesson.date, Lesson.pair, Lesson.id)
    )


def _own(viewer: Viewer) -> tuple[ColumnElement[bool], ...]:
    """Lessons of the journals the viewer has ever kept that nobody else gives. Written so that the index by journal is
    taken: by «no teacher of its own» each page would look through the lessons of the whole college."""
    return Lesson.course_id.in_(ever_taught(viewer)), func.coalesce(Lesson.teacher_id, 0) == 0


def _late(row: Any, broken: Lateness | None, work: str = "") -> Slot:
    return _slot(row, None)._replace(phrase=broken.phrase if broken else "", work=work)


def _slot(row: Any, rang: bells.Bells | None) -> Slot:
    return Slot(
        row.id, row.course_id, row.date, row.pair, row.room, row.state, row.topic,
        f"{row.group}, {row.subgroup}" if row.subgroup else row.group,
        row.discipline, row.has_homework, row.has_attendance, row.owes_homework,
        rang.span(row.date, row.pair, row.hours, row.group_id) if rang else None,
    )  # fmt: skip

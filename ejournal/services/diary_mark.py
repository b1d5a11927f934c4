"""One mark in full: for what, in which lesson, who gave it and when (R2.1.d: every value shows who entered it)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ejournal.access import Viewer
from ejournal.domain.names import full_name
from ejournal.domain.notation import ATTENDANCE
from ejournal.extensions import db
from ejournal.models import Cell, Course, Lesson, LogEntry, Person, Work
from ejournal.services import diary
from ejournal.services.diary import Diary
from ejournal.services.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Change:
    at: datetime
    who: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class MarkDetail:
    """`changes`: newest first; the first of them gave the mark as it stands."""

    diary: Diary
    cell: Cell
    lesson: Lesson
    work: Work
    attendance_words: str
    who: str
    changes: list[Change]

    @property
    def text(self) -> str:
        return (self.cell.attendance or "") + (self.cell.mark or "")


def load(viewer: Viewer, student_id: int, cell_id: int) -> MarkDetail:
    """Raises NotFoundError where the diary or the cell is not the viewer's to read."""
    opened = diary.load(viewer, student_id)
    row = db.session.execute(
        select(Cell, Work, Person)
        .join(Work, Work.id == Cell.work_id)
        .outerjoin(Person, Person.id == Cell.updated_by)
        .where(Cell.id == cell_id, Cell.student_id == student_id)
        .options(
            joinedload(Work.kind),
            joinedload(Work.lesson).joinedload(Lesson.course).joinedload(Course.discipline),
        )
    ).first()
    if row is None:
        raise NotFoundError
    cell, work, person = row
    return MarkDetail(
        opened,
        cell,
        work.lesson,
        work,
        ATTENDANCE.get(cell.attendance or "", ""),
        person.full_name if person else "",
        _changes(cell),
    )


def _changes(cell: Cell) -> list[Change]:
    """Who, when, from what to what. Why is the college's own affair and stays in its log."""
    rows = db.session.execute(
        select(LogEntry.at, Person.surname, Person.name, Person.patronymic, LogEntry.before, LogEntry.after)
        .outerjoin(Person, Person.id == LogEntry.actor_id)
        .where(LogEntry.work_id == cell.work_id, LogEntry.student_id == cell.student_id, LogEntry.subject == "cell")
        .order_by(LogEntry.id.desc())
    )
    return [_change(row) for row in rows]


def _change(row: Any) -> Change:
    at, surname, name, patronymic, before, after = row
    return Change(at, full_name(surname, name, patronymic) if surname else "система", before or "", after or "")

"""What can be disputed (п. 4.5): the mark of a lesson, of a period, of the year or a final one, when it was given; and
how it is corrected."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_

from ejournal.access import Viewer
from ejournal.domain import disputes as rules
from ejournal.domain.notation import Value
from ejournal.extensions import db
from ejournal.models import Dispute
from ejournal.services import cell_context, cells, period_marks
from ejournal.services.cell_context import Place
from ejournal.services.closed import hold_open
from ejournal.services.debt_marks import NO_TERMS, Terms
from ejournal.services.diary import Diary
from ejournal.services.diary_mark import MarkDetail
from ejournal.services.diary_period_mark import PeriodMarkDetail
from ejournal.services.errors import NotFoundError, RefusedError
from ejournal.services.period_marks import Column, Typed

Detail = MarkDetail | PeriodMarkDetail


@dataclass(frozen=True, slots=True)
class Disputed:
    """A mark of the diary. `place`: the columns of Dispute that say which."""

    diary: Diary
    mark: str | None
    given_at: datetime | None
    place: dict[str, Any]

    @property
    def condition(self) -> ColumnElement[bool]:
        """Which disputes are about it."""
        own = {"student_id": self.diary.child.id, **self.place}
        return and_(*(getattr(Dispute, name) == value for name, value in own.items()))


@dataclass(frozen=True, slots=True)
class Typing:
    """The mark that shall stand instead, typed over the version that was seen; of a debt's mark its term and form."""

    value: str
    version: int | None
    debt: Terms = field(default=NO_TERMS)


class Correction(Protocol):
    """A mark that shall stand instead, checked."""

    @property
    def mark(self) -> str | None: ...
    def write(self, actor: Viewer, why: str) -> None:
        """Into the journal where it is not there yet; commits."""


def of(detail: Detail) -> Disputed:
    changes = ((change.at, change.before, change.after) for change in detail.changes)
    given = rules.given_at(changes)
    if isinstance(detail, PeriodMarkDetail):
        slot = detail.slot
        place = {"course_id": detail.course.id, "slot": slot.key}
        given = given or (detail.stored.updated_at if not detail.changes else None)
        return Disputed(detail.diary, detail.mark, given, place)
    # Marks that came with a list have no line of their own in the log: the cell knows when it was written.
    given = given or (detail.cell.updated_at if not detail.changes else None)
    place = {"course_id": detail.lesson.course_id, "cell_id": detail.cell.id}
    return Disputed(detail.diary, detail.cell.mark, given, place)


def correction(actor: Viewer, dispute: Dispute, typed: Typing) -> Correction:
    """Raises NotFoundError, ForbiddenError, ClosedError, StaleError, RefusedError."""
    return _of_cell(actor, dispute, typed) if dispute.cell_id else _of_slot(actor, dispute, typed)


def _of_cell(actor: Viewer, dispute: Dispute, typed: Typing) -> "_OfCell":
    """What is typed may be the mark alone, attendance then stays as it is."""
    place = _place(actor, dispute)
    value = cells.parse(typed.value)
    if value.attendance is None:
        value = Value(place.value.attendance, value.mark)
    _check_another(value.mark, dispute)
    if value.text != place.value.text:
        cells.check_may_write(place)
        cells.check_version(place, typed.version)
    return _OfCell(place, value)


def _of_slot(actor: Viewer, dispute: Dispute, typed: Typing) -> "_OfSlot":
    hold_open()
    column = period_marks.column(actor, dispute.course_id, dispute.slot or "")
    mark = period_marks.parse(typed.value)
    _check_another(mark, dispute)
    stored = column.stored(dispute.student_id)
    if mark != stored.mark:
        period_marks.check_may_write(column)
    version = stored.version if typed.version is None else typed.version
    return _OfSlot(column, dispute.student_id, Typed(mark, version, debt=typed.debt))


def _check_another(mark: str | None, dispute: Dispute) -> None:
    if mark == dispute.mark:
        raise RefusedError(f"Оценка та же, «{dispute.mark}». Если она верна, выберите «Оставить».")


def _place(actor: Viewer, dispute: Dispute) -> Place:
    assert dispute.cell is not None
    key = (dispute.student_id, dispute.cell.work_id)
    place = cell_context.load(actor, dispute.course_id, [key[0]], [key[1]]).get(key)
    if place is None:
        raise NotFoundError
    return place


@dataclass(frozen=True, slots=True)
class _OfCell:
    place: Place
    value: Value

    @property
    def mark(self) -> str | None:
        return self.value.mark

    def write(self, actor: Viewer, why: str) -> None:
        if self.value.text == self.place.value.text:
            db.session.commit()
        else:
            changes = [(self.place, self.value)]
            cells.write_batch(actor, changes, "dispute", secrets.token_hex(8), why, excused=True)


@dataclass(frozen=True, slots=True)
class _OfSlot:
    column: Column
    student_id: int
    typed: Typed

    @property
    def mark(self) -> str | None:
        return self.typed.text or None

    def write(self, actor: Viewer, why: str) -> None:
        if self.typed.text == self.column.stored(self.student_id).mark:
            db.session.commit()
        else:
            typed = Typed(self.typed.text, self.typed.version, why, self.typed.debt)
            period_marks.correct(actor, self.column, self.student_id, typed)

"""Closing a journal's period, and opening it again for some days with a reason (п. 4.4).

Nothing closes an unlocked journal again: whether it is closed is asked of the days (see closed.py).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select, update

from ejournal.access import OVERSEERS, Viewer
from ejournal.domain.names import short_name
from ejournal.domain.numbers import whole
from ejournal.domain.reasons import SHORTEST_REASON
from ejournal.extensions import db
from ejournal.models import JournalUnlock, PeriodClosing, Person
from ejournal.models.base import now
from ejournal.services import closed, debt_marks, log, period_marks, settings, unfinished
from ejournal.services.debt_marks import Change, Terms
from ejournal.services.errors import ClosedError, FieldsError, ForbiddenError, RefusedError
from ejournal.services.period_marks import Column
from ejournal.services.unfinished import Unfinished

MOST_DAYS = 30


@dataclass(frozen=True, slots=True)
class Page:
    """A journal's period: what it lacks, whether it is closed, who opened it up to when and why."""

    column: Column
    lacks: Unfinished
    closing: PeriodClosing | None
    closed_by: str
    unlock: JournalUnlock | None
    unlocked_by: str
    may_close: bool
    may_unlock: bool

    @property
    def is_closed(self) -> bool:
        return self.column.period_closed or self.column.year_closed


def load(viewer: Viewer, course_id: int, period_id: int) -> Page:
    """Raises NotFoundError where the viewer may not read the journal or the period is not its own."""
    column = period_marks.column(viewer, course_id, str(period_id))
    row = db.session.execute(
        select(PeriodClosing, Person.surname, Person.name, Person.patronymic)
        .outerjoin(Person, Person.id == PeriodClosing.closed_by)
        .where(PeriodClosing.course_id == course_id, PeriodClosing.period_id == period_id)
    ).first()
    unlock = db.session.execute(
        select(JournalUnlock, Person.surname, Person.name, Person.patronymic)
        .outerjoin(Person, Person.id == JournalUnlock.unlocked_by)
        .where(
            JournalUnlock.course_id == course_id,
            JournalUnlock.period_id == period_id,
            closed.is_lifting(settings.today()),
        )
        .order_by(JournalUnlock.until.desc(), JournalUnlock.id.desc())
    ).first()
    oversees = viewer.holds(OVERSEERS)
    return Page(
        column=column,
        lacks=unfinished.of_column(column),
        closing=row[0] if row else None,
        closed_by=_name(row),
        unlock=unlock[0] if unlock else None,
        unlocked_by=_name(unlock),
        may_close=(column.teaches or oversees) and not column.year_closed,
        may_unlock=oversees and not column.year_closed,
    )


def close(actor: Viewer, course_id: int, period_id: int, *, anyway: bool = False) -> None:
    """Close a period of a journal. `anyway`: what is unfinished was seen.

    Raises NotFoundError, ForbiddenError, RefusedError with what is in the way.
    """
    closed.close_alone()
    page = load(actor, course_id, period_id)
    if not page.may_close:
        raise ForbiddenError("Закрыть период может преподаватель журнала или администрация (п. 4.4).")
    if page.is_closed:
        raise RefusedError("Этот период уже закрыт.")
    check(page, anyway, actor.holds(OVERSEERS))
    put(actor, page)
    db.session.commit()


def check(page: Page, anyway: bool, oversees: bool) -> None:
    """Raise RefusedError with what keeps the period from being closed."""
    lacks, title = page.lacks, page.column.slot.title
    if lacks.ahead:
        raise RefusedError(
            f"{title}: впереди ещё занятий — {lacks.ahead}. Период закрывают после последнего занятия (п. 4.4)."
        )
    if lacks.marks and not oversees:
        raise RefusedError(f"{title}: без оценки за период — {len(lacks.marks)}. Выставьте оценку или «н/а» (п. 4.4).")
    if not lacks.is_empty and not anyway:
        raise RefusedError(f"{title}: есть незаполненное. Проверьте список и подтвердите закрытие (п. 4.4).")


def put(actor: Viewer, page: Page) -> None:
    """Close the period, or end its unlock before its time; the caller commits."""
    course, slot = page.column.course, page.column.slot
    if page.closing is None:
        db.session.add(PeriodClosing(course_id=course.id, period_id=slot.period_id, closed_by=actor.person_id))
    else:
        db.session.execute(
            update(JournalUnlock)
            .where(
                JournalUnlock.course_id == course.id,
                JournalUnlock.period_id == slot.period_id,
                JournalUnlock.ended_at.is_(None),
            )
            .values(ended_at=now())
        )
    lacking = "" if page.lacks.is_empty else ", с незаполненным"
    log.record(actor, "closing", "close", before="открыт", after=f"закрыт{lacking}", **_where(page.column))


def unlock(actor: Viewer, course_id: int, period_id: int, days: str, reason: str) -> date:
    """Open a closed period for `days` days, today being the first; returns the last of them.

    Raises NotFoundError, ForbiddenError, ClosedError (the year is closed), FieldsError, RefusedError.
    """
    closed.close_alone()
    page = load(actor, course_id, period_id)
    if page.column.year_closed:
        raise ClosedError("Учебный год закрыт: его можно только читать (п. 2.3).")
    if not page.may_unlock:
        raise ForbiddenError("Открыть закрытый период может администрация или системный администратор (п. 4.4).")
    if not page.is_closed:
        raise RefusedError("Этот период не закрыт: открывать нечего.")
    number = whole(days, 1, MOST_DAYS)
    words = " ".join(reason.split())[:500]
    wrong = {}
    if number is None:
        wrong["days"] = f"Укажите число дней от 1 до {MOST_DAYS}."
    if len(words) < SHORTEST_REASON:
        wrong["reason"] = "Укажите причину: она останется в журнале изменений (п. 4.4)."
    if wrong or number is None:
        raise FieldsError(wrong)
    until = settings.today() + timedelta(days=number - 1)
    db.session.add(
        JournalUnlock(
            course_id=course_id, period_id=period_id, until=until, reason=words, unlocked_by=actor.person_id
        )
    )  # fmt: skip
    log.record(
        actor, "closing", "unlock", before="закрыт", after=f"открыт по {until:%d.%m.%Y}", reason=words,
        **_where(page.column),
    )  # fmt: skip
    db.session.commit()
    return until


def set_debts(actor: Viewer, course_id: int, key: str, terms: Terms) -> int:
    """Give a term and a form to marks that are debts without them; returns how many.

    Raises NotFoundError, ForbiddenError, DebtNeededError. Possible in a closed period: no mark changes.
    """
    column = period_marks.column(actor, course_id, key)
    if not (column.teaches or actor.holds(OVERSEERS)):
        raise ForbiddenError("Сроки задолженностей назначает преподаватель журнала или администрация (п. 4.4).")
    owing = unfinished.without_debt(column)
    for student in owing:
        mark = column.stored(student.id).mark
        debt_marks.follow(actor, Change(course_id, student.id, column.slot, mark), terms)
    db.session.commit()
    return len(owing)


def _where(column: Column) -> dict[str, object]:
    return {"course_id": column.course.id, "details": {"period": column.slot.period_id, "name": column.slot.title}}


def _name(row: object) -> str:
    found = tuple(row) if row else ()  # type: ignore[arg-type]
    return short_name(*found[1:]) if found and found[1] else ""

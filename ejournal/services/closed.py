"""Whether a journal's period is closed: one condition for everything that writes into it (п. 4.4)."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists

from ejournal.extensions import alone, beside
from ejournal.models import JournalUnlock, PeriodClosing
from ejournal.services.errors import RefusedError

TURN = "closing"
PATIENCE = 10.0  # seconds; a save takes milliseconds, a list of marks up to a minute


def hold_open() -> None:
    """Whatever the transaction finds open from here on stays open to its end: who closes waits for it, and who comes
    while somebody closes waits for that and finds it closed (п. 4.4). To be called before the question."""
    beside(TURN)


def close_alone() -> None:
    """The other side: nobody writes into journals from here to the transaction's end. Raises RefusedError where
    somebody goes on writing for longer than one waits."""
    if not alone(TURN, PATIENCE):
        raise RefusedError("В журналы сейчас записывается длинный список. Ничего не изменено: повторите через минуту.")


def is_closed(course_id: Any, period_id: Any, today: Any) -> ColumnElement[bool]:
    """The condition that a period of a journal is closed today: an unlock holds up to its last day, and nobody has to
    close the journal again after it."""
    closing = exists().where(PeriodClosing.course_id == course_id, PeriodClosing.period_id == period_id)
    return and_(closing, ~is_unlocked(course_id, period_id, today))


def is_unlocked(course_id: Any, period_id: Any, today: Any) -> ColumnElement[bool]:
    return exists().where(JournalUnlock.course_id == course_id, JournalUnlock.period_id == period_id, is_lifting(today))


def is_lifting(today: Any) -> ColumnElement[bool]:
    """The condition that the query's unlock is in force."""
    return and_(JournalUnlock.ended_at.is_(None), JournalUnlock.until >= today)

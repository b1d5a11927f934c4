"""Disputes of marks (п. 4.5): until when a mark may be disputed, why it may not be, when the answer is due."""

from collections.abc import Iterable
from datetime import date, datetime

from ejournal.domain import notation, terms
from ejournal.domain.calendar import format_short

OPEN, CORRECTED, UPHELD = "open", "corrected", "upheld"
STATES = {OPEN: "ждёт ответа преподавателя", CORRECTED: "оценка исправлена", UPHELD: "оценка оставлена"}


def given_at(changes: Iterable[tuple[datetime, str, str]]) -> datetime | None:
    """When a cell's present mark was given, of its changes (moment, before, after) newest first.

    A change of attendance alone («н3» → «б3») does not give the mark anew. None: nothing is known.
    """
    for at, before, after in changes:
        if _mark(before) != _mark(after):
            return at
    return None


def why_not(
    mark: str | None, given_on: date | None, today: date, disputed: bool, values: terms.Values = terms.DEFAULTS
) -> str:
    """Why a mark can't be disputed today, in words for the student; "" when it can."""
    if not mark:
        return "Оспорить можно только оценку (п. 4.5)."
    if disputed:
        return "Об этой оценке уже спрашивали: ответ ниже."
    if given_on is None:
        return "Когда поставлена оценка, неизвестно: обратитесь к преподавателю лично."
    due = terms.dispute_due(given_on, values)
    if today > due:
        return (
            f"Срок прошёл {format_short(due)}: об ошибке сообщают в течение {_term(values)} "
            "со дня выставления оценки (п. 4.5)."
        )
    return ""


def is_overdue(state: str, due: date, today: date) -> bool:
    """Whether an open dispute waits longer than the college's own term allows."""
    return state == OPEN and today > due


def _term(values: terms.Values) -> str:
    days = terms.term_value("dispute", values)
    return "календарной недели" if days == 7 else f"{days} дн."


def _mark(text: str) -> str | None:
    try:
        return notation.parse(text).mark
    except notation.NotationError:
        return text

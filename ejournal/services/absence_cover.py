"""What registered documents say of a day: for the hints in the journal, and as the ground of a late change (п. 4.3)."""

import datetime
from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

from sqlalchemy import Select, exists, select

from ejournal.access import prepared
from ejournal.domain import absences
from ejournal.domain.calendar import format_short
from ejournal.domain.notation import Value
from ejournal.extensions import db
from ejournal.models import AbsencePaper, AbsenceRequest


class Held(Protocol):
    """A cell as it is stored: whose, of what day."""

    @property
    def student_id(self) -> int: ...
    @property
    def date(self) -> datetime.date: ...
    @property
    def value(self) -> Value: ...


def gives_ground(place: Held, value: Value) -> bool:
    """Whether a change of attendance alone is what a registered document says of that day: it then breaks no term.

    A first entry is not excused: that somebody was away had to be noted in time all the same (п. 4.4).
    """
    before = place.value
    if before.attendance not in (absences.UNEXCUSED, *absences.CODES) or before.mark != value.mark:
        return False
    return value.attendance in absences.CODES and bool(
        db.session.scalar(
            select(
                exists().where(
                    AbsencePaper.student_id == place.student_id,
                    AbsencePaper.state == absences.REGISTERED,
                    AbsencePaper.code == value.attendance,
                    AbsencePaper.since <= place.date,
                    AbsencePaper.until >= place.date,
                )
            )
        )
    )


def hints(course_id: int, span: tuple[date, date]) -> dict[int, str]:
    """By student: «есть документ: б с 3 по 8.11» for every registered document that touches the span. One query."""
    found: dict[int, list[str]] = {}
    for student_id, code, since, until in db.session.execute(*_registered(course_id, *span)):
        found.setdefault(student_id, []).append(f"{code} {span_words(since, until)}")
    return {student_id: f"есть документ: {', '.join(words)}" for student_id, words in found.items()}


@prepared
def _registered(course_id: int, first: date, last: date) -> Select[*tuple[Any, ...]]:
    return (
        select(AbsencePaper.student_id, AbsencePaper.code, AbsencePaper.since, AbsencePaper.until)
        .join(AbsenceRequest, AbsenceRequest.paper_id == AbsencePaper.id)
        .where(
            AbsenceRequest.course_id == course_id,
            AbsencePaper.state == absences.REGISTERED,
            AbsencePaper.since <= last,
            AbsencePaper.until >= first,
        )
        .order_by(AbsencePaper.student_id, AbsencePaper.since, AbsencePaper.id)
    )


def span_words(since: date, until: date) -> str:
    """«3.11», «с 3 по 8.11», «с 28.10 по 3.11»."""
    if since == until:
        return format_short(since)
    first = str(since.day) if (since.year, since.month) == (until.year, until.month) else format_short(since)
    return f"с {first} по {format_short(until)}"


def dates_words(days: Sequence[date]) -> str:
    """«3.11, 5.11, 6.11»: each day once, in order."""
    return ", ".join(format_short(day) for day in sorted(set(days)))

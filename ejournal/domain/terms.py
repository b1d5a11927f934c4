"""Every term of the regulation in one table, and who is late by which (п. 3.11, 4.1, 4.4, 4.5; 152-ФЗ).

A term is counted in the college's local days: a value is late when it is entered on a day after the due
date. Callers pass local dates (`calendar.local_date`); nothing here asks the clock. `values` are the
college's settings by the term's key; what is absent has the regulation's default.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from types import MappingProxyType
from typing import Any, Literal
from zoneinfo import ZoneInfo

from ejournal.domain.calendar import format_numeric, format_short
from ejournal.domain.notation import Value
from ejournal.domain.words import plural

Unit = Literal["days", "working_days", "time", "month_day"]
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Term:
    """A term of the regulation; `default` is a number of days, «19:00» or «09-25» (month-day) by `unit`."""

    key: str
    clause: str
    title: str
    default: int | str
    unit: Unit


TERMS: Mapping[str, Term] = MappingProxyType(
    {
        term.key: term
        for term in (
            Term("attendance", "п. 4.4", "посещаемость внесена, дней после занятия", 2, "days"),
            Term("homework", "п. 4.4", "задание опубликовано в день занятия, не позднее", "19:00", "time"),
            Term("lesson_mark", "п. 4.4", "оценка за занятие выставлена, дней после занятия", 7, "days"),
            Term("period_mark", "п. 4.4", "итоговые оценки выставлены, дней после конца периода", 4, "days"),
            Term("dispute", "п. 4.5", "оценка оспорена, дней после выставления", 7, "days"),
            # The regulation names no number for the answer: the college's own.
            Term("dispute_answer", "п. 4.5, срок колледжа", "ответ на обращение об оценке, дней", 7, "days"),
            Term("year_setup", "п. 4.1", "разделы учебного года сформированы, до", "09-25", "month_day"),
            Term("compromise", "п. 3.11", "о нарушении доступа сообщено, рабочих дней", 1, "working_days"),
            Term(
                "subject_request", "152-ФЗ, ст. 20", "ответ на запрос о своих данных, рабочих дней", 10, "working_days"
            ),
        )
    }
)
DEFAULTS: Values = MappingProxyType({})
_MAX_DAYS = 366


@dataclass(frozen=True)
class Lateness:
    """A broken term: `phrase` says it to a person, with the clause."""

    key: str
    clause: str
    due: date
    days: int
    phrase: str


def term_value(key: str, values: Values = DEFAULTS) -> int | time | tuple[int, int]:
    """The value in force: days, a time of day, or (month, day).

    Raises ValueError with a Russian message for a setting that can't be one.
    """
    term = TERMS[key]
    raw = values.get(key)
    if raw is None or raw == "":
        raw = term.default
    try:
        return _READERS[term.unit](raw)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{term.title}: неверное значение «{raw}» ({term.clause})") from error


def is_softer(key: str, values: Values) -> bool:
    """Whether the college's value asks less than the regulation: more days, a later hour, fewer days to dispute."""
    if TERMS[key].clause.endswith("колледжа"):
        return False
    own: Any = term_value(key, values)
    default: Any = term_value(key)
    return bool(own < default if key == "dispute" else own > default)


def attendance_due(lesson_date: date, values: Values = DEFAULTS) -> date:
    """The last day for attendance (п. 4.4)."""
    return lesson_date + _days("attendance", values)


def homework_due(lesson_date: date, tz: tzinfo | str, values: Values = DEFAULTS) -> datetime:
    """The last moment to publish what is assigned on a lesson (п. 4.4): 19:00 of its day, local time."""
    at = term_value("homework", values)
    assert isinstance(at, time)
    return datetime.combine(lesson_date, at, tzinfo=ZoneInfo(tz) if isinstance(tz, str) else tz)


def mark_due(lesson_date: date, own_due: date | None = None, values: Values = DEFAULTS) -> date:
    """The last day for a lesson mark (п. 4.4); the work's own checking term counts when it is later."""
    due = lesson_date + _days("lesson_mark", values)
    return max(due, own_due) if own_due else due


def period_mark_due(period_end: date, values: Values = DEFAULTS) -> date:
    """The last day for the period's marks (п. 4.4)."""
    return period_end + _days("period_mark", values)


def dispute_due(given_on: date, values: Values = DEFAULTS) -> date:
    """The last day on which a student may dispute a mark (п. 4.5)."""
    return given_on + _days("dispute", values)


def dispute_answer_due(asked_on: date, values: Values = DEFAULTS) -> date:
    """The last day to answer a disputed mark: a term of the college's own, п. 4.5 names none."""
    return asked_on + _days("dispute_answer", values)


def year_setup_due(year_start: int, values: Values = DEFAULTS) -> date:
    """The last day for setting up the academic year that begins in `year_start` (п. 4.1)."""
    month_day = term_value("year_setup", values)
    assert isinstance(month_day, tuple)
    return date(year_start, *month_day)


def compromise_due(known_on: date, is_working_day: Callable[[date], bool], values: Values = DEFAULTS) -> date:
    """The last day to tell of a compromised account (п. 3.11): that many working days after it is known."""
    return _working_days_after(known_on, _count("compromise", values), is_working_day)


def subject_request_due(asked_on: date, is_working_day: Callable[[date], bool], values: Values = DEFAULTS) -> date:
    """The last day to give a person what is held about him (152-ФЗ, ст. 20): 10 working days after he asked."""
    return _working_days_after(asked_on, _count("subject_request", values), is_working_day)


def _working_days_after(day: date, days: int, is_working_day: Callable[[date], bool]) -> date:
    # Bounded, so that a calendar without working days can't hang the caller.
    for _ in range(_MAX_DAYS):
        if days <= 0:
            break
        day += timedelta(days=1)
        days -= is_working_day(day)
    return day


def is_late_attendance(lesson_date: date, today: date, values: Values = DEFAULTS) -> bool:
    return today > attendance_due(lesson_date, values)


def is_late_mark(lesson_date: date, own_due: date | None, today: date, values: Values = DEFAULTS) -> bool:
    return today > mark_due(lesson_date, own_due, values)


def late_change(
    old: Value, new: Value, lesson_date: date, own_due: date | None, today: date, values: Values = DEFAULTS
) -> Lateness | None:
    """Which term is broken when a cell changes from `old` to `new` today: each part by its own term.

    Of two broken terms the attendance's is returned, with both named in the phrase.
    """
    parts = (
        lateness("attendance", lesson_date, None, today, values) if old.attendance != new.attendance else None,
        lateness("lesson_mark", lesson_date, own_due, today, values) if old.mark != new.mark else None,
    )
    broken = [part for part in parts if part]
    if not broken:
        return None
    return replace(broken[0], phrase="; ".join(part.phrase for part in broken))


def lateness(
    kind: Literal["attendance", "lesson_mark"],
    lesson_date: date,
    own_due: date | None,
    today: date,
    values: Values = DEFAULTS,
) -> Lateness | None:
    """The broken term of п. 4.4 if the lesson's attendance or mark is entered today, else None."""
    if kind == "attendance":
        return _late(kind, "посещаемость", attendance_due(lesson_date, values), today, values)
    due = mark_due(lesson_date, own_due, values)
    if due == own_due:
        return _phrase(kind, "оценка — срок проверки работы, установленный преподавателем,", due, today)
    return _late(kind, "оценка за занятие", due, today, values)


def period_mark_lateness(period_end: date, today: date, values: Values = DEFAULTS) -> Lateness | None:
    """The broken term of п. 4.4 if the period's marks are given today, else None."""
    return _late("period_mark", "итоговые оценки", period_mark_due(period_end, values), today, values)


def homework_lateness(
    lesson_date: date, published: datetime, tz: tzinfo | str, values: Values = DEFAULTS
) -> Lateness | None:
    """The broken term of п. 4.4 if what was assigned on the lesson is published at this aware moment."""
    due = homework_due(lesson_date, tz, values)
    if published <= due:
        return None
    days = (published.astimezone(due.tzinfo).date() - lesson_date).days
    what = f"задание — не позднее {due:%H:%M} в день занятия, срок был"
    when = format_numeric(lesson_date) if published.year != lesson_date.year else format_short(lesson_date)
    return Lateness("homework", "п. 4.4", lesson_date, days, f"п. 4.4: {what} {when}")


def _late(key: str, what: str, due: date, today: date, values: Values) -> Lateness | None:
    days = _count(key, values)
    return _phrase(key, f"{what} — не позднее {days} {plural(days, 'дня', 'дней', 'дней')}, срок", due, today)


def _phrase(key: str, what: str, due: date, today: date) -> Lateness | None:
    if today <= due:
        return None
    when = format_short(due) if due.year == today.year else format_numeric(due)
    clause = TERMS[key].clause
    return Lateness(key, clause, due, (today - due).days, f"{clause}: {what} был {when}")


def _days(key: str, values: Values) -> timedelta:
    return timedelta(days=_count(key, values))


def _count(key: str, values: Values) -> int:
    days = term_value(key, values)
    assert isinstance(days, int)
    return days


def _read_days(raw: Any) -> int:
    days = int(str(raw))
    if not 0 <= days <= _MAX_DAYS:
        raise ValueError(raw)
    return days


def _read_time(raw: Any) -> time:
    at = raw if isinstance(raw, time) else time.fromisoformat(str(raw))
    if at.tzinfo is not None:  # the zone is the college's, set apart
        raise ValueError(raw)
    return at


def _read_month_day(raw: Any) -> tuple[int, int]:
    # In a leap year's calendar «02-29» would pass and fail three years of four; the year starts in autumn.
    day = date.fromisoformat(f"2025-{raw}")
    return day.month, day.day


_READERS: Mapping[Unit, Callable[[Any], int | time | tuple[int, int]]] = {
    "days": _read_days,
    "working_days": _read_days,
    "time": _read_time,
    "month_day": _read_month_day,
}

"""What stands beside the figures of control: names, weeks, the terms in force."""

from collections.abc import Iterable
from datetime import date, time

from sqlalchemy import select

from ejournal.domain import calendar, terms
from ejournal.domain.names import short_name
from ejournal.domain.words import plural
from ejournal.models import Person
from ejournal.services import failures, settings
from ejournal.services.reports import facts
from ejournal.services.reports.scope import Scope

monday = calendar.monday_of


def names(ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """(sort key, short name) of persons; one query."""
    rows = facts.fetch(
        select(Person.id, Person.skey, Person.surname, Person.name, Person.patronymic).where(Person.id.in_(list(ids)))
    )
    return {row[0]: (row[1], short_name(row[2], row[3], row[4])) for row in rows}


def notes(scope: Scope) -> list[str]:
    """The terms in force, with their clauses."""
    values = settings.get("terms")
    attendance, at, mark, period, answer = (shown(key, values) for key in NOTED)
    return [
        f"Сроки: посещаемость — {attendance} после занятия, задание — до {at} в его день, оценка — {mark} или срок "
        f"проверки работы, итоговые — {period} после конца периода (п. 4.4); ответ на обращение — {answer} (п. 4.5). "
        "Дни календарные, время колледжа.",
        "Отменённые занятия и занятия впереди не считаются. За занятие с заменой отвечает заменяющий преподаватель.",
        *_failures(scope),
    ]


def _failures(scope: Scope) -> list[str]:
    """Which declared days of the report's span are left out."""
    if scope.span is None:
        return []
    first, last = scope.span
    known = [failures.words_of(one) for one in failures.declared() if one.since <= last and one.until >= first]
    return [f"Занятия дней сбоя не считаются (п. 4.1): {'; '.join(known)}."] if known else []


NOTED = ("attendance", "homework", "lesson_mark", "period_mark", "dispute_answer")


def shown(key: str, values: terms.Values) -> str:
    """A term's value as people read it: «2 дня», «19:00», «25.09»."""
    value = terms.term_value(key, values)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, tuple):
        return f"{date(2025, *value):%d.%m}"
    unit = ("рабочий день", "рабочих дня", "рабочих дней") if terms.TERMS[key].unit == "working_days" else DAYS
    return f"{value} {plural(value, *unit)}"


DAYS = ("день", "дня", "дней")

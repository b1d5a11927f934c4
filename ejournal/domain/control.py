"""Control of terms: what stands how at a moment, and which share was done in time (п. 3.11, 4.1, 4.2, 4.4, 4.5).

A duty is something to be done before a moment, the first one that is late: the start of the local day after the last
day of a term of days, the instant after 19:00 for homework. The terms themselves are those of `domain.terms`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from ejournal.domain import terms
from ejournal.domain.calendar import day_bounds_utc

# The smallest step of a stored moment.
INSTANT = timedelta(microseconds=1)


class State(StrEnum):
    """OPEN can still be mended; LOST cannot: the journal's period is closed."""

    WAITING = "waiting"
    OPEN = "open"
    LOST = "lost"
    LATE = "late"
    IN_TIME = "in_time"


STATES: Mapping[State, str] = MappingProxyType(
    {
        State.OPEN: "просрочено",
        State.LATE: "выполнено с опозданием",
        State.LOST: "не выполнено, период закрыт",
        State.WAITING: "срок ещё не наступил",
    }
)


@dataclass(frozen=True, slots=True)
class Clause:
    """What is controlled: `key` as in `terms.TERMS`; `title` names the duty that is not done, `short` heads a column.

    `of_journals`: somebody's journal is late, not the college as a whole.
    """

    key: str
    title: str
    short: str
    of_journals: bool = True

    @property
    def clause(self) -> str:
        return terms.TERMS[self.key].clause


CLAUSES: Mapping[str, Clause] = MappingProxyType(
    {
        one.key: one
        for one in (
            Clause("attendance", "Посещаемость не внесена", "Посещаемость"),
            Clause("homework", "Домашнее задание не опубликовано", "Задания"),
            Clause("lesson_mark", "Оценки за работу не выставлены", "Оценки"),
            Clause("period_mark", "Итоговые оценки не выставлены", "Итоговые"),
            Clause("dispute_answer", "Нет ответа на обращение об оценке", "Обращения"),
            Clause("year_setup", "Учебный год группы не сформирован", "Год", of_journals=False),
            Clause("compromise", "Сообщение о нарушении доступа не закрыто", "Доступ", of_journals=False),
            Clause("subject_request", "Нет ответа на запрос о своих данных", "Запросы", of_journals=False),
        )
    }
)
JOURNAL_CLAUSES = tuple(one for one in CLAUSES.values() if one.of_journals)


class Deadlines(NamedTuple):
    """The first late moments (UTC) of a lesson on a day; of a mark with no term of its own."""

    attendance: datetime
    homework: datetime
    mark: datetime


def deadlines(day: date, tz: tzinfo, values: terms.Values = terms.DEFAULTS) -> Deadlines:
    """When attendance, homework and marks of a lesson on `day` begin to be late (п. 4.4)."""
    return Deadlines(
        after(terms.attendance_due(day, values), tz),
        terms.homework_due(day, tz, values) + INSTANT,
        after(terms.mark_due(day, None, values), tz),
    )


def after(day: date, tz: tzinfo) -> datetime:
    """The first moment (UTC) after a local day: what was due on it is late from here on."""
    return day_bounds_utc(day, tz)[1]


def state_of(until: datetime, done: datetime | None, at: datetime, closed: bool = False) -> State:
    """How a duty stands at a moment; what was done after that moment was not done yet."""
    if done is not None and done <= at:
        return State.IN_TIME if done < until else State.LATE
    if until > at:
        return State.WAITING
    return State.LOST if closed else State.OPEN


@dataclass(slots=True)
class Counts:
    """Duties by state. `fresh`: of those not done, how many became late since a moment asked for; `mended`: of those
    done late, how many since then. `oldest`: since when the oldest open one is late."""

    open: int = 0
    lost: int = 0
    late: int = 0
    in_time: int = 0
    waiting: int = 0
    fresh: int = 0
    mended: int = 0
    oldest: datetime | None = None

    @classmethod
    def sum(cls, several: Iterable["Counts"]) -> "Counts":
        whole = cls()
        for one in several:
            whole.add(one)
        return whole

    def add(self, other: "Counts") -> None:
        for name in ("open", "lost", "late", "in_time", "waiting", "fresh", "mended"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        known = [one for one in (self.oldest, other.oldest) if one]
        self.oldest = min(known) if known else None

    @property
    def due(self) -> int:
        """Duties whose term is over or that were done before it."""
        return self.open + self.lost + self.late + self.in_time

    @property
    def share(self) -> Decimal | None:
        """Per cent done in time of all that were due; None where nothing was."""
        return Decimal(self.in_time * 100) / self.due if self.due else None


def counts_of(state: State, number: int = 1, *, fresh: int = 0, mended: int = 0) -> Counts:
    made = Counts(fresh=fresh, mended=mended)
    setattr(made, state.value, number)
    return made


def days_late(until: datetime, done: datetime | None, at: datetime, tz: tzinfo) -> int:
    """Local days from the last day in time to the day it was done, or to today."""
    last = (until - INSTANT).astimezone(tz).date()
    return ((done or at).astimezone(tz).date() - last).days

"""Ликвидация задолженности: at most two attempts within a year, the second before a commission; illness and leave stop
the clock (ст. 58 273-ФЗ, ч. 5, 6)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ejournal.domain.attestation import ABSENT, FAILED, PASSED

MOST_ATTEMPTS = 2
COMMISSION = 3
PASSING = ("5", "4", "3", PASSED)
RESULTS = (*PASSING, "2", FAILED, ABSENT)
LAW = "ст. 58 273-ФЗ"

Span = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt: its number, the result if it is known, its day. An excused absence does not use it up."""

    number: int
    result: str | None = None
    excused: bool = False
    day: date | None = None

    @property
    def is_used(self) -> bool:
        return self.result is not None and not self.excused

    @property
    def is_passed(self) -> bool:
        return self.result in PASSING


def last_day(opened_on: date, pauses: Iterable[Span] = ()) -> date:
    """The last day of the year given for passing; every paused day within it moves it on by one.

    Pauses may overlap each other and reach beyond the year; days before the debt arose do not count.
    """
    end = _year_after(opened_on)
    for since, until in _merged(pauses):
        first = max(since, opened_on + timedelta(days=1))
        if until < first or first > end:
            continue
        end += until - first + timedelta(days=1)
    return end


def is_paused(day: date, pauses: Iterable[Span]) -> bool:
    return any(since <= day <= until for since, until in pauses)


def next_attempt(attempts: Sequence[Attempt]) -> int | None:
    """The number of the attempt that may be given now; None where there is none left, or one waits for its result."""
    if any(attempt.result is None or attempt.is_passed for attempt in attempts):
        return None
    used = sum(attempt.is_used for attempt in attempts)
    return used + 1 if used < MOST_ATTEMPTS else None


def state(attempts: Sequence[Attempt], due: date, end: date, today: date) -> str:
    """How an open debt stands. `due`: the term set for passing it; `end`: the last day of the year given by law."""
    if any(attempt.result is None for attempt in attempts):
        return "waiting"
    if sum(attempt.is_used for attempt in attempts) >= MOST_ATTEMPTS:
        return "exhausted"
    if today > end:
        return "expired"
    return "overdue" if today > due else "open"


def refusal(
    attempts: Sequence[Attempt], day: date, examiners: Sequence[str], opened_on: date, pauses: Sequence[Span]
) -> tuple[str, str] | None:
    """Why an attempt can't be given for a day: the field («», day, examiners) and the words; None where it can."""
    number = next_attempt(attempts)
    if number is None:
        waits = any(attempt.result is None for attempt in attempts)
        return "", (
            "Сначала внесите результат прежнего направления."
            if waits
            else f"Обе попытки использованы: больше двух раз пересдавать нельзя ({LAW})."
        )
    end = last_day(opened_on, pauses)
    if day <= opened_on:
        return "day", f"Пересдача назначается позже {opened_on:%d.%m.%Y}: тогда возникла задолженность."
    before = max((attempt.day for attempt in attempts if attempt.is_used and attempt.day), default=None)
    if before and day <= before:
        return "day", f"Вторую попытку назначают позже первой, {before:%d.%m.%Y}: выберите другой день ({LAW})."
    if day > end:
        return "day", f"Пересдать можно по {end:%d.%m.%Y}: в пределах года, без времени болезни и отпуска ({LAW})."
    if is_paused(day, pauses):
        return "day", f"В этот день срок остановлен болезнью или отпуском: выберите другой ({LAW})."
    if not examiners:
        return "examiners", "Укажите, кто принимает."
    if number == MOST_ATTEMPTS and len(set(examiners)) < COMMISSION:
        return (
            "examiners",
            f"Вторую попытку принимает комиссия: не меньше {COMMISSION} человек, каждый с новой строки ({LAW}).",
        )
    return None


def _year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return date(day.year + 1, 2, 28)


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for since, until in sorted(span for span in spans if span[0] <= span[1]):
        if merged and since <= merged[-1][1] + timedelta(days=1):
            merged[-1] = (merged[-1][0], max(merged[-1][1], until))
        else:
            merged.append((since, until))
    return merged

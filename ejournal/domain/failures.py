"""Days on which the system was down, as administration declared them (п. 4.1): what was entered after them is not late.

A teacher cannot enter in two days (п. 4.4) what there is nothing to enter into.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

KINDS = {
    "server": "не работал сервер",
    "network": "не было связи",
    "power": "не было электричества",
    "other": "другая причина",
}
# A longer one is a slip of the pen, or a reason to speak with administration.
MOST_DAYS = 60


@dataclass(frozen=True, slots=True)
class Failure:
    """From the first to the last day, both included."""

    since: date
    until: date
    kind: str
    words: str = ""

    def covers(self, lesson: date) -> bool:
        return self.since <= lesson <= self.until

    def days(self) -> Iterator[date]:
        return (self.since + timedelta(days=number) for number in range((self.until - self.since).days + 1))


def excuses(failures: Iterable[Failure], lesson: date) -> bool:
    """Whether a lesson's term of entry (п. 4.4) was not the teacher's to keep: it was given in days of a failure."""
    return any(one.covers(lesson) for one in failures)


def problem(since: date | None, until: date | None, kind: str, today: date) -> str:
    """What is wrong with a declaration, in Russian; "" where nothing is."""
    if since is None or until is None:
        return "Укажите первый и последний день сбоя."
    if until < since:
        return "Последний день раньше первого."
    if since > today:
        return "Сбой объявляют, когда он случился: первый день ещё не наступил."
    if (until - since).days >= MOST_DAYS:
        return f"Сбой длиннее {MOST_DAYS} дней: проверьте даты."
    return "" if kind in KINDS else "Выберите причину."

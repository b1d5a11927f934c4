"""Which copies are kept: one of each of the last 7 days, 4 weeks and 12 months (R2.3.store)."""

from collections.abc import Callable, Hashable, Iterable
from datetime import datetime

DAYS, WEEKS, MONTHS = 7, 4, 12


def kept(moments: Iterable[datetime], at: datetime) -> set[datetime]:
    """Of copies made at these moments those to keep: the newest of every day, week and month that has one, so many
    of each; the newest of all is always among them. What is dated after `at` stays and takes nobody's place: the clock
    was wrong then, or is now, when no copy must be taken for old."""
    found = set(moments)
    newest_first = sorted((moment for moment in found if moment <= at), reverse=True)
    return {
        *(moment for moment in found if moment > at),
        *_newest_of_each(newest_first, DAYS, lambda moment: moment.date()),
        *_newest_of_each(newest_first, WEEKS, lambda moment: moment.isocalendar()[:2]),
        *_newest_of_each(newest_first, MONTHS, lambda moment: (moment.year, moment.month)),
    }


def _newest_of_each(newest_first: list[datetime], most: int, span: Callable[[datetime], Hashable]) -> list[datetime]:
    found: dict[Hashable, datetime] = {}
    for moment in newest_first:
        found.setdefault(span(moment), moment)
    return list(found.values())[:most]

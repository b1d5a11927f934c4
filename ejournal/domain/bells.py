"""A table of bells: pairs that follow one another and never overlap (п. 4.2)."""

from collections.abc import Mapping
from datetime import time

from ejournal.domain.numbers import whole

Typed = tuple[str, str]
Times = tuple[time, time]

MOST_PAIRS = 8  # in a day
PAIRS = range(1, MOST_PAIRS + 1)


def read(typed: Mapping[int, Typed]) -> tuple[dict[int, Times], dict[int, str]]:
    """Typed beginnings and ends by pair → times, and by pair what is wrong. A pair with neither is not taught."""
    times: dict[int, Times] = {}
    errors: dict[int, str] = {}
    for pair, (starts, ends) in sorted(typed.items()):
        if not starts.strip() and not ends.strip():
            continue
        first, last = clock(starts), clock(ends)
        if first is None or last is None:
            errors[pair] = "Укажите начало и конец, например 08:30 и 10:05."
        elif first >= last:
            errors[pair] = f"Конец ({last:%H:%M}) не позже начала ({first:%H:%M})."
        else:
            times[pair] = (first, last)
    return times, errors | out_of_order(times)


def out_of_order(times: Mapping[int, Times]) -> dict[int, str]:
    """Pairs that begin before the one above them is over."""
    errors: dict[int, str] = {}
    above: tuple[int, Times] | None = None
    for pair, (starts, ends) in sorted(times.items()):
        if above and starts < above[1][1]:
            errors[pair] = f"Начинается в {starts:%H:%M}, а {above[0]} пара кончается в {above[1][1]:%H:%M}."
        above = pair, (starts, ends)
    return errors


def clock(text: str) -> time | None:
    """«8:30», «08.30», «08:30:00» as people and browsers write it, to the minute; None where it is no time."""
    parts = text.strip().replace(".", ":").split(":")[:2]
    if len(parts) != 2:
        return None
    hours, minutes = whole(parts[0], most=23), whole(parts[1], most=59)
    return None if hours is None or minutes is None else time(hours, minutes)

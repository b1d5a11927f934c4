"""Months and periods of a journal: what can be chosen above the grid (п. 4.2: periods differ by course)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ejournal.domain.calendar import MONTHS, month_end, months
from ejournal.models import Course, Period
from ejournal.services import periods


@dataclass(frozen=True, slots=True)
class Choice:
    """A month, a period or a year that can be looked at."""

    value: str
    title: str
    span: tuple[date, date]
    # None of a month or year.
    period: Period | None = None


def periods_of(course: Course) -> list[Period]:
    """The periods of a journal: the group's own where it has any, else its course's, else everybody's."""
    return periods.of_group(course.group, course.year)


def choices_of(course: Course, of_group: Sequence[Period]) -> list[Choice]:
    """Periods, then the months of the year."""
    result = [Choice(f"p{p.id}", p.title, (p.starts, p.ends), p) for p in of_group]
    if not result:
        result.append(Choice("year", "Учебный год", (course.year.starts, course.year.ends)))
    first, last = result[0].span[0], result[-1].span[1]
    return result + [
        Choice(f"{month:%Y-%m}", MONTHS[month.month - 1], (month, month_end(month))) for month in months(first, last)
    ]


def choose(choices: Sequence[Choice], shown: str, today: date) -> Choice:
    for choice in choices:
        if choice.value == shown:
            return choice
    wholes = [choice for choice in choices if choice.value[0] in "py"]
    current = [choice for choice in wholes if choice.span[0] <= today <= choice.span[1]]
    past = [choice for choice in wholes if choice.span[0] <= today]
    return (current or past[-1:] or wholes)[0]


def enclosing_period(choices: Sequence[Choice], chosen: Choice) -> Choice:
    """Averages and missed hours are the period's, also where one month of it is shown."""
    wholes = [choice for choice in choices if choice.value[0] in "py"]
    if chosen in wholes:
        return chosen
    inside = [w for w in wholes if w.span[0] <= chosen.span[1] and chosen.span[0] <= w.span[1]]
    return (inside or wholes)[0]

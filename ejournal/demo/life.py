"""Why students are away: illness in runs of days, a day with leave, and those who just do not come."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from ejournal.demo.calendar import ONE_DAY, Year
from ejournal.demo.world import Absence, Group, Student, dice
from ejournal.domain.calendar import SUNDAY

DAYS_BETWEEN_ILLNESSES = 80
DAYS_BETWEEN_LEAVES = 110
PAPER_SHARE = 0.9  # of those who were ill bring the certificate


def add(year: Year, seed: int, groups: list[Group]) -> None:
    """Give every student the absences of the year up to today."""
    first = date(year.start, 9, 1)
    for student in {member.student.id: member.student for group in groups for member in group.members}.values():
        chance = dice(seed, "life", student.id)
        # Later ones overwrite earlier: illness is stronger than leave, and both than skipping.
        student.absences = {
            **dict(_skipped(student, first, year.today, chance)),
            **dict(_leaves(first, year.today, chance)),
            **dict(_illnesses(first, year.today, chance)),
        }


def _skipped(student: Student, first: date, today: date, chance: Random) -> Iterator[tuple[date, Absence]]:
    """Whole days skipped; single lessons are skipped beside that."""
    day = first
    while day <= today:
        if chance.random() < student.truancy / 3:
            yield day, Absence("н", None)
        day += ONE_DAY


def _leaves(first: date, today: date, chance: Random) -> Iterator[tuple[date, Absence]]:
    """A day or two for a competition, the medical board, family: usually known before."""
    day = _later(first, DAYS_BETWEEN_LEAVES, chance)
    while day <= today:
        known = chance.random() < 0.7
        for away in range(chance.randint(1, 2)):
            yield (
                day + timedelta(days=away),
                Absence("п", day - ONE_DAY if known else _back_on(day + timedelta(days=3))),
            )
        day = _later(day + ONE_DAY, DAYS_BETWEEN_LEAVES, chance)


def _illnesses(first: date, today: date, chance: Random) -> Iterator[tuple[date, Absence]]:
    """Runs of days; the certificate comes with the student, after the last."""
    day = _later(first, DAYS_BETWEEN_ILLNESSES, chance)
    while day <= today:
        length = chance.choice((3, 4, 5, 5, 6, 7, 7, 9, 11))
        paper = _back_on(day + timedelta(days=length)) if chance.random() < PAPER_SHARE else None
        for away in range(length):
            yield day + timedelta(days=away), Absence("б", paper)
        day = _later(day + timedelta(days=length), DAYS_BETWEEN_ILLNESSES, chance)


def _back_on(day: date) -> date:
    """The school day on which a paper can be handed in."""
    return day + ONE_DAY if day.weekday() == SUNDAY else day


def _later(day: date, mean: int, chance: Random) -> date:
    return day + timedelta(days=1 + int(chance.expovariate(1 / mean)))

"""Arithmetic of reports that `grading` does not have yet (п. 2.3): tallies, preliminary marks, shares, forecasts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ejournal.domain import attestation, grading
from ejournal.domain.notation import NOT_ATTESTED

# From worst to best: the mark that speaks for a student over all disciplines.
WORST = (NOT_ATTESTED, "1", "2", "3", "4", "5")


@dataclass(frozen=True, slots=True)
class Tally:
    """Marks of the five-point scale and «н/а», counted; a «1» is among `n2`: both are «неуспевающие»."""

    n5: int = 0
    n4: int = 0
    n3: int = 0
    n2: int = 0
    not_attested: int = 0

    @property
    def counted(self) -> int:
        """N of the formulas: ЗЧ, НЗ and empty are outside it."""
        return self.n5 + self.n4 + self.n3 + self.n2 + self.not_attested


def tally(marks: Iterable[str | None]) -> Tally:
    """How many of each mark there are."""
    found = list(marks)
    return Tally(
        found.count("5"),
        found.count("4"),
        found.count("3"),
        found.count("2") + found.count("1"),
        found.count(NOT_ATTESTED),
    )


def worst_of(marks: Iterable[str | None]) -> str | None:
    """The worst of a student's marks; None without any that counts. «НЗ» is outside the scale of its discipline, but
    whoever has one does not succeed: of the student it says what «2» does. Credits alone count neither way."""
    found = set(marks)
    worst = next((mark for mark in WORST if mark in found), None)
    return "2" if worst and attestation.FAILED in found and worst > "2" and worst != NOT_ATTESTED else worst


def preliminary(
    average: Decimal | None, is_credit: bool = False, rules: grading.SuggestionRules = grading.DEFAULT_RULES
) -> str | None:
    """The period mark a mean of current marks leads to; «ЗЧ» or «НЗ» where the discipline ends with a credit.

    Rounded as the suggested one, whatever little it rests on: it only shows where things go.
    """
    if average is None:
        return None
    suggestion = grading.suggest_period_mark(average, rules.min_marks, None, rules)
    return (attestation.as_credit(suggestion) if is_credit else suggestion).mark


def share(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    """Part of a whole in per cent, unrounded; None if there is no whole."""
    return Decimal(part) * 100 / Decimal(whole) if whole > 0 else None


def ratio(part: int, number: int) -> Decimal | None:
    """How much comes to each of a number: marks to a student, marks to a lesson. None if there is nobody."""
    return Decimal(part) / number if number > 0 else None


@dataclass(frozen=True, slots=True)
class Hours:
    """Вычитка of a journal in academic hours: planned, given till now, still in the timetable till the period's end."""

    planned: int
    given: int
    ahead: int

    @property
    def left(self) -> int:
        """Not given yet of the plan; below 0: more was given than planned."""
        return self.planned - self.given

    @property
    def forecast(self) -> int:
        """Given at the end at the pace of the timetable."""
        return self.given + self.ahead

    @property
    def deviation(self) -> int:
        """What the forecast lacks (below 0) or has over the plan."""
        return self.forecast - self.planned

    @property
    def percent(self) -> Decimal | None:
        return share(self.given, self.planned)


def change(values: Sequence[Decimal | None]) -> Decimal | None:
    """The last value less the first of those there are; None for fewer than two. What rounds to nothing is 0."""
    there = [value for value in values if value is not None]
    if len(there) < 2:
        return None
    difference = there[-1] - there[0]
    return difference if abs(difference) >= Decimal("0.005") else Decimal(0)

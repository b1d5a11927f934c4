"""What a family should look at while there is time, in kind words (п. 2.3: monitoring of performance)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ejournal.domain import grading

LOW_MEAN = Decimal(3)
MANY_MISSED = Decimal("0.3")
# Fewer marks or hours than this say nothing yet.
LEAST_MARKS = 3
LEAST_HOURS = 6


@dataclass(frozen=True, slots=True)
class Subject:
    """A discipline so far: marks with weights in the order of lessons, hours held and missed."""

    title: str
    marks: Sequence[tuple[str | None, int]]
    held: int
    missed: int


@dataclass(frozen=True, slots=True)
class Hint:
    title: str
    text: str


def about(subjects: Iterable[Subject]) -> list[Hint]:
    """One hint a discipline at most, the most pressing."""
    return [Hint(subject.title, text) for subject in subjects if (text := _about(subject))]


def _about(subject: Subject) -> str:
    numeric = [value for mark, _weight in subject.marks if (value := grading.numeric(mark)) is not None]
    mean = grading.weighted_mean(subject.marks)
    if numeric[-2:] and len(numeric) >= 2 and max(numeric[-2:]) <= 2:
        return "две «2» подряд. Спросите преподавателя, когда можно исправить"
    if mean is not None and len(numeric) >= LEAST_MARKS and mean < LOW_MEAN:
        return f"средний балл пока {grading.format_mean(mean)}. До конца периода его ещё можно поднять"
    if subject.held >= LEAST_HOURS and Decimal(subject.missed) / subject.held > MANY_MISSED:
        return f"пропущено {subject.missed} ч из {subject.held}. Стоит взять темы и задания у преподавателя"
    return ""

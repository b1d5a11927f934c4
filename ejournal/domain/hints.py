"""What a family should look at while there is time, in kind words (п. 2.3: monitoring of performance)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ejournal.domain import grading, risk


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
    if running := risk.two_running(subject.marks):
        return f"{running}. Спросите преподавателя, когда можно исправить"
    if (mean := risk.low_mean(subject.marks)) is not None:
        return f"средний балл пока {grading.format_mean(mean)}. До конца периода его ещё можно поднять"
    if risk.misses_much(subject.held, subject.missed, risk.LEAST_HOURS):
        return f"пропущено {subject.missed} ч из {subject.held}. Стоит взять темы и задания у преподавателя"
    return ""

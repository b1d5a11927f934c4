"""Who needs help while there is time (п. 2.3, 4.3): a low mean, much missed, two «2» running, each said in words.

The same rule speaks to the group leader here and to the family in `hints`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from ejournal.domain import grading
from ejournal.domain.words import plural

LOW_MEAN = Decimal(3)
MANY_MISSED = Decimal("0.3")
# Fewer marks, lessons or hours than this say nothing yet.
LEAST_MARKS = 3
LEAST_LESSONS = 3
LEAST_HOURS = 6

# Half of the last digit shown: 2,995 reads «3,00» and is not below 3.
_HALF = Decimal("0.005")

Weighed = Sequence[tuple[str | None, int]]


@dataclass(frozen=True, slots=True)
class Subject:
    """A discipline over a period: marks with weights in the order of lessons, lessons held and missed."""

    title: str
    marks: Weighed
    held: int = 0
    missed: int = 0


def reasons(subjects: Iterable[Subject]) -> list[str]:
    """Why a student is at risk, the gravest first; none: no risk seen.

    What is missed of everything is said once; by discipline only where the whole is still well.
    """
    subjects = list(subjects)
    overall = _overall_missed(subjects)
    found = [text for text in (overall, _overall_mean(subjects)) if text]
    for subject in subjects:
        text = _marks(subject) or ("" if overall else _missed(subject.held, subject.missed))
        if text:
            found.append(f"{subject.title}: {text}")
    return found


def low_mean(marks: Weighed) -> Decimal | None:
    """The weighted mean where it is below 3 and has marks enough to be one."""
    counted = Counter(mark for mark, _weight in marks)
    enough = sum(number for mark, number in counted.items() if grading.numeric(mark) is not None) >= LEAST_MARKS
    mean = grading.weighted_mean(marks) if enough else None
    return mean if mean is not None and mean + _HALF < LOW_MEAN else None


def two_running(marks: Weighed) -> str:
    """«две «2» подряд» where the last two marks are such and nothing has mended them; else ""."""
    newest = (mark or "" for mark, _weight in reversed(marks) if grading.numeric(mark) is not None)
    last = list(islice(newest, 2))[::-1]
    if len(last) < 2 or any((grading.numeric(mark) or 0) > 2 for mark in last):
        return ""
    return "две «2» подряд" if set(last) == {"2"} else f"«{last[0]}» и «{last[1]}» подряд"


def misses_much(held: int, missed: int, least: int) -> bool:
    """Whether more than 30 % of what was held is missed, of `least` at least."""
    return held >= least and Decimal(missed) / held > MANY_MISSED


def _overall_missed(subjects: Sequence[Subject]) -> str:
    return _missed(sum(subject.held for subject in subjects), sum(subject.missed for subject in subjects))


def _overall_mean(subjects: Sequence[Subject]) -> str:
    low = low_mean([mark for subject in subjects for mark in subject.marks])
    return "" if low is None else f"средний балл по всем дисциплинам {grading.format_mean(low)}"


def _marks(subject: Subject) -> str:
    low, running = low_mean(subject.marks), two_running(subject.marks)
    parts = [running, "" if low is None else f"средний балл {grading.format_mean(low)}"]
    return ", ".join(part for part in parts if part)


def _missed(held: int, missed: int) -> str:
    if not misses_much(held, missed, LEAST_LESSONS):
        return ""
    share = grading.format_percent(Decimal(missed) * 100 / held, 0)
    return f"пропущено {missed} {plural(missed, 'занятие', 'занятия', 'занятий')} из {held} ({share})"

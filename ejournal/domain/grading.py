"""Averages, the suggested period mark, report percentages and missed hours (п. 2.3, 3.6, 4.4).

Arithmetic is in Decimal: what lies exactly between two hundredths must round half up, and a binary
fraction can't promise that.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from ejournal.domain.notation import NOT_ATTESTED

Number = Decimal | int | float | str

# Signs of a five, which count as a five: п. 3.6 names no other value.
PLUS_MINUS = ("5-", "5+")
_FIVE_POINT = ("1", "2", "3", "4", "5")
_VALUES = {mark: Decimal(mark[0]) for mark in (*_FIVE_POINT, *PLUS_MINUS)}
# Weights of СОУ. A «1» has none in the formula: it counts in N only.
_SOU_WEIGHTS = {"5": 100, "4": 64, "3": 36, "2": 16, NOT_ATTESTED: 7}

# From worst to best: which code speaks for the whole lesson.
SEVERITY = ("н", "п", "б", "о")
EXCUSED = ("п", "б")
MISSING = ("н", *EXCUSED)  # not there: «о», late, was

_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class SuggestionRules:
    """When a mean becomes a 3, 4 or 5, and when there is too little to suggest a mark at all."""

    for_3: Decimal = Decimal("2.60")
    for_4: Decimal = Decimal("3.60")
    for_5: Decimal = Decimal("4.60")
    min_marks: int = 3
    min_attendance: Decimal = Decimal("0.5")  # a share, 0..1


@dataclass(frozen=True)
class Suggestion:
    """A mark to offer, never written by itself, and why, for a person."""

    mark: str
    reason: str


@dataclass(frozen=True)
class Missed:
    """Hours missed, and lessons come late to: latenesses are counted, not measured in hours."""

    total: int = 0
    excused: int = 0
    unexcused: int = 0
    late_count: int = 0


DEFAULT_RULES = SuggestionRules()


def numeric(mark: str | None) -> Decimal | None:
    """What a mark counts in averages; None for ЗЧ, НЗ, н/а, attendance codes and empty: they stay outside."""
    return _VALUES.get(mark) if mark else None


def mean(marks: Iterable[str | None]) -> Decimal | None:
    """The mean of numeric marks, unrounded; None if there are none."""
    return weighted_mean((mark, 1) for mark in marks)


def weighted_mean(marks: Iterable[tuple[str | None, Number]]) -> Decimal | None:
    """Σ(mark·weight)/Σ(weight) over (mark, weight), unrounded; None if there is nothing to weigh."""
    total = weights = Decimal(0)
    # Like marks are weighed together: a group's hundreds are nine different ones.
    for (mark, weight), number in Counter(marks).items():
        value = numeric(mark)
        if value is not None:
            share = _decimal(weight) * number
            total += value * share
            weights += share
    return total / weights if weights > 0 else None


def format_mean(value: Decimal | None) -> str:
    """«4,25»: two decimals, half up; "" if there is no mean."""
    return "" if value is None else str(_rounded(value)).replace(".", ",")


def format_percent(value: Decimal | None, places: int = 1) -> str:
    """«83,3 %» with a no-break space; "" if there is nothing to divide by."""
    if value is None:
        return ""
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{rounded}\u00a0%".replace(".", ",")


def suggest_period_mark(
    average: Decimal | None,
    n_marks: int,
    attendance_share: Decimal | float | None = None,
    rules: SuggestionRules = DEFAULT_RULES,
) -> Suggestion:
    """The period mark to offer for a mean of `n_marks` numeric marks.

    `attendance_share` is attended hours over held ones, 0..1; None (no hours yet) is not judged.
    """
    if average is None or n_marks < rules.min_marks:
        return Suggestion(NOT_ATTESTED, f"оценок {n_marks}, нужно не меньше {rules.min_marks}")
    if attendance_share is not None and _decimal(attendance_share) < rules.min_attendance:
        share, least = _whole_percent(attendance_share), _whole_percent(rules.min_attendance)
        return Suggestion(NOT_ATTESTED, f"посещаемость {share}, нужно не меньше {least}")
    # Compared as it is shown: «3,60 — ниже порога 3,60» would convince nobody.
    shown = _rounded(average)
    for mark, threshold in (("5", rules.for_5), ("4", rules.for_4), ("3", rules.for_3)):
        if shown >= threshold:
            return Suggestion(mark, f"средний балл {format_mean(shown)} — не ниже {format_mean(threshold)}")
    return Suggestion("2", f"средний балл {format_mean(shown)} — ниже {format_mean(rules.for_3)}")


def absolute_performance(marks: Iterable[str | None]) -> Decimal | None:
    """Абсолютная успеваемость: (n5 + n4 + n3) / N × 100; period marks, one a student.

    Who has no period mark is not in N, «н/а» is. ЗЧ and НЗ are outside the five-point scale and stay out
    of N too: otherwise a discipline that ends with a credit would show 0 %. None if N is 0.
    """
    return _share(marks, ("5", "4", "3"))


def quality(marks: Iterable[str | None]) -> Decimal | None:
    """Качество знаний: (n5 + n4) / N × 100; N as in `absolute_performance`."""
    return _share(marks, ("5", "4"))


def sou(marks: Iterable[str | None]) -> Decimal | None:
    """СОУ: (n5·100 + n4·64 + n3·36 + n2·16 + n_na·7) / N; N as in `absolute_performance`."""
    counted = _counted(marks)
    if not counted:
        return None
    return Decimal(sum(_SOU_WEIGHTS.get(mark, 0) for mark in counted)) / len(counted)


def attendance_percent(planned: int, missed: int) -> Decimal | None:
    """Посещаемость: (planned − missed) / planned × 100, person-hours; None if nothing was planned."""
    return Decimal(planned - missed) * 100 / planned if planned > 0 else None


def lesson_attendance(codes: Sequence[str | None]) -> str | None:
    """The code of a whole lesson: with several works a student has several cells, but misses it once."""
    if len(codes) == 1 and codes[0] in SEVERITY:
        return codes[0]
    return next((code for code in SEVERITY if code in codes), None)


def missed_hours(lessons: Iterable[tuple[int, str | None]]) -> Missed:
    """Sum up (hours, code) of lessons, one code a lesson (`lesson_attendance`)."""
    excused = unexcused = late_count = 0
    for hours, code in lessons:
        if code in EXCUSED:
            excused += hours
        elif code == "н":
            unexcused += hours
        elif code == "о":
            late_count += 1
    return Missed(excused + unexcused, excused, unexcused, late_count)


def _share(marks: Iterable[str | None], wanted: Sequence[str]) -> Decimal | None:
    counted = _counted(marks)
    if not counted:
        return None
    return Decimal(sum(mark in wanted for mark in counted)) * 100 / len(counted)


def _counted(marks: Iterable[str | None]) -> list[str]:
    return [mark for mark in marks if mark in _FIVE_POINT or mark == NOT_ATTESTED]


def _whole_percent(share: Decimal | float) -> str:
    # Rounded down: 49,9 % is below 50 % and must not read «50 %».
    return f"{int(_decimal(share) * 100)} %"


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_HUNDREDTH, ROUND_HALF_UP)


def _decimal(value: Number) -> Decimal:
    # A fraction through text, so that a stored 4.7 is 4.7 and not its binary neighbour.
    return Decimal(value) if isinstance(value, int | Decimal) else Decimal(str(value))

"""How a mean came about and what would change it: «сколько нужно для 4/5» (п. 2.3, 3.6). Reckoned as it is shown."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from ejournal.domain import grading
from ejournal.domain.grading import DEFAULT_RULES, SuggestionRules

# More further marks than this are no advice.
MOST = 20
# Half of the last digit shown: a mean of 4,595 reads «4,60» and reaches the threshold 4,60.
_HALF = Decimal("0.005")

Weighed = Sequence[tuple[str | None, int]]


@dataclass(frozen=True, slots=True)
class Explained:
    """A mean, and the sum it came from in words of arithmetic: «(5·2 + 4) / 3 = 4,67»."""

    value: Decimal | None
    text: str


def explain_mean(marks: Weighed) -> Explained:
    """The plain mean: every mark counts once."""
    counted = Counter(value for mark, _weight in marks if (value := grading.numeric(mark)) is not None)
    parts = [f"{_figure(value)}{_times(number)}" for value, number in sorted(counted.items(), reverse=True)]
    return _explained(grading.mean(mark for mark, _weight in marks), parts, sum(counted.values()))


def explain_weighted(marks: Weighed) -> Explained:
    """The weighted mean: mark · weight, «×3» where the same came three times."""
    counted = Counter((value, weight) for mark, weight in marks if (value := grading.numeric(mark)) is not None)
    parts = [
        f"{_figure(value)}·{weight}{_times(number)}"
        for (value, weight), number in sorted(counted.items(), reverse=True)
    ]
    total = sum(weight * number for (_value, weight), number in counted.items())
    return _explained(grading.weighted_mean(marks), parts, total)


def needed(marks: Weighed, threshold: Decimal, mark: str = "5", weight: int = 1) -> int | None:
    """How many further marks `mark` of `weight` bring the weighted mean to the threshold.

    0: it is there already; None: such marks can't do it, or not with MOST of them.
    """
    value = grading.numeric(mark)
    weighed = [(grading.numeric(each), heavy) for each, heavy in marks]
    total = sum((number * heavy for number, heavy in weighed if number is not None), Decimal(0))
    weights = sum(heavy for number, heavy in weighed if number is not None)
    goal = threshold - _HALF
    if weights and total / weights >= goal:
        return 0
    if value is None or value <= goal:
        return None
    count = int(((goal * weights - total) / (weight * (value - goal))).to_integral_value(ROUND_CEILING))
    return max(count, 1) if count <= MOST else None


def what_if(marks: Weighed, mark: str, weight: int, times: int) -> Decimal | None:
    """The weighted mean after so many further marks."""
    return grading.weighted_mean([*marks, *[(mark, weight)] * times])


def mark_for(mean: Decimal | None, rules: SuggestionRules = DEFAULT_RULES) -> str:
    """The mark a mean rounds to by the college's thresholds; "" without a mean."""
    return "" if mean is None else grading.suggest_period_mark(mean, rules.min_marks, None, rules).mark


def goals(marks: Weighed, rules: SuggestionRules = DEFAULT_RULES) -> list[tuple[str, Decimal, int | None]]:
    """For «4» and «5»: the threshold and how many «5» of weight 1 lead there. Goals already reached are left out."""
    found = [("4", rules.for_4, needed(marks, rules.for_4)), ("5", rules.for_5, needed(marks, rules.for_5))]
    return [goal for goal in found if goal[2] != 0]


def outside(marks: Iterable[str | None]) -> list[str]:
    """Marks that take no part in a mean, in the order they came, once each: ЗЧ, НЗ."""
    return list(dict.fromkeys(mark for mark in marks if mark and grading.numeric(mark) is None))


def _explained(value: Decimal | None, parts: Sequence[str], divisor: int) -> Explained:
    if value is None:
        return Explained(None, "")
    return Explained(value, f"({' + '.join(parts)}) / {divisor} = {grading.format_mean(value)}")


def _figure(value: Decimal) -> str:
    # «5-» stands as the figure it counts for; that it does is said beside.
    return f"{value:f}".replace(".", ",")


def _times(number: int) -> str:
    return f"×{number}" if number > 1 else ""

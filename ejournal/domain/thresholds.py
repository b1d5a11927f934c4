"""The college's own thresholds of suggested marks (п. 3.6, 4.4): what may be set, and what a change of them means.

The regulation names the scale and «н/а», not how a mean becomes a mark: that is the college's to say.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import Any

from ejournal.domain.grading import DEFAULT_RULES, SuggestionRules, format_mean

_HUNDREDTH = Decimal("0.01")
_LONGEST = 6


@dataclass(frozen=True, slots=True)
class Field:
    """A threshold: as it is typed, between which values (both included)."""

    title: str
    least: Decimal
    most: Decimal

    @property
    def wrong(self) -> str:
        return f"Укажите число от {_shown(self.least)} до {_shown(self.most)}."


# Between the mark below and the mark itself, so that the thresholds can't cross.
FIELDS: dict[str, Field] = {
    "for_5": Field("«5» — при среднем балле от", Decimal("4.10"), Decimal("5.00")),
    "for_4": Field("«4» — при среднем балле от", Decimal("3.10"), Decimal("4.00")),
    "for_3": Field("«3» — при среднем балле от", Decimal("2.10"), Decimal("3.00")),
    "min_marks": Field("Оценок за период — не меньше", Decimal(1), Decimal(20)),
    "min_attendance": Field("Посещаемость, % — не меньше", Decimal(0), Decimal(100)),
}


def typed(name: str, rules: SuggestionRules) -> str:
    """A threshold as its field holds it: «4,60», «3», «50»."""
    value = getattr(rules, name)
    if name == "min_marks":
        return str(value)
    return str(int(value * 100)) if name == "min_attendance" else format_mean(value)


def read(form: Mapping[str, str]) -> tuple[SuggestionRules, dict[str, str]]:
    """The thresholds that were typed, and what is wrong by the field's name (its value is then the default)."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, field in FIELDS.items():
        number = _number(form.get(name, ""))
        step = _HUNDREDTH if name.startswith("for_") else Decimal(1)
        if number is None or not field.least <= number <= field.most or number % step:
            errors[name] = field.wrong
        elif name == "min_marks":
            values[name] = int(number)
        else:
            values[name] = number / 100 if name == "min_attendance" else number
    return SuggestionRules(**values), errors


def stored(rules: SuggestionRules) -> dict[str, Any]:
    """What differs from the defaults, as settings keep it."""
    own = {field.name: getattr(rules, field.name) for field in fields(SuggestionRules)}
    return {
        name: value if name == "min_marks" else str(value)
        for name, value in own.items()
        if value != getattr(DEFAULT_RULES, name)
    }


def changed(before: SuggestionRules, after: SuggestionRules) -> list[str]:
    """The fields that differ, in their order."""
    return [name for name in FIELDS if getattr(before, name) != getattr(after, name)]


def consequences(before: SuggestionRules, after: SuggestionRules) -> Iterator[str]:
    """A sentence for each change: who gets another suggestion than now."""
    for name in changed(before, after):
        if name == "min_marks":
            yield _of_marks(before.min_marks, after.min_marks)
        elif name == "min_attendance":
            yield _of_attendance(before.min_attendance, after.min_attendance)
        else:
            yield _of_mean(name[-1], getattr(before, name), getattr(after, name))


def _of_mean(mark: str, old: Decimal, new: Decimal) -> str:
    lower = str(int(mark) - 1)
    first, last = min(old, new), max(old, new) - _HUNDREDTH
    span = format_mean(first) if first == last else f"от {format_mean(first)} до {format_mean(last)}"
    was, becomes = (lower, mark) if new < old else (mark, lower)
    return (
        f"«{mark}» предлагается при среднем балле от {format_mean(new)} (сейчас от {format_mean(old)}): "
        f"у кого средний {span}, тому вместо «{was}» — «{becomes}»."
    )


def _of_marks(old: int, new: int) -> str:
    first, last = min(old, new), max(old, new) - 1
    span = str(first) if first == last else f"от {first} до {last}"
    result = "по среднему баллу вместо «н/а»" if new < old else "«н/а» вместо оценки по среднему баллу"
    return f"Нужно не меньше оценок: {new} (сейчас {old}). У кого оценок {span}, тому предлагается {result}."


def _of_attendance(old: Decimal, new: Decimal) -> str:
    if not new:
        return f"Посещаемость больше не учитывается (сейчас «н/а» предлагается, когда она ниже {_percent(old)})."
    span = f"от {_percent(min(old, new))} и ниже {_percent(max(old, new))}"
    result = "по среднему баллу вместо «н/а»" if new < old else "«н/а» вместо оценки по среднему баллу"
    now = f"сейчас ниже {_percent(old)}" if old else "сейчас не учитывается"
    return f"«н/а» предлагается при посещаемости ниже {_percent(new)} ({now}). У кого она {span}, тому — {result}."


def _percent(share: Decimal) -> str:
    return f"{int(share * 100)} %"


def _shown(value: Decimal) -> str:
    return str(value).replace(".", ",")


def _number(text: str) -> Decimal | None:
    text = text.strip().replace(",", ".")
    if not text.isascii() or len(text) > _LONGEST:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None

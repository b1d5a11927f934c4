"""Why a cell's text is refused, in words a teacher understands, and what to put instead (п. 3.6, 4.4).

`notation` owns what is accepted; here are only the reasons. A repair is offered when the text has one
reading: it is accepted with one key, often without looking, so a guess would become a false record.
"""

import re
from collections.abc import Callable

# A folded spelling → its canonical text, or None if there is no such value.
Canonical = Callable[[str], str | None]

_SEPARATORS = re.compile(r"[\s/\\|.;:]+")
_NUMBER = re.compile(r"[+-]?([0-9]+)[.,]([0-9]+)")
_MARK = r"(?:[1-9][+-]?|зч|нз)"
_REVERSED = re.compile(r"([1-5][+-]?|зч|нз)([нпбо])")
_SHOWN = 12
_LONGEST = 20  # no slip is longer; a pasted page must not be searched by patterns that backtrack

_WORDS = {"зач": "зч", "зачет": "зч", "зачёт": "зч", "незач": "нз", "незачет": "нз", "незачёт": "нз"}

_PERIOD_ONLY = "«н/а» ставится только за период, год и в итоге, не за занятие (п. 4.4)"
_ALLOWED = "допустимы 1–5, 5-, 5+, ЗЧ, НЗ (п. 3.6) и н, п, б, о (п. 4.4)"
_ALLOWED_PERIOD = "за период ставится 1–5, ЗЧ, НЗ или н/а (п. 3.6, 4.4)"

# The first that matches the whole text (folded, without separators) gives the reason; none has a safe repair.
_REASONS = tuple(
    (re.compile(pattern), reason)
    for pattern, reason in (
        (r"на", _PERIOD_ONLY),
        (r"0", "оценки «0» нет, лучшая — 5 (п. 3.6); опоздание — буква «о» (п. 4.4)"),
        # «05» is as often a slip on the numeric pad as «о5» with a wrong key: two readings, no repair.
        (r"0[1-5][+-]?", "начинается с цифры 0: опоздание — буква «о», без опоздания — одна оценка (п. 4.4)"),
        (r"[нпбо]{2,}.*", "отметка о посещаемости в ячейке одна: н, п, б или о (п. 4.4)"),
        (r"[нпбо]?[1-4][+-][нпбо]?", "с плюсом или минусом ставится только «5» (п. 3.6)"),
        (r"6", "оценки — от 1 до 5 (п. 3.6); болезнь — буква «б» (п. 4.4)"),
        (r"[нпбо]?[0-9]*[06-9][0-9]*[+-]?[нпбо]?", "оценки — от 1 до 5 (п. 3.6)"),
        (
            rf"[нпбо]?{_MARK}{{2,}}[нпбо]?|[0-9]{{2,}}",
            "в ячейке одна оценка (п. 3.6); для второй добавьте к занятию вид работы",
        ),
    )
)


class NotationError(ValueError):
    """A refused text. `message` is a clause that follows the typed text («6»: оценки — от 1 до 5)."""

    def __init__(self, text: str, message: str, repair: str | None = None) -> None:
        super().__init__(text, message, repair)
        self.text = text
        self.message = message
        self.repair = repair

    def __str__(self) -> str:
        return f"«{_shown(self.text)}»: {self.message}"


def lesson(text: str, folded: str, canonical: Canonical) -> NotationError:
    """The refusal of a lesson cell's text that is no notation."""
    bare = without_separators(folded)
    return (
        _number(text, canonical)
        or _misplaced(text, bare, canonical)
        or _misspelt(text, bare, canonical)
        or _reason(text, bare)
    )


def period(text: str, folded: str, canonical: Canonical) -> NotationError:
    """The refusal of a period mark's text."""
    bare = without_separators(folded)
    if bare in ("5-", "5+"):
        return NotationError(text, f"«5» с плюсом или минусом — только за занятие: {_ALLOWED_PERIOD}", "5")
    if bare in ("н", "п", "б", "о"):
        return NotationError(text, f"посещаемость отмечается на занятии (п. 4.4): {_ALLOWED_PERIOD}")
    return (
        _number(text, canonical)
        or _joined(text, bare, canonical)
        or _misspelt(text, bare, canonical)
        or NotationError(text, _ALLOWED_PERIOD)
    )


def not_text(value: object) -> NotationError:
    """The refusal of a spreadsheet cell that is a date, a time or a logical value."""
    if not isinstance(value, bool):
        return NotationError(str(value), f"таблица превратила запись в дату; задайте ячейке формат «Текст»: {_ALLOWED}")
    return NotationError(str(value), f"в ячейке логическое значение; {_ALLOWED}")


def whole_number(text: str) -> str | None:
    """«5.0» and «5,00» → «5»: a number as a spreadsheet writes it; None if it isn't one or has a fraction."""
    number = _NUMBER.fullmatch(text.strip())
    if number is None or number[2].strip("0") or text.strip()[0] in "+-":
        return None
    return number[1]


def without_separators(folded: str) -> str:
    return _SEPARATORS.sub("", folded)


def _number(text: str, canonical: Canonical) -> NotationError | None:
    """«4,5» must not be read as «4б5» by the key of the comma: it is a fraction."""
    if re.fullmatch(r"[1-5],", text.strip()):
        # «б» typed second in the Latin layout, or the numeric pad's comma hit by chance: two readings.
        return NotationError(text, "после оценки запятая: при болезни — буква «б» перед оценкой (п. 4.4)")
    if not _NUMBER.fullmatch(text.strip()):
        return None
    repair = canonical(whole_number(text) or "-")
    if repair:
        return NotationError(text, f"пишется без дробной части: {repair} (п. 3.6)", repair)
    return NotationError(text, "дробных оценок нет: целое число от 1 до 5 (п. 3.6)")


def _misplaced(text: str, bare: str, canonical: Canonical) -> NotationError | None:
    """«о/5», «о 5», «5о»: the parts are right, the order or what is between them is not."""
    swapped = _REVERSED.fullmatch(bare)
    repair = canonical(bare) or canonical(swapped[2] + swapped[1] if swapped else "-")
    if repair and repair[0] in "нпбо" and len(repair) > 1:
        return NotationError(text, f"пишется без черты и пробела, сначала отметка: {repair} (п. 4.4)", repair)
    return _joined(text, bare, canonical)


def _joined(text: str, bare: str, canonical: Canonical) -> NotationError | None:
    """«5 -», «З Ч», «5.»: a right value with something extra in it."""
    repair = canonical(bare)
    if not repair:
        return None
    return NotationError(text, f"пишется слитно, без лишних знаков: {repair} (п. 3.6, 4.4)", repair)


def _misspelt(text: str, bare: str, canonical: Canonical) -> NotationError | None:
    """A digit 3 in «ЗЧ», a Latin «b» for «б», «зачёт» in full: one reading, though not the notation."""
    spelled = _WORDS.get(bare) or bare.replace("3ч", "зч").replace("b", "б")
    if spelled == bare:
        return None
    repair = canonical(spelled)
    return NotationError(text, f"в журнале пишется {repair} (п. 3.6, 4.4)", repair) if repair else None


def _reason(text: str, bare: str) -> NotationError:
    for pattern, reason in _REASONS if len(bare) <= _LONGEST else ():
        if pattern.fullmatch(bare):
            return NotationError(text, reason)
    return NotationError(text, f"такого обозначения нет: {_ALLOWED}")


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"

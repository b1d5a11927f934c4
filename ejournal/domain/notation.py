"""A journal cell's text ⇄ attendance code and mark: the one place that knows the notation (п. 3.6, 4.4).

What a cell may hold is a small closed set, so it is held as a table of folded spellings (`_KNOWN`) and not
as a grammar. Whatever is not in the table is refused by `refusals`, which also offers a repair when the text
can be read in one way only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from ejournal.domain import refusals
from ejournal.domain.refusals import NotationError

__all__ = [
    "ATTENDANCE",
    "EMPTY",
    "MARKS",
    "PERIOD_MARKS",
    "NotationError",
    "Value",
    "as_script_table",
    "from_spreadsheet",
    "parse",
    "parse_period",
    "shown",
    "spreadsheet_text",
]

# п. 4.4: the four codes and what they mean.
ATTENDANCE: Mapping[str, str] = MappingProxyType(
    {
        "н": "отсутствие по неуважительной причине",
        "п": "отсутствие по уважительной причине",
        "б": "отсутствие по болезни",
        "о": "опоздание на занятие",
    }
)
# п. 3.6: five points, only «5» with a sign, and the two credits.
MARKS = ("5", "5-", "5+", "4", "3", "2", "1", "ЗЧ", "НЗ")
# п. 4.4: «н/а» is allowed for a semester, a year and the final mark, never for a lesson.
NOT_ATTESTED = "н/а"
PERIOD_MARKS = ("5", "4", "3", "2", "1", "ЗЧ", "НЗ", NOT_ATTESTED)

# One character of input → the character it stands for (п. 3.4: records are in Russian). Every character has
# one reading, so the order of the groups does not matter:
# - keys of the Russian layout pressed in the Latin one: y g , j are н п б о; p x are з ч; f is а; «,» with
#   Shift is «<»;
# - Latin letters that look like ours: o, H, a. «h» goes with H because case never matters.
# - «b» is absent on purpose: its key is «и», which means nothing here, and its shape is between б, в and ь.
#   It is refused with «б» offered. «p» and «y» are read by key: р and у are not codes.
_KEYS = {"y": "н", "g": "п", ",": "б", "<": "б", "j": "о", "p": "з", "x": "ч", "f": "а"}
_LOOK_ALIKES = {"o": "о", "h": "н", "a": "а"}
# Word processors, spreadsheets and phones put typographic signs in place of the keyboard's.
_SIGNS = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d", "-") | dict.fromkeys("\ufe62\uff0b", "+")
_INVISIBLE = dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", "")
_FOLD = str.maketrans(_KEYS | _LOOK_ALIKES | _SIGNS | _INVISIBLE)


@dataclass(frozen=True, slots=True)
class Value:
    """What a cell holds: an attendance code, a mark, both or nothing."""

    attendance: str | None = None
    mark: str | None = None

    def __post_init__(self) -> None:
        if self.attendance is not None and self.attendance not in ATTENDANCE:
            raise ValueError(f"unknown attendance code: {self.attendance!r}")
        if self.mark is not None and self.mark not in MARKS:
            raise ValueError(f"unknown mark: {self.mark!r}")

    @property
    def text(self) -> str:
        """The canonical notation: attendance first, nothing between (п. 4.4); "" for an empty cell."""
        return (self.attendance or "") + (self.mark or "")

    @property
    def is_empty(self) -> bool:
        return self.attendance is None and self.mark is None


EMPTY = Value()

# No two values fold to one spelling: «нз» is only the mark, since «з» alone is not one (a test holds this).
_KNOWN: Mapping[str, Value] = {
    value.text.lower(): value
    for value in (Value(code, mark) for code in (None, *ATTENDANCE) for mark in (None, *MARKS))
}
_KNOWN_PERIOD: Mapping[str, str] = {mark.lower(): mark for mark in PERIOD_MARKS}


def parse(text: str) -> Value:
    """Read what was typed into a cell of a lesson; an empty text clears the cell.

    Raises NotationError (and nothing else) with the reason and, where there is one reading, a repair.
    """
    folded = _fold(text)
    value = _KNOWN.get(folded)
    if value is None:
        raise refusals.lesson(text, folded, _canonical)
    return value


def parse_period(text: str) -> str | None:
    """Read a period, year or final mark (п. 4.4): «1»–«5», «ЗЧ», «НЗ», «н/а»; None for an empty text.

    «н/а» is taken in every spelling (на, н.а., y/f), since here it can't be mistaken for anything else.
    """
    folded = _fold(text)
    if not folded:
        return None
    if refusals.without_separators(folded) == "на":
        return NOT_ATTESTED
    mark = _KNOWN_PERIOD.get(folded)
    if mark is None:
        raise refusals.period(text, folded, _canonical_period)
    return mark


def from_spreadsheet(value: object) -> Value:
    """Read a cell of a spreadsheet, where a mark is often a number: 5, 5.0, "5.0" are all «5».

    Raises NotationError for dates, logical values and fractions too.
    """
    return parse(spreadsheet_text(value))


def spreadsheet_text(value: object) -> str:
    """The text a person meant by a spreadsheet cell, for `parse` or `parse_period`."""
    if value is None:
        return ""
    if isinstance(value, bool | date | time | timedelta):
        # A spreadsheet turns «3.10» typed as two marks into 3 October; nobody can tell what was meant.
        raise refusals.not_text(value)
    if isinstance(value, int | float | Decimal):
        return refusals.whole_number(str(value)) or str(value)
    text = str(value)
    return refusals.whole_number(text) or text


def shown(value: object) -> str:
    """A spreadsheet's cell as the person who filled it in would know it again, whatever is in it."""
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    return str(value) if isinstance(value, bool | time | timedelta) else spreadsheet_text(value).strip()


def as_script_table() -> dict[str, Any]:
    """What the browser needs to answer at once; the server still judges.

    Client side: trim, lower-case, replace each character by `fold`, look up in `values` (absent: refused).
    """
    return {
        "attendance": dict(ATTENDANCE),
        "marks": list(MARKS),
        "fold": {chr(code): stands_for for code, stands_for in _FOLD.items()},
        "values": {spelling: value.text for spelling, value in _KNOWN.items()},
    }


def _canonical(folded: str) -> str | None:
    value = _KNOWN.get(folded)
    return value.text if value else None


def _canonical_period(folded: str) -> str | None:
    return _KNOWN_PERIOD.get(folded)


def _fold(text: str) -> str:
    return text.lower().translate(_FOLD).strip()

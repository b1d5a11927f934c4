"""How timetables write groups, pairs, days, teachers and rooms."""

import re
from datetime import date

from ejournal.domain.calendar import MONTHS_GENITIVE
from ejournal.domain.names import fold
from ejournal.exchange import values
from ejournal.exchange.tables import CellValue
from ejournal.exchange.values import BadValueError, text

DAYS = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")
_SHORT_DAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
_CASES = ("понедельник", "вторник", "сред[ау]", "четверг", "пятниц[ау]", "суббот[ау]", "воскресенье")

# Tolerant of «Фёдорова С,П» and of a missing last full stop; never of a name without initials: two words with
# capitals may be a discipline («История России»).
TEACHER = r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\s+[А-ЯЁ][.,]\s?(?:[А-ЯЁ](?![а-яё])[.,]?)?"
_TEACHERS = re.compile(rf"(?:{TEACHER})(?:\s*[/,;║|]?\s*(?:{TEACHER}))*")
_ONE_TEACHER = re.compile(TEACHER)

_ROMAN = {"i": 1, "v": 5, "x": 10}
_PAIR = re.compile(r"(\d{1,2}|[ivx]{1,4})(?=$|[\s.,:;(–-])")
_PAIR_SPAN = re.compile(r"(\d{1,2}|[ivx]{1,4})(?:-(\d{1,2}|[ivx]{1,4}))?")
# Capitals that look the same in Russian: «ІІ», «Х».
_CYRILLIC_ROMAN = str.maketrans("іх", "ix")

_DATE = re.compile(r"\b(\d{1,2})[./](\d{1,2})[./](\d{4})\b")
_MONTH = "|".join(MONTHS_GENITIVE)
_WORD_DATE = re.compile(rf"\b(\d{{1,2}})\s+({_MONTH})(?:\s+(\d{{4}}))?")


def groups(cell: CellValue) -> list[str]:
    """«Л1-25, БД1-25» → both; a heading without a digit, or «0», is no group."""
    named = [values.group_title(part) for part in re.split(r"[,;\n]", values.lines(cell))]
    return [group for group in named if re.search(r"\d", group) and group != "0"]


def pair(cell: CellValue) -> int | None:
    """The pair a cell begins with: «III пара 12:30-13:50» → 3, «2» → 2; a time of day is no pair."""
    words = fold(text(cell)).translate(_CYRILLIC_ROMAN)
    found = _PAIR.match(words)
    if not found or re.match(r"\d{1,2}[:.]\d\d", words):
        return None
    return _number(found[1])


def pairs(cell: CellValue) -> list[int]:
    """«II, III» → 2 and 3; «I-III» → 1, 2 and 3. Raises BadValueError."""
    words = re.sub(r"\s*(?:пар[аы]|урок)\.?", "", fold(text(cell)).translate(_CYRILLIC_ROMAN))
    found: list[int] = []
    for part in re.split(r"\s*[,;]\s*|\s+и\s+|\s+", words):
        match = _PAIR_SPAN.fullmatch(part)
        first = _number(match[1]) if match else 0
        last = _number(match[2]) if match and match[2] else first
        if not 0 < first <= last < 20:
            raise BadValueError(f"нужен номер пары: «{text(cell)}»" if words else "не указан номер пары")
        found += range(first, last + 1)
    return found


def weekday(cell: CellValue) -> int | None:
    """1 for «Понедельник», «пн», «ПОНЕДЕЛЬНИК 9.00»."""
    first = fold(text(cell)).replace(" ", "")
    return next(
        (n for n, (day, short) in enumerate(zip(DAYS, _SHORT_DAYS, strict=True), 1) if first in (day, short)
         or first.startswith(day)),
        None,
    )  # fmt: skip


def named_weekday(title: str) -> int | None:
    """The weekday a title names anywhere: «на 13.11.2025 (суббота)» → 6, «на среду» → 3."""
    folded = fold(title)
    return next((n for n, day in enumerate(_CASES, 1) if re.search(rf"\b{day}\b", folded)), None)


def wrong_weekday(day: date, named: int) -> str:
    return f"{day:%d.%m.%Y} — {DAYS[day.isoweekday() - 1]}, а написано «{DAYS[named - 1]}»"


def title_day(title: str) -> tuple[date | None, bool]:
    """The date in a title and whether its year is written: «на 13.11.2025», «на четверг 21 ноября».

    Without a year the current academic year is meant. Raises BadValueError for a date that is none.
    """
    folded = fold(title)
    try:
        if found := _DATE.search(folded):
            return date(int(found[3]), int(found[2]), int(found[1])), True
        if found := _WORD_DATE.search(folded):
            month = MONTHS_GENITIVE.index(found[2]) + 1
            today = values.today()
            begins = today.year if today.month >= 8 else today.year - 1
            year = int(found[3]) if found[3] else begins + (month < 8)
            return date(year, month, int(found[1])), bool(found[3])
    except ValueError:
        raise BadValueError(f"такой даты нет: «{title}»") from None
    return None, False


def teachers(words: str) -> list[str] | None:
    """«Смоленская Ю.И./Чижова В.О.» → both, each as «Фамилия И.О.»; None where it is something else."""
    words = " ".join(words.split()).strip(" ,;/")
    if not _TEACHERS.fullmatch(words):
        return None
    return [teacher(found[0]) for found in _ONE_TEACHER.finditer(words)]


def teacher(words: str) -> str:
    surname, initials = words.split(maxsplit=1)
    return f"{surname} " + "".join(f"{letter}." for letter in re.findall(r"[А-ЯЁ]", initials))


def rooms(cell: CellValue) -> list[str]:
    """«402/607» → both; «*moodle» → «moodle»."""
    parts = re.split(r"\s*[/,;║|]\s*", text(cell))
    return [part.strip("*., ")[:32] for part in parts if part.strip("*., ")]


def _number(written: str) -> int:
    if written.isdecimal():
        return int(written)
    total = 0
    for sign, after in zip(written, [*written[1:], ""], strict=True):
        value = _ROMAN[sign]
        total += -value if after and _ROMAN[after] > value else value
    return total

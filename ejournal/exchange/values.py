"""What a person typed into one cell of a list → a value, or BadValueError with the reason in Russian."""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from ejournal.domain import phones
from ejournal.domain.calendar import MONTHS, MONTHS_GENITIVE
from ejournal.domain.names import full_name, sort_key
from ejournal.exchange.tables import CellValue

# What the database holds.
LONGEST_NAME, LONGEST_EMAIL, LONGEST_GROUP = 100, 250, 32

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_NOTHING = frozenset({"", "-", "--", "---", "."})
_LATIN_TO_CYRILLIC = str.maketrans("ABCEHKMOPTXYaceopxy", "АВСЕНКМОРТХУасеорху")

_EMAIL = re.compile(r"[^@\s,;<>()\"]{1,64}@(?:[\w-]+\.)+[^\W\d_]{2,}")
_INITIALS = re.compile(r"\w\.(?:\s*\w\.)?|\w")
_NAME_WORD = re.compile(r"[^\W\d_]+(?:['’`\-.][^\W\d_]+)*\.?")
_SMALL_WORDS = frozenset({"оглы", "кызы", "оглу", "гызы", "угли", "кизи", "уулу"})

_NUMERIC_DATE = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{4}|\d{2})")
_ISO_DATE = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})")
_WORD_DATE = re.compile(r"(\d{1,2})\s*-?\s*([а-я]{3,8})\.?,?\s*(\d{4})")
_DATE_TAIL = re.compile(r"(?:\s+0?0:00(?::00)?|t00:00.*|\s*г(?:ода|\.)?)$")
_EXCEL_EPOCH = date(1899, 12, 30)
# 1927 … 2119: a smaller number is more likely a year or a slip than a date.
_SERIALS = range(10_000, 80_001)


class BadValueError(ValueError):
    """Why a cell cannot be taken; Russian, says what is expected."""


class Name(NamedTuple):
    surname: str
    name: str
    patronymic: str

    @property
    def full(self) -> str:
        return full_name(*self)

    @property
    def key(self) -> str:
        return sort_key(*self)


# A cell is looked at several times (is the row empty, a total, what is in it): each time costs as much as the rest.
@lru_cache(maxsize=4096, typed=True)
def text(value: CellValue) -> str:
    """One line of text with single spaces; a whole number without «.0»; a dash alone is nothing."""
    line = " ".join(lines(value).split())
    return "" if _DASHES.sub("-", line) in _NOTHING else line


def lines(value: CellValue) -> str:
    """As text(), with the line breaks of a cell that holds several things."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime | date):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds() // 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    clean = _INVISIBLE.sub("", unicodedata.normalize("NFC", str(value)))
    return "\n".join(" ".join(line.split()) for line in clean.splitlines()).strip()


def day(value: CellValue) -> date | None:
    """A date typed as a date, as a number of a spreadsheet or in words; None for an empty cell."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    typed = _DASHES.sub("-", text(value)).casefold()
    if not typed:
        return None
    if typed.isdecimal() and len(typed) <= 5:
        return _from_serial(int(typed), typed)
    year, month, number = _date_parts(_DATE_TAIL.sub("", typed).strip(), typed)
    try:
        return date(year, month, number)
    except ValueError:
        raise BadValueError(f"такой даты нет: «{typed}»") from None


def phone(value: CellValue) -> str | None:
    """As phones.number. Raises BadValueError."""
    typed = text(value)
    try:
        return phones.number(typed) if typed else None
    except ValueError as error:
        raise BadValueError(str(error)) from None


def email(value: CellValue) -> str | None:
    typed = text(value).casefold().removeprefix("mailto:")
    if not typed:
        return None
    if not _EMAIL.fullmatch(typed) or len(typed) > LONGEST_EMAIL:
        raise BadValueError(f"не похоже на адрес почты: «{typed}». Оставьте ячейку пустой, если адреса нет")
    return typed


def snils(value: CellValue) -> str | None:
    """«XXX-XXX-XXX YY» with the control number checked (it is defined above 001-001-998)."""
    typed = text(value)
    if not typed:
        return None
    digits = re.sub(r"[\s-]", "", _DASHES.sub("-", typed))
    if isinstance(value, int | float):
        # A number cell loses leading zeros.
        digits = digits.zfill(11)
    if not re.fullmatch(r"[0-9]{11}", digits):
        raise BadValueError(f"в СНИЛС должно быть 11 цифр: «{typed}»")
    number, control = digits[:9], int(digits[9:])
    weighed = sum(int(digit) * weight for digit, weight in zip(number, range(9, 0, -1), strict=True))
    if int(number) > 1_001_998 and weighed % 101 % 100 != control:
        raise BadValueError(f"контрольное число СНИЛС не сходится: «{typed}». Проверьте цифры")
    return f"{number[:3]}-{number[3:6]}-{number[6:]} {digits[9:]}"


def person_name(value: CellValue) -> Name:
    """«Фамилия Имя Отчество» in one cell. Words after the second are the patronymic («Рашид оглы»)."""
    typed = text(value)
    if not typed:
        raise BadValueError("не указано имя")
    words = typed.split()
    if len(words) < 2:
        raise BadValueError(f"нужны фамилия и имя: «{typed}»")
    return name_of_parts(words[0], words[1], " ".join(words[2:]))


def name_of_parts(surname: CellValue, name: CellValue, patronymic: CellValue = None) -> Name:
    parts = [_proper(text(part)) for part in (surname, name, patronymic)]
    shown = " ".join(part for part in parts if part)
    if not parts[0] or not parts[1]:
        raise BadValueError("не указано имя" if not shown else f"нужны фамилия и имя: «{shown}»")
    if any(len(part) > LONGEST_NAME for part in parts):
        raise BadValueError(f"слишком длинное имя: «{shown[:40]}…»")
    for word in shown.split():
        if not _NAME_WORD.fullmatch(word):
            raise BadValueError(f"в имени лишние знаки: «{shown}»")
    if _INITIALS.fullmatch(parts[1]) or len(parts[1]) == 1:
        raise BadValueError(f"нужно имя полностью, а не инициалы: «{shown}»")
    return Name(*parts)


def group_title(value: CellValue) -> str:
    """A group's name cleaned of stray spaces and long dashes: « ИС – 21 » → «ИС-21», «ис 21» → «ИС-21»."""
    typed = re.sub(r"\s*-\s*", "-", _DASHES.sub("-", text(value)))
    typed = re.sub(r"^(?:учебная\s+)?(?:группа|гр\.?)\s*[:№]?\s*", "", typed, flags=re.IGNORECASE)
    spaced = re.sub(r"(?<=[^\W\d_])\s+(?=\d)", "-", typed)
    return spaced.upper() if spaced.islower() else spaced


def whole(value: CellValue) -> int | None:
    """A whole number ≥ 0, typed as a number or as text («36 ч.»)."""
    typed = text(value).replace(",", ".")
    if not typed:
        return None
    found = re.fullmatch(r"(\d{1,6})(?:\.0+)?\s*(?:ч|час\w*)?\.?", typed.casefold())
    if not found:
        raise BadValueError(f"нужно целое число: «{typed}»")
    return int(found[1])


def today() -> date:
    """For judging whether a typed date is believable; a day's difference between zones does not matter."""
    return datetime.now(UTC).date()


def _from_serial(serial: int, typed: str) -> date:
    if serial not in _SERIALS:
        raise BadValueError(f"не похоже на дату: «{typed}». Напишите, например, 14.02.2008")
    return _EXCEL_EPOCH + timedelta(days=serial)


def _date_parts(typed: str, shown: str) -> tuple[int, int, int]:
    if found := _ISO_DATE.fullmatch(typed):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _NUMERIC_DATE.fullmatch(typed):
        return _year(found[3]), int(found[2]), int(found[1])
    if found := _WORD_DATE.fullmatch(typed):
        # In full or shortened: «февраля», «февраль», «фев.».
        names = enumerate(zip(MONTHS, MONTHS_GENITIVE, strict=True), 1)
        month = next((n for n, forms in names if any(form.startswith(found[2]) for form in forms)), None)
        if month:
            return int(found[3]), month, int(found[1])
    raise BadValueError(f"не похоже на дату: «{shown}». Напишите, например, 14.02.2008")


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    # A list of the coming term speaks of next year; nobody's birth is 99 years ago.
    return 2000 + year if 2000 + year <= today().year + 1 else 1900 + year


def _proper(part: str) -> str:
    """«ИВАНОВ» and «иванов» → «Иванов»; a word of mixed case is left as its owner writes it."""
    part = re.sub(r"\s*-\s*", "-", _DASHES.sub("-", part))
    return " ".join(_proper_word(word) for word in part.split())


def _proper_word(word: str) -> str:
    if re.search("[а-яё]", word, re.IGNORECASE):
        # Latin letters of the same shape inside a Russian word would make a second person of it.
        word = word.translate(_LATIN_TO_CYRILLIC)
    if word.casefold() in _SMALL_WORDS:
        return word.casefold()
    if word.isupper() or word.islower():
        return "-".join(piece.capitalize() for piece in word.split("-"))
    return word

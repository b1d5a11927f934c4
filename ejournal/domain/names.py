"""Names of people and groups: how they are compared, sorted and shortened."""

import re
import unicodedata

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_DASH = re.compile("\\s*[-\u2010-\u2015\u2212]\\s*")
# Letters whose capitals look the same in both alphabets: secretaries mix them without seeing it.
_LOOK_ALIKES = str.maketrans("ABCEHKMOPTXY", "АВСЕНКМОРТХУ")
# Of two initials; «г. А.» and the end of a sentence are none.
_BETWEEN_INITIALS = re.compile(r"(?<=\b[А-ЯЁA-Z]\.) (?=[А-ЯЁA-Z]\.)")
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """The stored key by which text is sorted and searched («skey»): «Семёнов » and «СЕМЕНОВ» are one.

    Letters keep their own code points, so plain comparison of keys is the Russian alphabetical order.
    """
    # NFC and not NFD: decomposing would turn «й» into «и» with a mark and break the order.
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).casefold().replace("ё", "е")
    text = _DASH.sub("-", unicodedata.normalize("NFC", text))
    return " ".join(text.split())


def sort_key(surname: str, name: str, patronymic: str | None = None) -> str:
    """Surname, then name, then patronymic: a space sorts before a hyphen and any letter."""
    return fold(full_name(surname, name, patronymic))


def full_name(surname: str, name: str, patronymic: str | None = None) -> str:
    return " ".join(" ".join(part.split()) for part in (surname, name, patronymic) if part and part.strip())


def short_name(surname: str, name: str, patronymic: str | None = None) -> str:
    """«Семёнов П. А.»; a double name keeps both initials: «Королёва А.-В. К.»."""
    return " ".join(part for part in (surname.strip(), _initials(name), _initials(patronymic)) if part)


def with_initials_together(text: str) -> str:
    """«Семёнов П. А.» with a space that no line is broken at between the initials: «А.» is not left alone below."""
    return _BETWEEN_INITIALS.sub("\u00a0", text)


def normalize_group_title(text: str) -> str:
    """A key under which «ИС-21», «ИС 21», «ис21», «ИС–21» and «ИC-21» with a Latin C are one group.

    A separator between two digits is kept: «ИС-1-11» and «ИС-11-1» are different groups.
    """
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).upper().translate(_LOOK_ALIKES)
    parts = [part for part in _NOT_ALPHANUMERIC.split(text.replace("Ё", "Е")) if part]
    key = ""
    for part in parts:
        between_digits = key[-1:].isdecimal() and part[0].isdecimal()
        key += f"-{part}" if between_digits else part
    return key.casefold()


def _initials(name: str | None) -> str:
    # The second word of a patronymic («Рашид оглы») is not a name of its own.
    first_word = (name or "").split()[:1]
    return "-".join(f"{part[0].upper()}." for part in "".join(first_word).split("-") if part)

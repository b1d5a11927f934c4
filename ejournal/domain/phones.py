"""Numbers of telephones as lists and people write them."""

import re

_WORDS = re.compile(r"тел\w*|моб\w*|сот\w*|дом\w*|раб\w*")


def number(typed: str) -> str:
    """+7XXXXXXXXXX, or another country's number that begins with «+»; the first of several, without an extension.

    Raises ValueError with the reason in Russian.
    """
    first = next((part for part in re.split(r"[,;/]", typed) if re.search(r"\d", part)), typed)
    main = re.split(r"\b(?:доб|вн|ext)", first.casefold())[0]
    if re.search(r"[^\W\d_]", _WORDS.sub("", main)):
        raise ValueError(f"не похоже на номер телефона: «{typed}»")
    digits = re.sub(r"[^0-9]", "", main)
    if main.strip().startswith("+") and not digits.startswith("7"):
        if 8 <= len(digits) <= 15:
            return f"+{digits}"
    elif len(digits) == 11 and digits[0] in "78":
        return f"+7{digits[1:]}"
    elif len(digits) == 10:
        return f"+7{digits}"
    raise ValueError(f"в номере телефона должно быть 10 цифр с кодом города или оператора: «{typed}»")

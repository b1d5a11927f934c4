"""The numbers of a legal person: ИНН and ОГРН with their check digits (приказ ФНС, ОГРН: остаток от деления на 11)."""

WEIGHTS = (2, 4, 10, 3, 5, 9, 4, 6, 8)


def is_inn(text: str) -> bool:
    """Whether it can be the ИНН of an organisation: 10 digits, the last one a check."""
    if not (len(text) == 10 and text.isascii() and text.isdecimal()):
        return False
    return sum(weight * int(digit) for weight, digit in zip(WEIGHTS, text, strict=False)) % 11 % 10 == int(text[9])


def is_ogrn(text: str) -> bool:
    """Whether it can be the ОГРН of an organisation: 13 digits, the last one a check."""
    return len(text) == 13 and text.isascii() and text.isdecimal() and int(text[:12]) % 11 % 10 == int(text[12])

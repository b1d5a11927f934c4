"""Whole numbers as people type them."""

LARGEST_ID = 2**31 - 1  # what the database takes
_LONGEST = len(str(LARGEST_ID))


def whole(text: str, least: int = 0, most: int = LARGEST_ID) -> int | None:
    """The number a field holds; None where it holds none, or one outside the span (both ends included).

    Only as many digits are read as the database takes: `int` itself refuses thousands of them with a ValueError.
    """
    text = text.strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST):
        return None
    number = int(text)
    return number if least <= number <= most else None

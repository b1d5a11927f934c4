"""Passwords that are guessed first: a list shipped in ejournal/data, and the ways people vary its words (п. 3.8)."""

import gzip
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

LIST = Path(__file__).resolve().parent.parent / "data" / "common-passwords.txt.gz"

LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
CYRILLIC = "йцукенгшщзхъфывапролджэячсмитьбюё"
LAYOUTS = (str.maketrans(LATIN, CYRILLIC), str.maketrans(CYRILLIC, LATIN))
# A common word with so few digits beside it is tried right after the word.
FEW = 4
_PARTS = re.compile(r"(?P<before>[\W\d_]*)(?P<word>.*?)(?P<after>[\W\d_]*)", re.DOTALL)


def is_common(password: str) -> bool:
    """Whether it is on the list: as it is, typed in the other layout, said twice, or with a few digits around."""
    return any(_listed(form) or _is_varied(form) for form in _forms(password.casefold().strip()))


def _forms(text: str) -> Iterator[str]:
    half = len(text) // 2
    for form in (text, text[:half] if text == text[:half] * 2 else ""):
        if form:
            yield form
            yield from (form.translate(layout) for layout in LAYOUTS)


def _is_varied(text: str) -> bool:
    found = _PARTS.fullmatch(text)
    if not found or not _listed(found["word"]):
        return False
    return all(_is_weak(re.sub(r"\D", "", found[part])) for part in ("before", "after"))


def _is_weak(digits: str) -> bool:
    return len(digits) <= FEW or _listed(digits)


def _listed(text: str) -> bool:
    return text in _list()


@cache
def _list() -> frozenset[str]:
    return frozenset(gzip.decompress(LIST.read_bytes()).decode().split())

"""Disciplines as timetables shorten them: «Экон. недвижимости», «ТГП», «ИТ в ПД»."""

import re

from ejournal.domain.names import fold

_TOKEN = re.compile(r"[^\W\d_]+\.?")
_WORD = re.compile(r"[^\W\d_]+")
# «и», «в», «по», «для»: a shortened title may leave them out.
_SMALL = 3


def is_short(words: str) -> bool:
    """Whether anything in the words is shortened."""
    return any(_is_prefix(token) or _is_initials(token) for token in _TOKEN.findall(words))


def matches(words: str, title: str) -> bool:
    """Whether shortened words may stand for the title: each begins one of its words, or is made of their initials."""
    return _matches(_parts(words), _WORD.findall(fold(title)))


def _parts(words: str) -> list[tuple[str, bool]]:
    """What must begin a word of the title, and whether the whole of it is given."""
    parts: list[tuple[str, bool]] = []
    for token in _TOKEN.findall(words):
        if _is_initials(token):
            parts += [(fold(letter), False) for letter in token]
        else:
            # «Разр. пр. реш»: the last full stop is often left out.
            parts.append((fold(token.rstrip(".")), len(token) <= _SMALL and not _is_prefix(token)))
    return parts


def _matches(parts: list[tuple[str, bool]], words: list[str]) -> bool:
    if not words:
        return not parts
    if parts:
        begins, is_whole = parts[0]
        if (words[0] == begins if is_whole else words[0].startswith(begins)) and _matches(parts[1:], words[1:]):
            return True
    return len(words[0]) <= _SMALL and _matches(parts, words[1:])


def _is_prefix(token: str) -> bool:
    return token.endswith(".") and len(token) > 1


def _is_initials(token: str) -> bool:
    """«ТГП», «СМиПС», «П»: begins and ends with a capital, and most of it is capitals."""
    capitals = sum(1 for letter in token if letter.isupper())
    return token[0].isupper() and token[-1].isupper() and capitals * 2 > len(token)

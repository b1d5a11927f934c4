"""Subgroups as lists name them: by number, or by name in brackets after the discipline where they have no number."""

import re
from collections.abc import Iterable

from ejournal.domain.names import fold

# Of a journal or a place in the timetable: a number, a folded name, 0 of the whole group.
Part = int | str


def subgroup_number(title: str) -> int:
    return next((int(sign) for sign in title if sign.isdecimal()), 0)


def part_of(title: str | None) -> Part:
    """By what a list tells a subgroup; None: the whole group."""
    return (subgroup_number(title) or fold(title)) if title else 0


def apart(words: str, titles: Iterable[str]) -> tuple[str, str | None]:
    """«Английский язык (сильная)» → the discipline, and which of these subgroups it ends with, None of none."""
    for title in titles:
        found = re.search(rf"\s*\(\s*{re.escape(title)}\s*\)$", words, re.IGNORECASE)
        if found and found.start():
            return words[: found.start()], title
    return words, None

"""A group's list cut into subgroups (п. 4.2)."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def cut(listed: Sequence[T], parts: int) -> list[list[T]]:
    """The list in order, cut into that many parts that differ by one at most; the first ones are the longer."""
    size, longer = divmod(len(listed), parts)
    found, start = [], 0
    for number in range(parts):
        end = start + size + (number < longer)
        found.append(list(listed[start:end]))
        start = end
    return found

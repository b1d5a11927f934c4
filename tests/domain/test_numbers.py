"""Whole numbers as people type them."""

import pytest

from ejournal.domain.numbers import LARGEST_ID, whole


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7),
        (" 08 ", 8),
        ("0", 0),
        (str(LARGEST_ID), LARGEST_ID),
        (str(LARGEST_ID + 1), None),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("٣", None),
        ("9" * 5000, None),
    ],
)
def test_a_number_is_read_or_is_none(text: str, number: int | None) -> None:
    assert whole(text) == number


def test_both_ends_of_the_span_are_included() -> None:
    assert [whole(str(n), 1, 3) for n in range(5)] == [None, 1, 2, 3, None]

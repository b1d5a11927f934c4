"""A table of bells (п. 4.2)."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ejournal.domain.bells import clock, out_of_order, read
from ejournal.domain.halves import cut


def test_r4_2_c_times_are_read_as_people_and_browsers_write_them() -> None:
    times, errors = read({1: ("8.30", "10:05"), 2: ("10:15:00", "11:50"), 3: ("", " ")})
    assert errors == {}
    assert times == {1: (time(8, 30), time(10, 5)), 2: (time(10, 15), time(11, 50))}


@pytest.mark.parametrize("typed", [("8:30", ""), ("", "9:00"), ("25:00", "26:00"), ("утром", "9:00"), ("9:00", "9:00")])
def test_a_pair_needs_a_beginning_and_a_later_end(typed: tuple[str, str]) -> None:
    assert list(read({1: typed})[1]) == [1]


def test_pairs_follow_one_another() -> None:
    _, errors = read({1: ("8:30", "10:00"), 2: ("9:50", "11:00"), 3: ("11:00", "12:00")})
    assert errors == {2: "Начинается в 09:50, а 1 пара кончается в 10:00."}
    assert "1 пара" in read({1: ("12:00", "13:00"), 2: ("8:00", "9:00")})[1][2]


@given(st.lists(st.times(), min_size=2, max_size=16, unique=True).map(sorted))
def test_pairs_in_order_are_never_refused(moments: list[time]) -> None:
    times = {n: (moments[2 * n], moments[2 * n + 1]) for n in range(len(moments) // 2)}
    assert out_of_order(times) == {}


@given(st.lists(st.integers(), unique=True), st.integers(2, 6))
def test_a_list_is_cut_in_order_into_parts_that_differ_by_one_at_most(listed: list[int], parts: int) -> None:
    found = cut(listed, parts)
    sizes = [len(part) for part in found]
    assert [each for part in found for each in part] == listed
    assert len(found) == parts
    assert max(sizes) - min(sizes) <= 1
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("8:30", time(8, 30)),
        ("08.30", time(8, 30)),
        ("08:30:15", time(8, 30)),
        ("24:00", None),
        ("8", None),
        ("", None),
    ],
)
def test_a_time_is_read_to_the_minute_without_a_zone(text: str, read: time | None) -> None:
    assert clock(text) == read


def test_a_time_with_a_zone_is_none() -> None:
    assert clock("09:00Z") is None

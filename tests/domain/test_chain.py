"""r4_2_g: an entry of the log hashes to the same on every machine, and whatever is changed in it changes the hash."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ejournal.domain import chain

ENTRY: dict[str, Any] = dict.fromkeys(chain.FIELDS) | {
    "at": datetime(2026, 11, 24, 9, 0, 0, 125, tzinfo=UTC),
    "subject": "cell",
    "action": "record",
    "before": "3",
    "after": "5",
    "late": False,
    "details": {"name": "Ёлкин", "n": 1},
}


def test_r4_2_g_the_hash_of_an_entry_is_what_it_always_was() -> None:
    # Fixed: a program that hashes otherwise would call every old log forged.
    assert chain.link(chain.START, ENTRY) == "8ff15447efac93fa341eebc2966d05a83022d2d9803177cb1a6af5df30f35e10"


@pytest.mark.parametrize("name", chain.FIELDS)
def test_r4_2_g_every_field_counts(name: str) -> None:
    changed = {**ENTRY, name: datetime(2026, 11, 24, tzinfo=UTC) if name == "at" else "другое"}
    assert chain.link(chain.START, changed) != chain.link(chain.START, ENTRY)


def test_r4_2_g_the_link_before_counts() -> None:
    assert chain.link("1" * 64, ENTRY) != chain.link(chain.START, ENTRY)


def test_the_zone_in_which_a_moment_is_read_does_not_count() -> None:
    elsewhere = ENTRY["at"].astimezone(timezone(timedelta(hours=5)))
    assert chain.link(chain.START, {**ENTRY, "at": elsewhere}) == chain.link(chain.START, ENTRY)


@given(st.text(), st.text(), st.text(), st.text())
def test_text_cannot_be_moved_from_one_field_to_the_next(before: str, after: str, other: str, reason: str) -> None:
    one = {**ENTRY, "before": before, "after": after, "reason": reason}
    two = {**ENTRY, "before": before, "after": other, "reason": reason}
    assert (chain.canonical(one) == chain.canonical(two)) == (after == other)


def test_r4_2_g_what_is_printed_of_a_sum_is_known_again_and_fewer_signs_are_not():
    digest = "8ff15447efac93fa" + "0" * 48
    assert chain.printed(digest) == "8ff1 5447 efac 93fa"
    assert chain.is_same(digest, "8ff1 5447 efac 93fa")
    assert chain.is_same(digest, "8FF1 5447 EFАС 93FА"), "as a Russian keyboard types it"
    assert chain.is_same(digest, digest)
    assert not chain.is_same(digest, "8ff1 5447 efac 93f")
    assert not chain.is_same(digest, "8ff1 5447 efac 93fb")

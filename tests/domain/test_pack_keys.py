"""Keys in the hidden cells of a pack: read back as they were written, and nothing else is (R4.1.b)."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ejournal.domain import file_names, pack_keys

NUMBERS = st.integers(1, 10**9)


@given(NUMBERS, NUMBERS, st.dates(), st.integers(1, 12), st.datetimes(timezones=st.just(UTC)))
def test_what_is_written_is_read_back(one: int, other: int, day: date, pair: int, moment: datetime) -> None:
    assert pack_keys.read_sheet(pack_keys.sheet_key(one, moment)) == (one, moment)
    assert pack_keys.read_column(pack_keys.column_key(one, other, day, pair)) == (one, other, day, pair)
    assert pack_keys.read_student(pack_keys.student_key(one)) == one


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ejournal-pack:1 course=1 made=вчера",
        "ejournal-pack:1 course=1 made=2026-11-27",
        "ejournal-pack:2 course=1 made=x",
    ],
)
def test_another_cell_is_no_sheets_key(text: str) -> None:
    assert pack_keys.read_sheet(text) is None


@given(st.text(max_size=80))
def test_whatever_stands_in_a_cell_is_read_without_a_fault(text: str) -> None:
    assert pack_keys.read_column(text) is None or "lesson=" in text
    assert pack_keys.read_student(text) is None or text.startswith("student=")
    taken: set[str] = set()
    names = [file_names.sheet(text, taken) for _ in range(3)]
    assert len({name.casefold() for name in names}) == 3
    assert all(0 < len(name) <= file_names.LONGEST_SHEET and not set(name) & set("[]:*?/\\'") for name in names)
    assert file_names.safe(text).strip(" .")

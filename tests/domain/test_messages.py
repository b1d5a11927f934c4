"""What a message's text may be, and where links are in it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ejournal.domain import messages


@given(st.text())
def test_the_pieces_together_are_the_text(text: str) -> None:
    assert "".join(piece for piece, _is_link in messages.parts(text)) == text


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("Смотрите https://example.org/a?b=1.", ["https://example.org/a?b=1"]),
        ("(https://example.org/wiki/A_(b))", ["https://example.org/wiki/A_(b)"]),
        ("http://a.example, http://b.example!", ["http://a.example", "http://b.example"]),
        ("HTTPS://EXAMPLE.ORG", ["HTTPS://EXAMPLE.ORG"]),
        ("«https://example.org»", ["https://example.org"]),
        ('https://example.org"onmouseover="x', ["https://example.org"]),
        ("javascript:alert(1) data:text/html,x example.org https://", []),
        ("нет ссылок", []),
    ],
)
def test_only_addresses_of_pages_become_links(text: str, links: list[str]) -> None:
    assert [piece for piece, is_link in messages.parts(text) if is_link] == links


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  Добрый день  \r\n\r\n\r\n\r\nДо встречи \n", "Добрый день\n\nДо встречи"),
        (" \n\t ", ""),
        ("а\x00б", "аб"),
    ],
)
def test_blanks_that_say_nothing_are_not_kept(text: str, kept: str) -> None:
    assert messages.clean(text) == kept


def test_a_line_for_the_list_is_short() -> None:
    assert messages.first_line("Одна\nстрока") == "Одна строка"
    long = messages.first_line("слово " * 100)
    assert len(long) <= messages.LINE
    assert long.endswith("…")


def test_a_message_can_be_mended_for_fifteen_minutes() -> None:
    sent = datetime(2026, 11, 27, 10, tzinfo=UTC)
    assert messages.is_editable(sent, sent + timedelta(minutes=14, seconds=59))
    assert not messages.is_editable(sent, sent + timedelta(minutes=15))

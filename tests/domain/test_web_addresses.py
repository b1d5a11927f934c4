"""Addresses of the catalogue: pages of sites, nothing else (R2.3.integrate)."""

import pytest

from ejournal.domain.web_addresses import clean, host_of


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://resh.edu.ru", "https://resh.edu.ru"),
        (" http://resh.edu.ru/subject/1?x=2#y ", "http://resh.edu.ru/subject/1?x=2#y"),
        ("resh.edu.ru/8", "https://resh.edu.ru/8"),
        ("https://культура.рф", "https://культура.рф"),
        ("https://resh.edu.ru:8443/", "https://resh.edu.ru:8443/"),
    ],
)
def test_a_page_of_a_site_is_kept(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "", "   ", "просто слова", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://a.example/x",
        "https://", "https://localhost", "https://bank.example@evil.example/", "https://a.example\\@evil.example",
        "https://a.example/\nSet-Cookie: x", "https://a b.example", "https://[::1", "https://a.example:99999",
        "//evil.example", "https://a.example/" + "x" * 1000,
    ],
)  # fmt: skip
def test_anything_else_is_refused(typed: str) -> None:
    assert clean(typed) is None


def test_the_host_is_shown_without_www() -> None:
    assert host_of("https://www.culture.ru/cinema") == "culture.ru"

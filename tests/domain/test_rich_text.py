"""A little formatting, and nothing that could run, ask another host or look like the page's own."""

from html.parser import HTMLParser

import pytest

from ejournal.domain.rich_text import TAGS, to_html, to_plain


class Tags(HTMLParser):
    """What a browser would take for tags."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, {name: value or "" for name, value in attrs}))


def test_bold_lists_and_links_are_shown() -> None:
    page = to_html("**Важно**\n\n- раз\n- два\n\n[сайт](https://resh.edu.ru)")
    assert "<strong>Важно</strong>" in page
    assert "<li>раз</li>" in page
    assert 'href="https://resh.edu.ru"' in page
    assert 'rel="noopener noreferrer"' in page
    assert 'target="_blank"' in page


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=https://a.example/p.png onerror=alert(1)>",
        "[сюда](javascript:alert(1))",
        "[сюда](data:text/html;base64,AAAA)",
        "<javascript:alert(1)>",
        '<a href="/x" onclick="alert(1)">x</a>',
        '<iframe src="https://a.example"></iframe>',
        "![картинка](https://a.example/p.png)",
        '[x](https://a.example "onmouseover=alert(1)")',
    ],
)
def test_nothing_dangerous_comes_out(text: str) -> None:
    found = Tags()
    found.feed(to_html(text))
    for tag, attributes in found.seen:
        assert tag in TAGS
        assert set(attributes) <= {"href", "rel", "target", "title"}
        assert attributes.get("href", "https:").split(":")[0] in ("https", "http")


def test_headings_stay_text() -> None:
    assert "<h" not in to_html("# Большой заголовок\n\nДругой\n====")


def test_plain_text_has_no_marks() -> None:
    assert to_plain("**Важно**:\n\n- раз\n- [два](https://a.example)") == "Важно: раз два"

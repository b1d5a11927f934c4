"""Formatting allowed in announcements and events: a little Markdown, made into HTML that can hold nothing else.

No headings (the page has its own), no pictures (they would ask another host), no HTML. What comes out is cleaned once
more by a list of what may stand in it.
"""

import nh3
from markdown_it import MarkdownIt

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "blockquote"}
SCHEMES = {"http", "https", "mailto", "tel"}

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": False}).disable(
    ["image", "heading", "lheading", "html_block", "html_inline", "code", "fence", "backticks", "hr", "reference"]
)


def to_html(text: str) -> str:
    """Safe HTML of a text with «**важно**», «*курсив*», lists, quotes and «[слова](https://адрес)»."""
    return nh3.clean(
        _MARKDOWN.render(text),
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def to_plain(text: str) -> str:
    """The same text without its marks, in one line: for lists and calendars."""
    return " ".join("".join(_text_of(text)).split())


def _text_of(text: str) -> list[str]:
    parts: list[str] = []
    for token in _MARKDOWN.parse(text):
        for child in token.children or ():
            parts.append(child.content if child.type == "text" else " " if child.type.endswith("break") else "")
        parts.append(" " if token.type == "inline" else "")
    return parts

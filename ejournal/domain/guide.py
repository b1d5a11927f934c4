"""A guide for users (п. 4.1): sections of a Markdown text with anchors, and a search that knows Russian endings.

A section begins with «## Как поставить отметку {#marks}»: the words people see and the anchor pages link to.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import nh3
from markdown_it import MarkdownIt

from ejournal.domain.names import fold

TAGS = {"p", "br", "strong", "em", "code", "kbd", "ul", "ol", "li", "a", "img", "h3", "table", "thead", "tbody"}
TAGS |= {"tr", "th", "td"}
ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt", "title"}, "ol": {"start"}}
SNIPPET = 160

_HEADING = re.compile(r"^## (?P<title>.+?) \{#(?P<anchor>[a-z-]+)\}$", re.MULTILINE)
_KEY = re.compile(r"\[\[(.+?)\]\]")
_WORD = re.compile(r"[^\W_]+(?:/[^\W_]+)?")
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")

# The longest first. Only what is left of a long word after its ending is looked for: «отметку» finds «отметки».
_ENDINGS = re.compile(
    "(?:иями|ями|ами|ией|[ое]го|[ое]му|[ыи]ми|[аяиеу]ть|ешь|ете|[аяу]ет|[ая]ют|[ое]в|[еиыо]й|[ая]я|[оеыи]е"
    "|[ыи]х|[ыиоеая]м|[ая]х|[ую]ю|ия|ью|ть|л[аои]|с[яь]|[аеиоуыьюяй])$"
)
_STEM = 4
# Words that say nothing of what is looked for.
_IDLE = set("как что где для или во до за из на не но об от по со а и к о с у в".split())  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Section:
    anchor: str
    title: str
    html: str
    plain: str


@dataclass(frozen=True, slots=True)
class Guide:
    """`name` is the file's and the address's: «teacher»."""

    name: str
    title: str
    lead: str
    sections: tuple[Section, ...]

    def section(self, anchor: str) -> Section | None:
        return next((section for section in self.sections if section.anchor == anchor), None)


@dataclass(frozen=True, slots=True)
class Hit:
    guide: Guide
    section: Section
    snippet: str


def read(name: str, text: str) -> Guide:
    """A guide from its Markdown. Raises ValueError where it has no title or two sections with one anchor."""
    head, *rest = _HEADING.split(text)
    title = re.match(r"# (.+)", head)
    if not title:
        raise ValueError(f"{name}: no title")
    parts = [rest[start : start + 3] for start in range(0, len(rest), 3)]
    anchors = [anchor for _, anchor, _ in parts]
    if len(set(anchors)) < len(anchors):
        raise ValueError(f"{name}: an anchor is used twice")
    sections = tuple(Section(anchor, words, to_html(body), to_plain(body)) for words, anchor, body in parts)
    return Guide(name, title[1].strip(), to_html(head[title.end() :]), sections)


def to_html(text: str) -> str:
    """HTML of our own Markdown; «[[Ctrl+Z]]» is a key. Cleaned like anybody's."""
    html = _KEY.sub(r"<kbd>\1</kbd>", _MARKDOWN.render(text))
    return nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=set(), link_rel=None)


def to_plain(text: str) -> str:
    """The words of the text in one line, for the search and its excerpts."""
    cells = re.sub(r"</?(?:td|th|tr|p|li|br|h3)[^>]*>", " ", to_html(text))
    words = nh3.clean(cells, tags=set()).replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">")
    return " ".join(words.replace("&amp;", "&").split())


def search(guides: Iterable[Guide], query: str) -> list[Hit]:
    """Sections that hold the words of the query, in any case, with «е» or «ё» and whatever ending.

    All of the words, or else as many as any section holds. Sections named so come first, then in the order of
    `guides`: give a person's own first.
    """
    words = _WORD.findall(fold(query))
    wanted = [stem(word) for word in words if word not in _IDLE or len(words) == 1]
    found: list[tuple[int, int, Hit]] = []
    for guide in guides:
        for section in guide.sections:
            title, text = fold(section.title), fold(section.plain)
            named = {word for word in wanted if _position(word, title) >= 0}
            held = named | {word for word in wanted if _position(word, text) >= 0}
            if held:
                found.append((len(held), len(named), Hit(guide, section, _snippet(section.plain, text, wanted))))
    most = max((held for held, _, _ in found), default=0)
    best = [(named, hit) for held, named, hit in found if held == most]
    return [hit for _, hit in sorted(best, key=lambda pair: -pair[0])]


def stem(word: str) -> str:
    """The folded word without its ending, where enough is left of it."""
    shorter = _ENDINGS.sub("", word)
    return shorter if len(shorter) >= _STEM else word


def _position(word: str, folded: str) -> int:
    """Where a word that begins so stands, or -1."""
    found = re.search(rf"(?<!\w){re.escape(word)}", folded)
    return found.start() if found else -1


def _snippet(plain: str, folded: str, wanted: list[str]) -> str:
    places = [place for place in (_position(word, folded) for word in wanted) if place >= 0]
    # Folding keeps lengths for the texts of guides, or the excerpt would only begin a little elsewhere.
    start = max(0, min(places, default=0) - SNIPPET // 3)
    start = plain.rfind(" ", 0, start) + 1 if start else 0
    cut = plain[start : start + SNIPPET]
    return f"{'… ' if start else ''}{cut}{' …' if start + SNIPPET < len(plain) else ''}"

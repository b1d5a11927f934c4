"""Tables of an HTML page: a site's timetable, or the «.xls» that accounting programs save as a web page.

Read with the standard library's tolerant parser, which runs no scripts and fetches nothing. Cells keep their line
breaks; rowspan and colspan become merged areas, as in a spreadsheet; text over a table is kept as its titles.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

# Deeper or wider than any page a person made.
_WIDEST, _TALLEST, _DEEPEST = 500, 5_000, 20
_BREAKS = frozenset({"p", "br", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "caption"})
_UNSEEN = frozenset({"script", "style", "template"})


class TooManyCellsError(Exception):
    """More cells than a college's page can have."""


@dataclass(slots=True)
class HtmlTable:
    """`rows` of texts, "" for what a span covers; `merged` as ((first row, column), (last row, column)), from 0."""

    titles: list[str]
    rows: list[list[str]] = field(default_factory=list)
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)


def read(page: str, most_cells: int) -> list[HtmlTable]:
    """The page's tables of two columns and more. Raises TooManyCellsError."""
    parser = _Parser()
    try:
        parser.feed(page)
        parser.close()
    except AssertionError:
        # The library's answer to a broken «<![…»; what was read before it stands.
        parser.finish()
    found = [_grid(table, most_cells) for table in parser.done]
    return [table for table in found if table.rows and len(table.rows[0]) > 1]


@dataclass(slots=True)
class _Cell:
    columns: int
    rows: int
    text: str = ""


@dataclass(slots=True)
class _Table:
    titles: list[str]
    rows: list[list[_Cell]] = field(default_factory=list)


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.done: list[_Table] = []
        self._open: list[_Table] = []
        self._between = ""
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "table" and len(self._open) < _DEEPEST:
            table = _Table(_lines(self._between) if not self._open else [])
            self._open.append(table)
            self.done.append(table)
            self._between = ""
        elif tag == "tr" and self._open:
            self._open[-1].rows.append([])
        elif tag in ("td", "th") and self._open:
            given = dict(attrs)
            rows = self._open[-1].rows
            if not rows:
                rows.append([])
            rows[-1].append(_Cell(_span(given.get("colspan"), _WIDEST), _span(given.get("rowspan"), _TALLEST)))
        elif tag in _BREAKS:
            self._add("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag == "table" and self._open:
            self._open.pop()
        elif tag in _BREAKS:
            self._add("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._add(" ".join(re.split(r"[^\S\xa0]+", data)))

    def finish(self) -> None:
        self._open.clear()

    def _add(self, text: str) -> None:
        if not self._open:
            self._between += text
        elif self._open[-1].rows and self._open[-1].rows[-1]:
            self._open[-1].rows[-1][-1].text += text


def _grid(table: _Table, most_cells: int) -> HtmlTable:
    """Cells put where their spans leave room for them, as a browser does."""
    found = HtmlTable(table.titles)
    filled: dict[tuple[int, int], str] = {}
    for row, cells in enumerate(table.rows):
        column = 0
        for cell in cells:
            while (row, column) in filled:
                column += 1
            last = min(row + cell.rows, len(table.rows)) - 1
            for covered in range(row, last + 1):
                for place in range(column, column + cell.columns):
                    filled.setdefault((covered, place), "")
            if len(filled) > most_cells:
                raise TooManyCellsError
            filled[row, column] = "\n".join(_lines(cell.text))
            if last > row or cell.columns > 1:
                found.merged.append(((row, column), (last, column + cell.columns - 1)))
            column += cell.columns
    width = max((column + 1 for _, column in filled), default=0)
    if width * len(table.rows) > most_cells:
        raise TooManyCellsError
    found.rows = [[filled.get((row, column), "") for column in range(width)] for row in range(len(table.rows))]
    return found


def _span(typed: str | None, most: int) -> int:
    digits = (typed or "").strip()
    if not digits.isdecimal():
        return 1
    return max(1, min(most, int(digits))) if len(digits) < 10 else most


def _lines(text: str) -> list[str]:
    return [line for line in (" ".join(part.split()) for part in text.splitlines()) if line]

"""Pages drawn straight onto the canvas: a grid of forty columns takes 20 ms where HTML takes two seconds.

For what has hundreds of pages: the pack of every night, a group's whole journal, a year's archive. A place on a page
is in points from its lower left corner, as ReportLab has it.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import getRegisteredFontNames, registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from ejournal.documents.base import FONTS, LEFT, TOP
from ejournal.documents.lettering import LEAD, cut, fitting, squeezed, wrapped
from ejournal.documents.pages import FACE, draw_footer, drawing_fonts

# The footer has the narrow face too.
SERIF, BOLD, ITALIC, NARROW, NARROW_BOLD = "BookSerif", "BookBold", "BookItalic", FACE, "BookNarrowBold"
FILES = {SERIF: "PTF55F", BOLD: "PTF75F", ITALIC: "PTF56F", NARROW: "PTN57F", NARROW_BOLD: "PTN77F"}
RIGHT, BOTTOM = 12 * mm, 16 * mm
PAD = 0.8 * mm


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its width in points; words stand left and are wrapped, the rest in the middle."""

    width: float
    words: bool = False


@dataclass(slots=True)
class Table:
    """`head` and `rows` are texts by column. `height` is the least of a row; a row grows with its words. `strong`:
    numbers of columns in the heavier face. `cramped`: words get no taller row but smaller letters."""

    columns: Sequence[Column]
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    size: float = 8.5
    height: float = 6 * mm
    head_height: float = 8 * mm
    cramped: bool = False
    strong: frozenset[int] = field(default_factory=frozenset)


class Paper:
    """A document in the making. `y` is where the next thing goes."""

    def __init__(self) -> None:
        self.out = io.BytesIO()
        self.canvas: Any = Canvas(self.out)
        self.width, self.height = A4
        self.left, self.y = 0.0, 0.0
        self.count = 0
        self.pages: list[dict[str, Any]] = []
        # The journal whose pages these are: what ends it may stand below them.
        self.about = 0
        self.heading: Callable[[], None] | None = None

    @property
    def room(self) -> float:
        """The width between the margins."""
        return self.width - self.left - RIGHT

    @property
    def below(self) -> float:
        """The height that is left on the page."""
        return self.y - BOTTOM

    def turn(self, lying: bool = False, heading: Callable[[], None] | None = None) -> None:
        """A new page; `heading` is drawn on it and on those that a long table goes on to."""
        if self.count:
            self._keep()
        self.count += 1
        orientation = "landscape" if lying else "portrait"
        self.width, self.height = (A4[1], A4[0]) if lying else A4
        self.canvas.setPageSize((self.width, self.height))
        self.left, self.y = LEFT[orientation] * mm, self.height - TOP[orientation] * mm
        self.heading = heading
        if heading:
            heading()

    def line(self, words: str, face: str = SERIF, size: float = 10.5, where: str = "left", gap: float = 0) -> None:
        """A paragraph of one face over the page's width, wrapped; `gap` is left below it."""
        for part in wrapped(words, face, size, self.room):
            if self.below < size * LEAD:
                self._next()
            self.y -= size * LEAD
            self.put(part, face, size, self.left, self.room, self.y, where)
        self.y -= gap

    def pair(self, left: str, right: str, size: float = 10.5) -> None:
        """Bold words on the left, in two lines where one is too short, and others on the right."""
        self.y -= size * LEAD
        self.put(right, SERIF, size, self.left, self.room, self.y, "right")
        room = self.room - stringWidth(right, SERIF, size) - 6 * mm
        own, lines = squeezed(left, BOLD, size, room, 2 * size * LEAD)
        for number, part in enumerate(lines):
            self.y -= own * LEAD if number else 0
            self.put(part, BOLD, own, self.left, room, self.y)
        self.y -= 2 * mm

    def fact(self, label: str, value: str, share: float = 0.34) -> None:
        """A label, and on a line beside it what is written there."""
        aside, size = self.room * share, 11.5
        lines = wrapped(value, BOLD, size, self.room - aside) or [""]
        self.y -= 2.6 * mm
        for number, part in enumerate(lines):
            self.y -= size * LEAD
            if not number:
                self.put(label, SERIF, size, self.left, aside, self.y)
            self.put(part, BOLD, size, self.left + aside, self.room - aside, self.y)
            self.rule(self.left + aside, self.y - 1.4 * mm, self.room - aside)
        self.y -= 1.4 * mm

    def rule(self, x: float, y: float, width: float, thick: float = 0.5) -> None:
        self.canvas.setLineWidth(thick)
        self.canvas.line(x, y, x + width, y)

    def put(self, words: str, face: str, size: float, x: float, width: float, y: float, where: str = "left") -> None:
        """One line inside a width; what is longer is cut with «…»."""
        if not words:
            return
        words = cut(words, face, size, width)
        self.canvas.setFont(face, size)
        if where == "left":
            self.canvas.drawString(x, y, words)
        elif where == "right":
            self.canvas.drawRightString(x + width, y, words)
        else:
            self.canvas.drawCentredString(x + width / 2, y, words)

    def table(self, table: Table) -> None:
        """The rows, over as many pages as they need, with the head on each."""
        heights = [_height(table, row) for row in table.rows]
        start, turned = 0, False
        while True:
            end, left = start, self.below - table.head_height
            # With a hair more: rows that share a page evenly add up to it only nearly.
            while end < len(heights) and heights[end] <= left + 0.01:
                left -= heights[end]
                end += 1
            # A heading that fills half a page would fill half of the next one, too.
            if end == start < len(heights) and self.below < self.height / 2 and not turned:
                self._next()
                turned = True
                continue
            end = max(end, min(start + 1, len(heights)))
            self._part(table, table.rows[start:end], heights[start:end])
            start = end
            if start >= len(heights):
                return
            self._next()
            turned = True

    def done(self, footer: str) -> bytes:
        """The file, its pages with the footer and «стр. N из M» where there is one."""
        self._keep()
        for number, page in enumerate(self.pages, 1):
            self.canvas.__dict__.update(page)
            if footer:
                numbered = f"стр. {number} из {self.count}"
                draw_footer(self.canvas, self.canvas._pagesize, footer, numbered)
            self.canvas.showPage()
        self.canvas.save()
        return self.out.getvalue()

    def _keep(self) -> None:
        """Put a finished page aside: how many there are is known when the last one is drawn."""
        self.pages.append(dict(self.canvas.__dict__))
        self.canvas._startPage()

    def _next(self) -> None:
        self.turn(self.width > self.height, self.heading)

    def _part(self, table: Table, rows: Sequence[Sequence[str]], heights: Sequence[float]) -> None:
        edges, tops = [self.left], [self.y, self.y - table.head_height]
        for column in table.columns:
            edges.append(edges[-1] + column.width)
        for height in heights:
            tops.append(tops[-1] - height)
        self.canvas.setFillGray(0.94)
        self.canvas.rect(edges[0], tops[1], edges[-1] - edges[0], table.head_height, stroke=0, fill=1)
        self.canvas.setFillGray(0)
        self.canvas.setLineWidth(0.4)
        self.canvas.grid(edges, tops)
        for number, words in enumerate(table.head):
            lines = words.split("\n")
            width = table.columns[number].width
            self._cell(lines, NARROW_BOLD, table.size - 0.5, edges[number], width, tops[0], tops[1])
        for place, row in enumerate(rows, 1):
            self._row(table, row, edges, tops[place], tops[place + 1])
        self.y = tops[-1]

    def _row(self, table: Table, row: Sequence[str], edges: Sequence[float], top: float, bottom: float) -> None:
        for number, words in enumerate(row):
            if not words:
                continue
            column = table.columns[number]
            face = NARROW_BOLD if number in table.strong else NARROW
            if not column.words:
                self._cell([words], face, table.size, edges[number], column.width, top, bottom)
            elif table.cramped:
                size, lines = squeezed(words, face, table.size, column.width - 2 * PAD, top - bottom)
                self._cell(lines, face, size, edges[number], column.width, top, bottom, "left")
            else:
                lines = wrapped(words, face, table.size, column.width - 2 * PAD)
                self._cell(lines, face, table.size, edges[number], column.width, top, bottom, "left")

    def _cell(
        self, lines: Sequence[str], face: str, size: float, x: float, width: float, top: float, bottom: float,
        where: str = "center",
    ) -> None:  # fmt: skip
        size = min((fitting(part, face, size, width - 2) for part in lines), default=size) if where != "left" else size
        high = size * LEAD
        y = (top + bottom) / 2 + len(lines) * high / 2 - size * 0.94
        for part in lines:
            self.put(part, face, size, x + (PAD if where == "left" else 1), width - (2 * PAD if where == "left" else 2),
                     y, where)  # fmt: skip
            y -= high


def draw(pages: Callable[[Paper], None], footer: str = "") -> tuple[bytes, int]:
    """The file that `pages` draws, and how many pages it has; they are numbered where there is a footer.

    One document at a time: the fonts are the process's.
    """
    with drawing_fonts:
        for face, file in FILES.items():
            if face not in getRegisteredFontNames():
                registerFont(TTFont(face, str(FONTS / f"{file}.ttf")))
        paper = Paper()
        pages(paper)
        return paper.done(footer), paper.count


def _height(table: Table, row: Sequence[str]) -> float:
    if table.cramped:
        return table.height
    lines = max(
        (
            len(
                wrapped(
                    words, NARROW_BOLD if n in table.strong else NARROW, table.size, table.columns[n].width - 2 * PAD
                )
            )
            for n, words in enumerate(row)
            if words and table.columns[n].words
        ),
        default=1,
    )
    return max(table.height, lines * table.size * LEAD + 1.6 * mm)

"""What closes a document, notes and signature, stands below rows of its table, never on a page by itself.

xhtml2pdf cuts a table where the page ends, whatever comes after it; ours looks first at what does. A signature on an
empty sheet could be put under any table.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, FrameBreak, KeepTogether
from xhtml2pdf.xhtml2pdf_reportlab import PmlTable

# Rows that go to the next page with the signature: at least so many, and as many more as are so high together (the
# figures of a consolidated sheet are five low ones); how many stay.
LAST, HIGH, STAY = 2, 20 * mm, 3
# More than that share of a page is no signature but text, which needs no rows above it.
MOST_SHARE = 0.6


class ClosingTable(PmlTable):
    """A table that ends a document; `closing` is what stands below it."""

    closing: Sequence[Flowable] = ()

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Too tall by a point where it fits and its closing does not: then it is asked to split."""
        own = super().wrap(width, height)
        if own[1] <= height and self._parts_with_closing(width, height - own[1]):
            return own[0], height + 1
        return own

    def split(self, width: float, height: float) -> list[Any]:
        early = self._can_part() and self._before_last() < height
        parts = super().split(width, self._before_last()) if early else []
        if not parts:
            early, parts = False, super().split(width, height)
        if len(parts) == 2:
            parts[1].closing = self.closing
        # There may be room for the rest, with its head repeated: it is to stand on the next page all the same.
        return [parts[0], FrameBreak(), parts[1]] if early and len(parts) == 2 else parts

    def _parts_with_closing(self, width: float, left: float) -> bool:
        """Whether the closing does not fit what is left, and the last rows can go with it."""
        if not self.closing or not self._can_part():
            return False
        needed = sum(one.wrapOn(self.canv, width, 10**6)[1] + one.getSpaceBefore() for one in self.closing)
        if needed <= left or needed > self._frame._aH * MOST_SHARE:
            return False
        return len(super().split(width, self._before_last())) == 2

    def _can_part(self) -> bool:
        return bool(self.closing) and len(self._rowHeights) - self._repeatCount() >= self._last() + STAY

    def _last(self) -> int:
        count, high = 0, 0.0
        for row in reversed(self._rowHeights):
            if count >= LAST and high >= HIGH:
                break
            count, high = count + 1, high + row
        return count

    def _before_last(self) -> float:
        """The height of all rows but the last ones, with a hair more: sums of heights are not exact."""
        return float(sum(self._rowHeights[: -self._last()])) + 0.01


def keep_rows(story: Sequence[Flowable]) -> None:
    """The last table with a repeated head learns what comes after it."""
    for place in range(len(story) - 2, -1, -1):
        table = story[place]
        if isinstance(table, PmlTable) and table.repeatRows:
            table.__class__ = ClosingTable
            # Heights of all rows are asked for, also of those beyond the page.
            table._longTableOptimize = 0
            table.closing = list(_opened(story[place + 1 :]))
            return


def _opened(story: Sequence[Flowable]) -> Iterator[Flowable]:
    """What is kept together is asked one by one: as a whole it says no height."""
    for one in story:
        yield from _opened(one._content) if isinstance(one, KeepTogether) else (one,)

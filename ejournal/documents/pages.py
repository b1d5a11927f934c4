"""Pages of rendered documents put together; on each its number, the document's, who printed it and when (п. 3.7), and
the log's closing hash (п. 4.2).

Stamped after the merge: only then is it known how many pages there are.
"""

import io
from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any

from reportlab import rl_config
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import getRegisteredFontNames, registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from ejournal.documents.base import FONTS, LEFT

if TYPE_CHECKING:
    from pypdf import PdfWriter

FACE, SIZE = "FooterNarrow", 7.5
BOTTOM, RIGHT = 8 * mm, 12 * mm
# Further lines of a footer.
SMALL, BELOW = 6, 2.8 * mm

# Streams as they are: a fifth smaller, and quicker, than written in 85 printable signs.
rl_config.useA85 = 0

# ReportLab's fonts are the process's; one document at a time draws with them.
drawing_fonts = Lock()


def join(parts: Sequence[bytes], footer: str = "") -> tuple[bytes, int]:
    """One file of the parts, every page with the footer and «стр. N из M»; the file and how many pages it has."""
    from pypdf import PdfReader, PdfWriter  # six megabytes, which most processes never need

    writer = PdfWriter()
    for part in parts:
        writer.append(PdfReader(io.BytesIO(part)), import_outline=False)
    if footer:
        _stamp(writer, footer)
    writer.compress_identical_objects()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue(), len(writer.pages)


def _stamp(writer: "PdfWriter", footer: str) -> None:
    from pypdf import PdfReader

    sizes = [(float(page.mediabox.width), float(page.mediabox.height)) for page in writer.pages]
    overlay = PdfReader(io.BytesIO(_footers(sizes, footer)))
    for page, over in zip(writer.pages, overlay.pages, strict=True):
        page.merge_page(over)


def _footers(sizes: Sequence[tuple[float, float]], footer: str) -> bytes:
    """Pages with nothing but a thin line, the words below it on the left and the number on the right."""
    out = io.BytesIO()
    with drawing_fonts:
        _register()
        canvas: Any = Canvas(out)
        for number, size in enumerate(sizes, 1):
            canvas.setPageSize(size)
            draw_footer(canvas, size, footer, f"стр. {number} из {len(sizes)}")
            canvas.showPage()
        canvas.save()
    return out.getvalue()


def draw_footer(canvas: Any, size: tuple[float, float], footer: str, numbered: str) -> None:
    """A thin line, the words below it on the left and the number on the right; a second line of words in small."""
    width, height = size
    words, _end, small = footer.partition("\n")
    left = LEFT["portrait" if width < height else "landscape"] * mm
    canvas.setLineWidth(0.4)
    canvas.line(left, BOTTOM + 3 * mm, width - RIGHT, BOTTOM + 3 * mm)
    canvas.setFont(FACE, SIZE)
    room = width - left - RIGHT - stringWidth(numbered, FACE, SIZE) - 12
    canvas.drawString(left, BOTTOM, _fitted(words, room))
    canvas.drawRightString(width - RIGHT, BOTTOM, numbered)
    if small:
        canvas.setFont(FACE, SMALL)
        canvas.drawString(left, BOTTOM - BELOW, small)


def _register() -> None:
    if FACE not in getRegisteredFontNames():
        registerFont(TTFont(FACE, str(FONTS / "PTN57F.ttf")))


def _fitted(text: str, width: float) -> str:
    """Cut so that it never runs into the page's number."""
    if stringWidth(text, FACE, SIZE) <= width:
        return text
    while text and stringWidth(f"{text}…", FACE, SIZE) > width:
        text = text[:-1]
    return f"{text}…"

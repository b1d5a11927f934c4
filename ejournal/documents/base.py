"""From a template to a PDF: one look, one set of fonts, and nothing read from anywhere but the fonts' folder.

xhtml2pdf fetches whatever a document names (pictures, CSS, @import, fonts), and `link_callback` does not stop it:
the policy does.
"""

import base64
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

import segno
from flask import current_app

from ejournal.config import ROOT

FONTS = ROOT / "static" / "fonts"
# Room for the binder on the left of an upright sheet; a lying one is bound at its top.
LEFT, TOP = {"portrait": 20, "landscape": 12}, {"portrait": 14, "landscape": 10}
# Looks of a document: as it is meant, and two that save room for its signature (document.css).
LOOKS = 3
# Closer rows may spare a second page, if it is not filled more than that.
MOST_FILLED = 0.65
# A busy server lays out a page of eighty columns in a tenth of it; ours are the templates, so it is only a last resort.
MOST_SECONDS = 180
one_at_a_time = Lock()


class RenderError(RuntimeError):
    """A template of ours made something that is no document."""


def render(template: str, *, orientation: str = "portrait", tight: int = 0, **context: Any) -> bytes:
    """A template of templates/documents/print as a PDF without its footers (see pages.stamp).

    `tight`: 0, 1 or 2, how close its rows stand; the smallest letters of a grid are 7 points.
    """
    jinja = current_app.jinja_env
    css = jinja.get_template("documents/print/document.css")
    lying = orientation == "landscape"
    margins = {"left": LEFT[orientation], "top": TOP[orientation]}
    look = css.render(size=f"A4 {orientation}", lying=lying, tight=tight, **margins)
    html = jinja.get_template(f"documents/print/{template}").render(**context, lying=lying)
    return from_html(html, look, context.get("title", ""))


def fitted(template: str, *, orientation: str = "portrait", **context: Any) -> bytes:
    """The same in the loosest look that spares a second page with a few rows and the signature on it."""
    loose = render(template, orientation=orientation, **context)
    for tight in range(1, LOOKS if _is_spilt(loose) else 0):
        closer = render(template, orientation=orientation, tight=tight, **context)
        if len(_pages(closer)) == 1:
            return closer
    return loose


def from_html(html: str, css: str = "", title: str = "") -> bytes:
    """HTML as a PDF. Whatever it names outside static/fonts is left out, unread."""
    # Only where something is printed: 30 MB and a second of the start of every process.
    from xhtml2pdf import pisa
    from xhtml2pdf.config.resources import ResourceAccessPolicy
    from xhtml2pdf.default import DEFAULT_CSS

    out = io.BytesIO()
    policy = ResourceAccessPolicy.server(base_dir=FONTS, allow_remote=False, max_render_seconds=MOST_SECONDS)
    with _rows_above_the_signature():
        done = pisa.CreatePDF(
            f'<html lang="ru"><body>{html}</body></html>',
            dest=out,
            path=str(FONTS / "document.html"),
            default_css=DEFAULT_CSS + css,
            context_meta={"title": title},
            resource_policy=policy,
        )
    if done.err:
        raise RenderError(f"{done.err} errors in a document")
    return out.getvalue()


@contextmanager
def _rows_above_the_signature() -> Iterator[None]:
    """Between reading a document and laying it out xhtml2pdf lets nobody in: its own step is led through ours."""
    from xhtml2pdf import document

    from ejournal.documents.closing import keep_rows

    with one_at_a_time:
        read = document.pisaStory

        def read_and_keep(*given: Any, **named: Any) -> Any:
            context = read(*given, **named)
            keep_rows(context.story)
            return context

        document.pisaStory = read_and_keep
        try:
            yield
        finally:
            document.pisaStory = read


def _is_spilt(content: bytes) -> bool:
    """Whether there are two pages, the second filled so little that closer rows may spare it."""
    pages = _pages(content)
    if len(pages) != 2:
        return False
    heights: list[float] = []

    def look(words: str, page: Sequence[float], text: Sequence[float], _font: Any, _size: float) -> None:
        if words.strip():
            heights.append(text[4] * page[1] + text[5] * page[3] + page[5])

    pages[-1].extract_text(visitor_text=look)
    return min(heights, default=0) > float(pages[-1].mediabox.height) * (1 - MOST_FILLED)


def _pages(content: bytes) -> Sequence[Any]:
    from pypdf import PdfReader  # six megabytes, which most processes never need

    return PdfReader(io.BytesIO(content)).pages


def qr(address: str, border: int = 0) -> str:
    """An address as a picture in the document; `border` in modules, where no white stands around it."""
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="png", scale=4, border=border)
    return picture(out.getvalue())


def picture(png: bytes) -> str:
    """A picture inside the document itself: the only kind it may show."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"

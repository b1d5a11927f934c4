"""From a template to a PDF: one look, one set of fonts, and nothing read from anywhere but the fonts' folder.

xhtml2pdf fetches whatever a document names (pictures, CSS, @import, fonts), and `link_callback` does not stop it:
the policy does.
"""

import base64
import io
from typing import Any

import segno
from flask import current_app

from ejournal.config import ROOT

FONTS = ROOT / "static" / "fonts"
# Room for the binder on the left of an upright sheet; a lying one is bound at its top.
LEFT, TOP = {"portrait": 20, "landscape": 12}, {"portrait": 14, "landscape": 10}
# Above the title: a lying sheet of a usual group is to hold its signature too.
TITLE = {"portrait": 4, "landscape": 2}
# A busy server lays out a page of eighty columns in a tenth of it; ours are the templates, so it is only a last resort.
MOST_SECONDS = 180


class RenderError(RuntimeError):
    """A template of ours made something that is no document."""


def render(template: str, *, orientation: str = "portrait", **context: Any) -> bytes:
    """A template of templates/documents/print as a PDF without its footers (see pages.stamp)."""
    jinja = current_app.jinja_env
    css = jinja.get_template("documents/print/document.css")
    look = css.render(
        size=f"A4 {orientation}", left=LEFT[orientation], top=TOP[orientation], title_gap=TITLE[orientation]
    )
    return from_html(jinja.get_template(f"documents/print/{template}").render(context), look, context.get("title", ""))


def from_html(html: str, css: str = "", title: str = "") -> bytes:
    """HTML as a PDF. Whatever it names outside static/fonts is left out, unread."""
    # Only where something is printed: 30 MB and a second of the start of every process.
    from xhtml2pdf import pisa
    from xhtml2pdf.config.resources import ResourceAccessPolicy
    from xhtml2pdf.default import DEFAULT_CSS

    out = io.BytesIO()
    policy = ResourceAccessPolicy.server(base_dir=FONTS, allow_remote=False, max_render_seconds=MOST_SECONDS)
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


def qr(address: str, border: int = 0) -> str:
    """An address as a picture in the document; `border` in modules, where no white stands around it."""
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="png", scale=4, border=border)
    return picture(out.getvalue())


def picture(png: bytes) -> str:
    """A picture inside the document itself: the only kind it may show."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"

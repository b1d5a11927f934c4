"""The guides and their search. Open to everybody: they hold no data, and who cannot sign in needs them most."""

import re
import struct
from collections.abc import Callable
from functools import cache
from typing import cast

from flask import Flask, current_app, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup

from ejournal.access import public
from ejournal.config import ROOT
from ejournal.models import Role
from ejournal.services import guides
from ejournal.services.errors import NotFoundError
from ejournal.web.context import active_role
from ejournal.web.help import bp, places


@bp.get("/")
@public
def index() -> str:
    """«?q=»: sections that hold these words."""
    roles = own_roles()
    text = request.args.get("q", "").strip()[:100]
    hits = guides.find(text, roles) if text else []
    ordered = guides.ordered(roles)
    return render_template("help/index.html", guides=ordered, text=text, hits=hits, own=len(roles) + 1)


@bp.get("/<guide_name>")
@public
def guide(guide_name: str) -> str:
    found = guides.every().get(guide_name)
    if not found:
        raise NotFoundError("Такой страницы в справке нет. Поищите нужное словами.")
    return render_template("help/guide.html", guide=found)


@bp.record_once
def offer_help(state: object) -> None:
    app: Flask = state.app  # type: ignore[attr-defined]
    app.jinja_env.globals["help_address"] = help_address
    app.jinja_env.filters["guide_html"] = guide_html


def help_address() -> str:
    """The place of the help that explains the page shown."""
    anchor = places.anchor_of(request.endpoint)
    name, anchor = guides.place(anchor, own_roles()) if anchor else ("", "")
    return url_for("help.guide", guide_name=name, _anchor=anchor) if name else url_for("help.index")


def own_roles() -> list[Role]:
    """The reader's roles, the one chosen in the header first."""
    chosen = active_role(current_user) if current_user.is_authenticated else None
    return [chosen, *(role for role in Role if role in current_user.roles and role != chosen)] if chosen else []


def guide_html(html: str) -> Markup:
    """A section as the domain made and cleaned it; its pictures («help/…») by their hashed addresses, with sizes.

    Without sizes a picture that comes late pushes away the section the reader was led to.
    """
    static_url = cast(Callable[[str], str], current_app.jinja_env.globals["static_url"])

    def sized(found: re.Match[str]) -> str:
        width, height = webp_size(found[1])
        return f'width="{width}" height="{height}" src="{static_url(found[1])}"'

    return Markup(re.sub(r'src="(help/[a-z]+\.webp)"', sized, html))  # noqa: S704 - cleaned by domain/guide.py


@cache
def webp_size(path: str) -> tuple[int, int]:
    """Width and height of a lossy WebP of static/: two 14-bit numbers after the frame's start code (RFC 9649)."""
    with (ROOT / "static" / path).open("rb") as file:
        width, height = struct.unpack("<HH", file.read(30)[26:])
    return width & 0x3FFF, height & 0x3FFF

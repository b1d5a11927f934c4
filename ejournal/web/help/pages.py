"""The guides and their search. Open to everybody: they hold no data, and who cannot sign in needs them most."""

from flask import Flask, render_template, request, url_for
from flask_login import current_user

from ejournal.access import public
from ejournal.services import guides
from ejournal.services.errors import NotFoundError
from ejournal.web.context import active_role
from ejournal.web.help import bp, places


@bp.get("/")
@public
def index() -> str:
    """«?q=»: sections that hold these words."""
    role = active_role(current_user) if current_user.is_authenticated else None
    text = request.args.get("q", "").strip()[:100]
    hits = guides.find(text, role) if text else []
    return render_template("help/index.html", guides=guides.ordered(role), text=text, hits=hits, own=2 if role else 1)


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


def help_address() -> str:
    """The place of the help that explains the page shown."""
    role = active_role(current_user) if current_user.is_authenticated else None
    anchor = places.anchor_of(request.endpoint)
    name, anchor = guides.place(anchor, role) if anchor else ("", "")
    return url_for("help.guide", guide_name=name, _anchor=anchor) if name else url_for("help.index")

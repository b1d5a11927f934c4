"""«Что изменилось в журнале»: a line over the page after an update, and the whole list."""

from datetime import datetime
from typing import NamedTuple

from flask import Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits, public
from ejournal.models import Role
from ejournal.services import updates
from ejournal.web.help import bp
from ejournal.web.navigation import safe_path


class Update(NamedTuple):
    """What the line says: when the newest came, how many the reader has not seen."""

    at: datetime
    number: int


@bp.get("/updates")
@public
def list_updates() -> str:
    viewer = current_user if current_user.is_authenticated else None
    fresh = updates.fresh(viewer) if viewer else {}
    return render_template("help/updates.html", versions=updates.readable(viewer), fresh=fresh)


@bp.post("/updates/seen")
@permits(*Role)
def see_updates() -> ResponseReturnValue:
    updates.put_aside(current_user)
    return redirect(safe_path(request.form.get("next"), url_for("help.list_updates")))


@bp.record_once
def offer_news(state: object) -> None:
    app: Flask = state.app  # type: ignore[attr-defined]
    app.jinja_env.globals["latest_update"] = latest_update


def latest_update() -> Update | None:
    """What is new to the reader; None for nothing, or for nobody."""
    fresh = updates.fresh(current_user) if current_user.is_authenticated else {}
    return Update(max(fresh.values()), len(fresh)) if fresh else None

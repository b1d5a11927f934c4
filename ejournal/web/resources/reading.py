"""The catalogue, and telling that a link is dead."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import OVERSEERS, STAFF, permits
from ejournal.models import RESOURCE_KINDS, Role
from ejournal.services import resource_edit, resources
from ejournal.web.errors import is_fragment
from ejournal.web.resources import bp


@bp.get("/")
@permits(*Role)
def index() -> str:
    """«?kind=leisure», «?tag=физика», «?q=»."""
    kind, tag, text = (request.args.get(name, "").strip() for name in ("kind", "tag", "q"))
    return render_template(
        "resources/index.html",
        catalogue=resources.catalogue(current_user, kind, tag, text),
        waiting=resources.waiting(current_user),
        dead=resources.dead(current_user),
        kind=kind,
        tag=tag,
        text=text,
        kinds=list(RESOURCE_KINDS.items()),
        may_edit=current_user.holds(OVERSEERS),
        may_suggest=current_user.holds(STAFF),
    )


@bp.post("/<int:resource_id>/dead-link")
@permits(*Role)
def tell_dead(resource_id: int) -> ResponseReturnValue:
    resource_edit.tell_dead(current_user, resource_id)
    if is_fragment():
        return render_template("resources/_told.html")
    flash("Спасибо: администрация проверит ссылку.")
    return redirect(url_for("resources.index"))

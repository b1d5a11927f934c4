"""Writing to the parents of a group, and what became of it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import LEADERS, permits
from ejournal.extensions import db
from ejournal.models import LETTER_STATES
from ejournal.services import bulletins, mail
from ejournal.services.errors import FieldsError, RefusedError
from ejournal.web.bulletins import bp


@bp.get("/")
@permits(*LEADERS)
def index() -> ResponseReturnValue:
    """A curator of one group need not choose."""
    found = bulletins.groups(current_user)
    if len(found) == 1:
        return redirect(url_for("bulletins.group", group_id=found[0].id))
    return render_template("bulletins/index.html", groups=found)


@bp.get("/groups/<int:group_id>")
@permits(*LEADERS)
def group(group_id: int) -> str:
    return _page(group_id)


@bp.post("/groups/<int:group_id>")
@permits(*LEADERS)
def send(group_id: int) -> ResponseReturnValue:
    form = request.form
    chosen = form.getlist("parents", type=int)
    try:
        made = bulletins.send(current_user, group_id, form.get("subject", ""), form.get("text", ""), chosen)
    except RefusedError as error:
        db.session.rollback()
        return _page(group_id, error), error.status
    flash("Письма поставлены в очередь: отправка займёт до нескольких минут.")
    return redirect(url_for("bulletins.show", bulletin_id=made.id))


@bp.get("/<int:bulletin_id>")
@permits(*LEADERS)
def show(bulletin_id: int) -> str:
    made, letters = bulletins.find(current_user, bulletin_id)
    return render_template("bulletins/show.html", bulletin=made, letters=letters, states=LETTER_STATES)


def _page(group_id: int, error: RefusedError | None = None) -> str:
    found, parents, written = bulletins.of_group(current_user, group_id)
    return render_template(
        "bulletins/group.html",
        group=found,
        parents=parents,
        written=written,
        ready=mail.is_ready(),
        typed=request.form,
        chosen=set(request.form.getlist("parents", type=int)) if error else None,
        errors=error.fields if isinstance(error, FieldsError) else {},
        refused=None if isinstance(error, FieldsError) or error is None else error.message,
    )

"""The journals of a group at the end of a period: what is closed, what is not, closing many at once."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.models import Role
from ejournal.services import closing_list
from ejournal.web.closing import bp


@bp.get("/")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def index() -> str:
    group, period = request.args.get("group", type=int), request.args.get("period", type=int)
    return render_template("closing/index.html", listing=closing_list.load(current_user, group, period))


@bp.post("/")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def close_many() -> ResponseReturnValue:
    """Close the period in the ticked journals."""
    period = request.form.get("period", 0, type=int)
    done, refused = closing_list.close_many(current_user, period, request.form.getlist("course", int))
    flash(f"Закрыто журналов: {done}.")
    for message in refused:
        flash(message, "error")
    return redirect(url_for("closing.index", group=request.form.get("group", type=int), period=period or None))

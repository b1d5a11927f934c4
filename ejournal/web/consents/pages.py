"""Consents: groups with how many answered, a group's students, entering for many at once."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.extensions import db
from ejournal.models import CONSENTS, Role
from ejournal.services import consents, periods, readiness
from ejournal.services.errors import FieldsError
from ejournal.web.consents import bp


@bp.get("/")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def index() -> str:
    listed = readiness.load(periods.chosen())
    return render_template("consents/index.html", lines=readiness.part(listed, "consents"))


@bp.get("/groups/<int:group_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN, Role.CURATOR)
def group(group_id: int) -> str:
    return _page(group_id, {})


@bp.post("/groups/<int:group_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN, Role.CURATOR)
def record(group_id: int) -> ResponseReturnValue:
    form = request.form
    try:
        dated = form.get("dated", type=date.fromisoformat)
        ids = form.getlist("student_ids", type=int)
        done = consents.record(current_user, group_id, ids, form.get("kind", ""), dated, form.get("number", ""))
    except FieldsError as error:
        db.session.rollback()
        return _page(group_id, error.fields), error.status
    flash(f"Внесено: {done}.")
    return redirect(url_for("consents.group", group_id=group_id))


def _page(group_id: int, errors: dict[str, str]) -> str:
    found, lines = consents.of_group(current_user, group_id)
    return render_template(
        "consents/group.html",
        group=found,
        lines=lines,
        kinds=CONSENTS,
        errors=errors,
        typed=request.form,
        ticked=set(request.form.getlist("student_ids", type=int)),
    )

"""«Второй шаг входа»: the telephone is set up, changed, taken off; codes for paper (п. 3.8-3.11)."""

import segno
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits, proven
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import second_step
from ejournal.services.errors import RefusedError
from ejournal.web.profile import bp, panels


@panels.panel("profile/_second_step.html", order=15)
def factor() -> dict[str, object]:
    return {"state": second_step.own(current_user)}


@bp.get("/second-step", endpoint="second_step")
@permits(*Role)
def show() -> str:
    """How it stands; with «?new=1», or where there is none yet, what a telephone needs."""
    return _page()


@bp.post("/second-step", endpoint="confirm_second_step")
@permits(*Role)
@proven
def confirm() -> ResponseReturnValue:
    """A wrong code leaves the same key on the page: the telephone has it already."""
    try:
        codes = second_step.confirm(current_user, request.form.get("sealed", ""), request.form.get("code", ""))
    except RefusedError as error:
        db.session.rollback()
        return _page(error.message), error.status
    return render_template("profile/recovery_codes.html", codes=codes, is_new=True)


@bp.post("/second-step/codes", endpoint="renew_codes")
@permits(*Role)
@proven
def renew() -> ResponseReturnValue:
    try:
        codes = second_step.renew_codes(current_user)
    except RefusedError as error:
        db.session.rollback()
        return _page(error.message), error.status
    return render_template("profile/recovery_codes.html", codes=codes, is_new=False)


@bp.post("/second-step/ending", endpoint="end_second_step")
@permits(*Role)
@proven
def end() -> ResponseReturnValue:
    try:
        second_step.turn_off(current_user)
    except RefusedError as error:
        db.session.rollback()
        return _page(error.message), error.status
    flash("Второй шаг выключен: для входа достаточно пароля.")
    return redirect(url_for("profile.second_step"))


def _page(error: str = "") -> str:
    state = second_step.own(current_user)
    wants = request.method == "POST" and request.endpoint == "profile.confirm_second_step"
    shows_key = not state.is_demo and (state.row is None or wants or "new" in request.args)
    # The name of the site: short, or the picture is too fine for a telephone.
    setup = second_step.prepare(current_user, request.host, request.form.get("sealed", "")) if shows_key else None
    picture = segno.make(setup.address, error="m").svg_data_uri(scale=5, border=2) if setup else ""
    return render_template("profile/second_step.html", state=state, setup=setup, picture=picture, error=error)

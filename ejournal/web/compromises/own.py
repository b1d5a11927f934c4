"""«Сообщить о компрометации» in the profile."""

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import compromises
from ejournal.services.errors import ServiceError
from ejournal.web.compromises import bp, form
from ejournal.web.entering import start_session
from ejournal.web.profile import panels


@panels.panel("compromises/_panel.html", order=20)
def safety() -> dict[str, object]:
    return {}


@bp.get("/profile/compromise")
@permits(*Role)
def new_own() -> str:
    return render_template("compromises/own.html", **form.values())


@bp.post("/profile/compromise")
@permits(*Role)
def create_own() -> ResponseReturnValue:
    """With the password a new one at once; without it (`without`) a one-time code is needed."""
    try:
        if request.form.get("without"):
            compromises.report_without_password(current_user, form.told())
            session.clear()
            flash("Все сеансы завершены, прежний пароль не действует. За кодом активации подойдите к администратору.")
            return redirect(url_for("account.ask_code"))
        account = compromises.report(current_user, form.told(), request.form.get("old", ""), *form.new_password())
    except ServiceError as error:
        db.session.rollback()
        return render_template("compromises/own.html", **form.values(error)), error.status
    start_session(account)
    flash("Все прежние сеансы завершены, новый пароль задан. Администрация и поддержка уведомлены (п. 3.11).")
    return redirect(url_for("profile.index"))

"""The same on the sign-in page: with the password, by the link from the e-mail, or without any proof."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ejournal.access import public
from ejournal.extensions import db
from ejournal.services import compromises
from ejournal.services.errors import ServiceError
from ejournal.web.compromises import bp, form
from ejournal.web.entering import enter

DONE = "Все прежние сеансы завершены, новый пароль задан. Администрация и поддержка уведомлены (п. 3.11)."


@bp.get("/compromise")
@public
def ask() -> str:
    return _page()


@bp.get("/compromise/password")
@public
def ask_again() -> ResponseReturnValue:
    """Where a refused form stood; without this its address would be read as the link of a letter."""
    return redirect(url_for("compromises.ask"))


@bp.post("/compromise/password")
@public
def create_with_password() -> ResponseReturnValue:
    username, old = request.form.get("username", ""), request.form.get("old", "")
    try:
        account = compromises.report_with_password(username, form.told(), old, *form.new_password())
    except ServiceError as error:
        db.session.rollback()
        return _page(error), error.status
    return enter(account, url_for("profile.index"), DONE)


@bp.post("/compromise")
@public
def create() -> ResponseReturnValue:
    """The answer is the same whoever is named."""
    try:
        compromises.report_as_stranger(request.form.get("username", ""), form.told())
    except ServiceError as error:
        db.session.rollback()
        return _page(error, without=True), error.status
    return render_template("compromises/heard.html", mail=compromises.mail_is_set_up())


@bp.get("/compromise/<proof>")
@public
def link(proof: str) -> str:
    account = compromises.find_by_link(proof)
    return render_template("compromises/link.html", proof=proof, account=account, **form.values())


@bp.post("/compromise/<proof>")
@public
def create_by_link(proof: str) -> ResponseReturnValue:
    try:
        account = compromises.report_by_link(proof, form.told(), *form.new_password())
    except ServiceError as error:
        db.session.rollback()
        account = compromises.find_by_link(proof)
        page = render_template("compromises/link.html", proof=proof, account=account, **form.values(error))
        return page, error.status
    return enter(account, url_for("profile.index"), DONE)


def _page(error: ServiceError | None = None, without: bool = False) -> str:
    mail = compromises.mail_is_set_up()
    return render_template("compromises/ask.html", mail=mail, without=without, **form.values(error))

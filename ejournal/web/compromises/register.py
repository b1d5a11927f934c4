"""The register for administration and support: what is open, what was done (п. 3.11)."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import account_admin, compromise_register, compromises
from ejournal.services.errors import FieldsError, RefusedError
from ejournal.web.compromises import bp, form

STATES = (("open", "открытые"), ("closed", "закрытые"))


@bp.get("/admin/compromises")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def index() -> str:
    return _page()


@bp.post("/admin/compromises/<int:compromise_id>/securing")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def secure(compromise_id: int) -> ResponseReturnValue:
    try:
        compromise_register.secure(current_user, compromise_id)
    except RefusedError as error:
        db.session.rollback()
        flash(error.message, "error")
    else:
        flash("Сеансы завершены, прежний пароль не действует. Выдайте новый код активации.")
    return redirect(url_for("compromises.index"))


@bp.post("/admin/compromises/<int:compromise_id>/closing")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def close(compromise_id: int) -> ResponseReturnValue:
    try:
        compromise_register.close(current_user, compromise_id, request.form.get("outcome", ""))
    except FieldsError as error:
        db.session.rollback()
        return _page(compromise_id, error), error.status
    except RefusedError as error:
        db.session.rollback()
        flash(error.message, "error")
    else:
        flash("Сообщение закрыто, итог записан в реестр.")
    return redirect(url_for("compromises.index"))


@bp.post("/admin/people/<int:person_id>/compromises")
@permits(Role.SYSADMIN)
def create_for(person_id: int) -> ResponseReturnValue:
    """What somebody told in person: the administrator enters it."""
    try:
        compromises.report_for(current_user, account_admin.find_account(person_id), form.told())
    except RefusedError as error:
        db.session.rollback()
        flash(" ".join(error.fields.values()) if isinstance(error, FieldsError) else error.message, "error")
    else:
        flash("Внесено в реестр. Все сеансы завершены, прежний пароль не действует: выдайте новый код активации.")
    return redirect(url_for("admin.person", person_id=person_id))


def _page(refused: int = 0, error: FieldsError | None = None) -> str:
    state = request.args.get("state", "")
    page = max(1, min(request.args.get("page", 1, type=int), 100_000))
    lines, pages = compromise_register.listing(state, page)
    return render_template(
        "compromises/index.html",
        lines=lines,
        page=page,
        pages=pages,
        state=state,
        states=STATES,
        counts=compromise_register.counts(),
        refused=refused,
        error=error.fields["outcome"] if error else None,
        typed=request.form.get("outcome", ""),
    )

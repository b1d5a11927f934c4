"""The terms of the regulation as the college has set them, and who gets the letters (п. 4.2)."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import mail, settings, term_settings
from ejournal.services.errors import FieldsError
from ejournal.web.control import bp


@bp.get("/terms")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def terms() -> str:
    return _page({})


@bp.post("/terms")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def save_terms() -> ResponseReturnValue:
    chosen = [request.form.getlist(name, type=int) for name in term_settings.LISTS]
    try:
        changed = term_settings.save(current_user, request.form, *chosen)
    except FieldsError as error:
        db.session.rollback()
        return _page(error.fields), error.status
    flash("Сохранено." if changed else "Ничего не изменилось.")
    return redirect(url_for("control.terms"))


def _page(errors: dict[str, str]) -> str:
    typed = request.form if errors else {}
    chosen = {name: set(request.form.getlist(name)) for name in term_settings.LISTS} if errors else None
    return render_template(
        "control/terms.html",
        lines=term_settings.load(),
        receivers=term_settings.receivers(),
        lists=term_settings.LISTS,
        homework=term_settings.HOMEWORK,
        owes=typed.get("homework_for") or settings.get("control.homework"),
        typed=typed,
        chosen=chosen,
        errors=errors,
        mail_why_not=mail.why_not(),
    )

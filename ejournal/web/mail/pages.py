"""Mail for the system administrator: settings, a trial letter, letters and addresses that need a decision."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits, proven
from ejournal.extensions import db
from ejournal.models import LETTER_STATES, Role
from ejournal.services import letters, mail_admin
from ejournal.services.errors import FieldsError, RefusedError
from ejournal.web.mail import bp


@bp.get("")
@permits(Role.SYSADMIN)
def index() -> str:
    return _page()


@bp.post("")
@permits(Role.SYSADMIN)
@proven
def save() -> ResponseReturnValue:
    try:
        changed = mail_admin.save(current_user, request.form)
    except FieldsError as error:
        db.session.rollback()
        return _page(error.fields, request.form.to_dict()), error.status
    flash("Сохранено." if changed else "Ничего не изменилось.")
    return redirect(url_for("mail.index"))


@bp.post("/trial")
@permits(Role.SYSADMIN)
def try_out() -> ResponseReturnValue:
    """The letter goes at once, and so does the answer: what the server said, in words."""
    address = request.form.get("address", "")
    try:
        done = mail_admin.try_out(current_user, address)
    except RefusedError as error:
        db.session.rollback()
        wrong = error.fields["address"] if isinstance(error, FieldsError) else error.message
        return _page({"address": wrong}, typed_address=address), error.status
    flash(done)
    return redirect(url_for("mail.index"))


@bp.post("/letters/<int:letter_id>/again")
@permits(Role.SYSADMIN)
def send_again(letter_id: int) -> ResponseReturnValue:
    letters.send_again(current_user, letter_id)
    flash("Письмо снова в очереди.")
    return redirect(url_for("mail.index"))


@bp.post("/letters/<int:letter_id>/dismissal")
@permits(Role.SYSADMIN)
def dismiss(letter_id: int) -> ResponseReturnValue:
    letters.dismiss(current_user, letter_id)
    flash("Письмо больше не отправляется.")
    return redirect(url_for("mail.index"))


@bp.post("/addresses/<int:bounced_id>/again")
@permits(Role.SYSADMIN)
def try_address_again(bounced_id: int) -> ResponseReturnValue:
    letters.try_address_again(current_user, bounced_id)
    flash("На этот адрес снова можно писать.")
    return redirect(url_for("mail.index"))


def _page(
    errors: Mapping[str, str] | None = None, values: Mapping[str, Any] | None = None, typed_address: str = ""
) -> str:
    return render_template(
        "mail/index.html",
        state=mail_admin.state(),
        values=values or mail_admin.load(),
        numbers=mail_admin.NUMBERS,
        titles={field: title for field, (_key, title) in mail_admin.FIELDS.items()},
        errors=errors or {},
        typed_address=typed_address,
        origin=request.url_root.rstrip("/"),
        troubled=letters.troubled(),
        bounced=letters.bounced(),
        states=LETTER_STATES,
    )

"""One's own e-mail address: asked for in the profile, confirmed by the link of a letter."""

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import mail, own_address
from ejournal.services.errors import FieldsError, RefusedError
from ejournal.web.notices import bp
from ejournal.web.profile import panels


@bp.post("/profile/address")
@permits(*Role)
def wish_address() -> ResponseReturnValue:
    typed = request.form.get("address", "").strip()
    try:
        own_address.wish(current_user, typed)
    except RefusedError as error:
        db.session.rollback()
        session["address-typed"] = typed[:250]
        flash(error.fields["address"] if isinstance(error, FieldsError) else error.message, "error")
    else:
        flash(f"Письмо со ссылкой отправлено на {typed}. До подтверждения остаётся прежний адрес.")
    return redirect(url_for("profile.index"))


@bp.get("/profile/address/<address_proof>")
@permits(*Role)
def confirm_address(address_proof: str) -> str:
    """A page with a button: mail programs open links by themselves, and that must confirm nothing."""
    proof = own_address.find(current_user, address_proof)
    return render_template("notices/confirm.html", address_proof=address_proof, wished=proof.wished)


@bp.post("/profile/address/<address_proof>")
@permits(*Role)
def save_address(address_proof: str) -> ResponseReturnValue:
    address = own_address.confirm(current_user, address_proof)
    flash(f"Адрес {address} подтверждён.")
    return redirect(url_for("profile.index"))


@panels.panel("notices/_address.html", order=15)
def address() -> dict[str, object]:
    standing, proof = own_address.of(current_user)
    typed = session.pop("address-typed", None) or standing.address
    return {"standing": standing, "proof": proof, "ready": mail.is_ready(), "typed": typed}

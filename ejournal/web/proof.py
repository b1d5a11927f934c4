"""The page between a dangerous action and its doing: «подтвердите, что это вы» (views declared `access.proven`).

The form that was sent comes back inside it whole, so that nothing typed is lost: with the right password the same
request goes on as if it had not been stopped.
"""

from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.extensions import db
from ejournal.services import proof, second_step
from ejournal.services.errors import ServiceError, TooManyError
from ejournal.web.errors import answer, is_fragment

FIELD = "own_proof"
NEEDED = "Прошло больше 10 минут с входа: откройте эту страницу заново и подтвердите, что это вы."


def init_app(app: Flask) -> None:
    """After the token was checked: another site must not fill in what the person then confirms."""
    app.before_request(check_proof)


def check_proof() -> ResponseReturnValue | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if not getattr(view, "proven", False) or proof.is_fresh(current_user):
        return None
    if is_fragment():
        return answer(403, NEEDED)
    if FIELD not in request.form:
        return _page(), 403
    try:
        proof.prove(current_user, request.form[FIELD], request.remote_addr or "")
    except ServiceError as error:
        db.session.rollback()
        retry = {"Retry-After": str(error.retry_after)} if isinstance(error, TooManyError) else {}
        return _page(error.message), error.status, retry
    return None


def _page(error: str = "") -> str:
    kept = [(name, text) for name, text in request.form.items(multi=True) if name not in (FIELD, "csrf_token")]
    return render_template(
        "account/proof.html",
        kept=kept,
        error=error,
        field_name=FIELD,
        with_code=second_step.is_on(current_user.id),
        address=request.full_path.rstrip("?"),
    )

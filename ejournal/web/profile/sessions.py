"""«Мои сеансы»: where one is signed in, and the end of it (п. 3.8-3.11)."""

from flask import flash, redirect, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.models import Role
from ejournal.services import sessions
from ejournal.web.profile import bp, panels


@panels.panel("profile/_sessions.html", order=10)
def own() -> dict[str, object]:
    return {"sessions": sessions.own(current_user)}


@bp.post("/sessions/<handle>/ending")
@permits(*Role)
def end_session(handle: str) -> ResponseReturnValue:
    """End one; of the very session that asks it is signing out."""
    if sessions.end(current_user, handle):
        session.clear()
        flash("Вы вышли. На общем компьютере закройте и окно браузера.")
        return redirect(url_for("account.login"))
    flash("Сеанс завершён: чтобы продолжить там, нужно войти заново.")
    return redirect(url_for("profile.index"))


@bp.post("/sessions/ending")
@permits(*Role)
def end_other_sessions() -> ResponseReturnValue:
    number = sessions.end_others(current_user)
    flash(f"Остальные сеансы завершены: {number}." if number else "Других сеансов не было.")
    return redirect(url_for("profile.index"))

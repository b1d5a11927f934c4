"""The start page, the role chosen in the header, the version for the weak-sighted, the theme."""

from flask import Blueprint, Response, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal import access
from ejournal.domain.control import CLAUSES
from ejournal.models import Role
from ejournal.services import agenda, answer_board, asks, compromise_register, group_home
from ejournal.services.control import history
from ejournal.services.errors import ForbiddenError
from ejournal.web import theme, view_mode
from ejournal.web.context import active_role
from ejournal.web.navigation import safe_path

bp = Blueprint("home", __name__)

YEAR = 365 * 24 * 3600  # seconds


@bp.get("/")
@access.permits(*Role)
def index() -> ResponseReturnValue:
    role = active_role(current_user)
    if role is Role.SYSADMIN:
        return redirect(url_for("admin.index"))
    if role in (Role.STUDENT, Role.PARENT):
        return redirect(url_for("diary.index"))
    day = agenda.load(current_user) if role is Role.TEACHER else None
    to_check = answer_board.counts(current_user) if role is Role.TEACHER else []
    groups = group_home.load(current_user) if role is Role.CURATOR else None
    reports = compromise_register.counts() if role is Role.ADMINISTRATION else None
    waiting = asks.load(current_user, role) if role else None
    return render_template(
        "home/index.html", agenda=day, groups=groups, reports=reports, asks=waiting, to_check=to_check,
        control=history.last_totals() if role is Role.ADMINISTRATION else None, clauses=CLAUSES,
    )  # fmt: skip


@bp.post("/role")
@access.permits(*Role)
def switch_role() -> ResponseReturnValue:
    """Another of one's own roles: its menu and start page. What is allowed does not depend on it."""
    chosen = request.form.get("role", "")
    if chosen not in current_user.roles:
        raise ForbiddenError("Этой роли у вас нет. Роли назначает системный администратор колледжа.")
    session["role"] = chosen
    return redirect(url_for("home.index"))


@bp.post("/view")
@access.public
def switch_view() -> ResponseReturnValue:
    """Turn the version for the weak-sighted on, off or otherwise (п. 1.7)."""
    mode = view_mode.changed(view_mode.of(request), request.form.get("choice", ""))
    return _remembering(view_mode.COOKIE, mode.cookie() if mode.on else None)


@bp.post("/theme")
@access.public
def switch_theme() -> ResponseReturnValue:
    """Light, dark, or whatever the person's system has."""
    chosen = request.form.get("theme", "")
    return _remembering(theme.COOKIE, chosen if chosen in theme.THEMES and chosen != theme.SYSTEM else None)


def _remembering(cookie: str, value: str | None) -> Response:
    """Back to the page the choice was made on, with a cookie for a year, or without it."""
    response: Response = redirect(safe_path(request.form.get("next"), url_for("home.index")))  # type: ignore[assignment]
    if value is None:
        response.delete_cookie(cookie)
    else:
        secure = current_app.session_interface.get_cookie_secure(current_app)
        response.set_cookie(cookie, value, max_age=YEAR, secure=secure, httponly=True, samesite="Lax")
    return response

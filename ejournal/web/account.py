"""Signing in and out, activation, one's own password."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user

from ejournal import access
from ejournal.models import Account, Role
from ejournal.services import accounts, sessions
from ejournal.services.errors import RefusedError, ServiceError, TooManyError
from ejournal.web.errors import is_fragment
from ejournal.web.navigation import safe_path

bp = Blueprint("account", __name__)

# Shown on the sign-in page of a demo instance: login, who it is, what there is to see.
DEMO_LOGINS = (
    ("teacher", "Преподаватель", "журналы, занятия, отметки с клавиатуры"),
    ("curator", "Куратор", "ведёт группу и преподаёт: две роли под одним логином"),
    ("zavuch", "Завуч", "все журналы и журнал изменений"),
    ("director", "Директор", "все журналы и журнал изменений"),
    ("admin", "Системный администратор", "учётные записи, загрузка списков"),
    ("student", "Студент", "свой личный кабинет"),
    ("parent", "Родитель", "двое детей под одним логином"),
)


@bp.get("/login")
@access.public
def login() -> ResponseReturnValue:
    """The form as a page; for a script the bare form, or who is signed in already with a fresh token."""
    if current_user.is_authenticated:
        return render_template("account/_signed_in.html") if is_fragment() else redirect(_target())
    return _form(200)


@bp.post("/login")
@access.public
def sign_in() -> ResponseReturnValue:
    username, password = request.form.get("username", ""), request.form.get("password", "")
    try:
        account = accounts.authenticate(username, password, request.remote_addr or "")
    except ServiceError as error:
        response = _form(error.status, error.message)
        if isinstance(error, TooManyError):
            response.headers["Retry-After"] = str(error.retry_after)
        return response
    start_session(account)
    return render_template("account/_signed_in.html") if is_fragment() else redirect(_target())


@bp.get("/logout")
@access.public
def leave() -> ResponseReturnValue:
    """A link never signs out: the page asks, a button does."""
    return render_template("account/sign_out.html")


@bp.post("/logout")
@access.public
def sign_out() -> ResponseReturnValue:
    if current_user.is_authenticated:
        sessions.sign_out(current_user)
    session.clear()
    flash("Вы вышли. На общем компьютере закройте и окно браузера.")
    return redirect(url_for("account.login"))


@bp.get("/activate")
@access.public
def ask_code() -> ResponseReturnValue:
    """For who types the code from the slip instead of opening its address."""
    code = request.args.get("code", "").strip()
    if code:
        return redirect(url_for("account.activation", code=code))
    return render_template("account/code.html")


@bp.get("/activate/<code>")
@access.public
def activation(code: str) -> ResponseReturnValue:
    return render_template("account/activate.html", code=code, account=accounts.find_by_code(code))


@bp.post("/activate/<code>")
@access.public
def activate(code: str) -> ResponseReturnValue:
    try:
        account = accounts.activate(code, request.form.get("password", ""), request.form.get("repeated", ""))
    except RefusedError as error:
        account = accounts.find_by_code(code)
        page = render_template("account/activate.html", code=code, account=account, error=error.message)
        return page, error.status
    start_session(account)
    flash("Готово: пароль задан. В следующий раз входите с логином и этим паролем.")
    return redirect(url_for("home.index"))


@bp.get("/password")
@access.permits(*Role)
def password() -> ResponseReturnValue:
    return render_template("account/password.html")


@bp.post("/password")
@access.permits(*Role)
def change_password() -> ResponseReturnValue:
    field = request.form.get
    try:
        account = accounts.change_password(
            current_user, field("old", ""), field("new", ""), field("repeated", ""), request.remote_addr or ""
        )
    except RefusedError as error:
        return render_template("account/password.html", error=error.message), error.status
    start_session(account)
    flash("Пароль изменён. На других устройствах нужно войти заново.")
    return redirect(url_for("account.password"))


def start_session(account: Account) -> None:
    """A session of its own for who has just proved who he is: nothing of the one before is kept."""
    session.clear()
    session.permanent = True
    login_user(sessions.begin(account, request.remote_addr or "", request.user_agent.string))


def _form(status: int, error: str | None = None) -> Response:
    template = "account/_sign_in.html" if is_fragment() else "account/sign_in.html"
    next_page = request.values.get("next", "")
    username = request.form.get("username", "")
    page = render_template(template, error=error, next=next_page, username=username, demo_logins=DEMO_LOGINS)
    return make_response(page, status)


def _target() -> str:
    return safe_path(request.values.get("next"), url_for("home.index"))

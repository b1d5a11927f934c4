"""Signing in and out, activation, one's own password."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal import access
from ejournal.models import Role
from ejournal.services import accounts, sessions
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError, ServiceError, TooManyError
from ejournal.web.entering import enter, halfway, let_in, start_session
from ejournal.web.errors import is_fragment
from ejournal.web.navigation import safe_path
from ejournal.web.security import is_cookie_lost

bp = Blueprint("account", __name__)

# Shown on the sign-in page of a demo instance: login, who it is, what there is to see.
DEMO_LOGINS = (
    ("teacher", "Преподаватель", "журналы, занятия, отметки с клавиатуры"),
    ("curator", "Руководитель группы", "ведёт группу и преподаёт: две роли под одним логином"),
    ("zavuch", "Завуч", "контроль сроков, замены, отчёты, все журналы"),
    ("director", "Директор", "все журналы и журнал изменений"),
    ("admin", "Системный администратор", "учётные записи, загрузка списков"),
    ("student", "Обучающийся", "свой дневник: оценки, задания, расписание"),
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
        return _with_wait(_form(error.status, error.message), error)
    return enter(account, _target())


@bp.get("/login/code")
@access.public
def code() -> ResponseReturnValue:
    """The second step: only for who has just typed the right password."""
    if halfway() is None:
        return redirect(url_for("account.login", next=request.args.get("next")))
    return _code_form(200)


@bp.post("/login/code")
@access.public
def enter_code() -> ResponseReturnValue:
    """A wrong code leaves the form; a password proved too long ago, or changed since, is asked for again."""
    known = halfway()
    if known is None:
        return _form(401, "Прошло больше 10 минут: введите пароль ещё раз.")
    try:
        account = accounts.authenticate_code(*known, request.form.get("code", ""), request.remote_addr or "")
    except NotFoundError as error:
        session.clear()
        return _form(401, error.message)
    except ServiceError as error:
        return _with_wait(_code_form(error.status, error.message), error)
    return let_in(account, _target())


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
    try:
        return _activation(code)
    except NotFoundError as error:
        return render_template("account/code.html", code=code, error=error.message), error.status


@bp.post("/activate/<code>")
@access.public
def activate(code: str) -> ResponseReturnValue:
    """Who may not enter yet for want of a consent sets the password all the same, and is told what comes next."""
    field = request.form.get
    try:
        account = accounts.activate(code, field("username"), field("password", ""), field("repeated", ""))
    except NotFoundError as error:
        return render_template("account/code.html", code=code, error=error.message), error.status
    except RefusedError as error:
        return _activation(code, error), error.status
    if reason := accounts.closed(account):
        flash("Готово: пароль задан. Войти пока нельзя. " + reason, "error")
        return redirect(url_for("account.login"))
    told = "Готово: пароль задан. В следующий раз входите с логином и этим паролем."
    return enter(account, url_for("home.index"), told)


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


def _activation(code: str, error: RefusedError | None = None) -> str:
    account = accounts.find_by_code(code)
    fields = error.fields if isinstance(error, FieldsError) else {}
    return render_template(
        "account/activate.html",
        code=code,
        account=account,
        username=request.form.get("username", account.username),
        errors=fields,
        error=error.message if error and not fields else None,
        closed=accounts.closed(account),
    )


def _form(status: int, error: str | None = None) -> Response:
    template = "account/_sign_in.html" if is_fragment() else "account/sign_in.html"
    next_page = request.values.get("next", "")
    username = request.form.get("username", "")
    page = render_template(
        template,
        error=error,
        next=next_page,
        username=username,
        demo_logins=DEMO_LOGINS,
        without_tls=is_cookie_lost(),
    )
    return make_response(page, status)


def _code_form(status: int, error: str | None = None) -> Response:
    template = "account/_code_step.html" if is_fragment() else "account/code_step.html"
    return make_response(render_template(template, error=error, next=request.values.get("next", "")), status)


def _with_wait(response: Response, error: ServiceError) -> Response:
    if isinstance(error, TooManyError):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _target() -> str:
    return safe_path(request.values.get("next"), url_for("home.index"))

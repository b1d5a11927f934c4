"""Errors in Russian: a page for a page, a fragment for a fragment."""

import sqlite3

from flask import Flask, Response, current_app, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from ejournal.domain.words import sentence
from ejournal.extensions import SAFE_METHODS, db
from ejournal.services import availability, faults, notices
from ejournal.services.errors import NoYearError, ServiceError, TooManyError
from ejournal.web import reopening
from ejournal.web.navigation import came_from

MESSAGES = {
    400: ("Запрос не понят", "Обновите страницу и повторите действие: введённое на ней, скорее всего, ещё на месте."),
    401: ("Нужно войти", "Сеанс истёк, или вы ещё не вошли. Войдите и повторите действие."),
    403: (
        "Нет доступа",
        "Эта страница открыта другой роли. Если она нужна вам по работе, обратитесь к администратору.",
    ),
    404: ("Не найдено", "Такой страницы нет, или она вам не открыта. Проверьте адрес или начните с главной."),
    405: (
        "Действие недоступно",
        "Так эту страницу открыть нельзя. Вернитесь назад и воспользуйтесь кнопкой на странице.",
    ),
    409: ("Кто-то изменил это раньше", "Обновите страницу, чтобы увидеть новое значение, и повторите правку."),
    413: (
        "Файл слишком большой",
        "Один файл — не больше 25 МБ, все файлы одной отправки вместе — не больше 100 МБ. Уменьшите их или загрузите "
        "частями: вернитесь назад, набранный текст, скорее всего, на месте.",
    ),
    422: ("Проверьте введённое", "Часть полей заполнена неверно: исправьте отмеченное и сохраните ещё раз."),
    423: (
        "Период закрыт",
        "Журнал за этот период закрыт (п. 4.4). Правку разрешает администратор с указанием причины.",
    ),
    429: ("Слишком много попыток", "Подождите несколько минут и попробуйте снова."),
    500: (
        "Ошибка на сервере",
        "Это наша ошибка, она записана. Введённое не потеряно на этой странице: повторите чуть позже.",
    ),
    503: ("Сервер занят", "Повторите через минуту. Введённое остаётся на странице."),
}


# What a family reads of a link that opens nothing: an old one, a mistyped one, another's.
NO_DIARY = (
    "По этой ссылке вам ничего не открыто. Так бывает, если в ссылке ошибка, если записи больше нет или если "
    "закончился доступ к дневнику: обучение завершено, согласие отозвано, изменились сведения о законном "
    "представителе (п. 2.1, 4.1). Открытые вам дневники — в разделе «Дневник». Если доступ должен быть, обратитесь "
    "к руководителю группы."
)
FAMILY_PAGES = ("absences.family", "absences.send", "absences.scan")

BARE = '<!DOCTYPE html><html lang="ru"><meta charset="utf-8"><title>{0}</title><h1>{0}</h1><p>{1}</p>'
# Seconds after which to send again: most of what makes the database refuse is over by then.
RETRY_AFTER = 10
AGAIN = "Повторите через минуту. Если не пройдёт, сообщите администратору."
KEPT = "Введённое остаётся на странице. "
GO_BACK = "Вернитесь назад — введённое осталось в форме — или обновите эту страницу: браузер отправит его снова. "
STALE_FORM = "Страница устарела: она открыта до того, как вы вошли. Вернитесь назад, обновите её и повторите действие."


def init_app(app: Flask) -> None:
    app.register_error_handler(CSRFError, on_csrf)
    app.register_error_handler(NoYearError, on_no_year)
    app.register_error_handler(ServiceError, on_service_error)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(OverflowError, on_too_large)
    app.register_error_handler(DataError, on_too_large)
    app.register_error_handler(ValueError, on_value)
    for kind in (DBAPIError, PoolTimeoutError, sqlite3.Error, OSError):
        app.register_error_handler(kind, on_unavailable)
    app.register_error_handler(Exception, on_fault)


def on_csrf(_error: CSRFError) -> ResponseReturnValue:
    """A token that does not fit: mostly a page that outlived its session."""
    if is_fragment():
        # Also where somebody is signed in: the page is older than that, and asking again brings it a new token.
        return ask_to_sign_in(answer(401))
    return answer(400, STALE_FORM)


def on_service_error(error: ServiceError) -> ResponseReturnValue:
    db.session.rollback()
    response = answer(error.status, error.message)
    if isinstance(error, TooManyError):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def on_no_year(error: NoYearError) -> ResponseReturnValue:
    """A page of a college that is still empty: no fault of who opened it, so it says what comes first."""
    if request.method != "GET" or is_fragment():
        return on_service_error(error)
    db.session.rollback()
    return render_template("errors/no_year.html", message=error.message)


def on_http_error(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400:
        return error.get_response()
    if isinstance(error, SecurityError):
        # A name that is not the journal's: no page of ours is drawn for it, its links would carry the name on.
        words = "Под этим именем журнал не отвечает. Проверьте адрес."
        return make_response(BARE.format("Другое имя сайта", words), 400)
    if code == 401 and not is_fragment() and request.method == "GET":
        return redirect(url_for("account.login", next=request.full_path.rstrip("?")))
    if code == 405 and request.url_rule is None and request.method == "GET" and not is_fragment():
        return redirect(request.script_root + reopening.page_above(request.path), 303)
    response = answer(code if code in MESSAGES else (400 if code < 500 else 500), status=code)
    if code == 401:
        ask_to_sign_in(response)
    if error.get_response().headers.get("Allow"):
        response.headers["Allow"] = error.get_response().headers["Allow"]
    return response


def on_too_large(_error: Exception) -> ResponseReturnValue:
    """A number that no database holds names nothing that there is."""
    db.session.rollback()
    return answer(404)


def on_value(error: ValueError) -> ResponseReturnValue:
    """Python itself reads no number of more than 4,300 digits: nobody's fault but of who typed it."""
    return on_too_large(error) if "integer string conversion" in str(error) else on_fault(error)


def on_unavailable(error: Exception) -> ResponseReturnValue:
    """Disk or database refuse: nothing was stored, and the same request is worth sending again (R2.1.c)."""
    cause = availability.cause_of(error)
    return unavailable(cause) if cause else on_fault(error)


def unavailable(cause: availability.Cause) -> Response:
    """503 that asks the database for nothing: it has neither the header nor the college's name."""
    # Not the error itself: its text may hold what somebody typed.
    current_app.logger.error("not available: %s, at %s", cause.key, request.endpoint)
    reads = request.method in SAFE_METHODS
    lead = f"{sentence(cause.words)}." if reads else f"Не сохранено: {cause.words}."
    if request.accept_mimetypes.best == "application/json":
        response = make_response(jsonify(error=f"{lead} {AGAIN}"), 503)
    else:
        what_to_do = f"{KEPT if is_fragment() else GO_BACK}{AGAIN}" if not reads else AGAIN
        name = "errors/_unavailable.html" if is_fragment() else "errors/unavailable.html"
        text = current_app.jinja_env.get_template(name).render(lead=lead, what_to_do=what_to_do)
        response = make_response(text, 503)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def on_fault(error: Exception) -> ResponseReturnValue:
    """Anything unforeseen: logged with its traceback, told without it."""
    if current_app.testing and current_app.config.get("PROPAGATE_FAULTS", True):
        raise error
    current_app.logger.error("unhandled fault at %s\n%s", request.endpoint, faults.describe(error))
    try:
        db.session.rollback()
        return on_http_error(InternalServerError())
    except Exception as another:
        # The page itself needs the database for its header: without one, the bare words.
        current_app.logger.error("no error page either\n%s", faults.describe(another))
        return make_response(BARE.format(*MESSAGES[500]), 500)


def answer(code: int, message: str | None = None, status: int | None = None) -> Response:
    """The error as the request wants it: JSON, a fragment or a page."""
    title, usual = MESSAGES.get(code, MESSAGES[500])
    of_family = code == 404 and _of_family()
    words = NO_DIARY if of_family else message or usual
    context = {"code": code, "title": title, "message": words, "of_family": of_family, "came_from": came_from()}
    if request.accept_mimetypes.best == "application/json":
        return make_response(jsonify(error=context["message"]), status or code)
    template = "errors/_error.html" if is_fragment() else "errors/error.html"
    try:
        return make_response(render_template(template, **context), status or code)
    except (DBAPIError, PoolTimeoutError) as error:  # the page's header asks for the college and the viewer
        cause = availability.cause_of(error)
        if cause is None:
            raise
        return unavailable(cause)


def _of_family() -> bool:
    """Whether a student or a parent asked for something of a diary: then every «not found» has the same words, so that
    they tell nothing of whose it is, whether it is there and since when it is not open (п. 2.1)."""
    asked = request.blueprint in ("diary", "disputes") or request.endpoint in FAMILY_PAGES
    return asked and current_user.is_authenticated and current_user.holds(notices.FAMILY)


def ask_to_sign_in(response: Response) -> Response:
    """Tell static/js/app.js that the request is worth repeating once the person has signed in (again)."""
    response.headers["X-Sign-In"] = "1"
    return response


def is_fragment() -> bool:
    """Whether a script of ours asked, which will put the answer into a place of the page."""
    return "HX-Request" in request.headers


def wants_part() -> bool:
    """The same of a page that a script turns in place: going back asks as a script too, and takes its part from the
    whole page."""
    return is_fragment() and "HX-History-Restore-Request" not in request.headers

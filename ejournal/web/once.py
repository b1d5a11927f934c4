"""A form whose answer was lost on its way is sent again: by who was told «Нет связи», by who goes back to it or has the
browser load its answer anew. It is carried out once."""

from collections.abc import Callable

from flask import Response, current_app, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from ejournal.extensions import SAFE_METHODS, commits, db
from ejournal.services import repeats
from ejournal.services.errors import ServiceError
from ejournal.web.navigation import came_from

FIELD = "form_id"
NOT_TWICE = "Форма уже дошла, потерялся только ответ сервера: второй раз ничего не записано."


def once(view: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """What the view answers; where the browser says that it is a form sent again which was carried out, the page is
    opened anew instead (a part of a page, static/js/once.js), or the one that the form led to (static/js/kept-form.js).
    The note is part of the view's own transaction: what was refused was not carried out."""
    part, page = request.headers.get("X-Form-Id", ""), request.form.get(FIELD, "")
    if not (part or page) or request.method in SAFE_METHODS or not current_user.is_authenticated:
        return view()
    key = repeats.key_of(current_user, f"form {part or page}")
    if not repeats.is_first(current_user, f"form {part or page}"):
        where = repeats.led_to(key)
        db.session.rollback()
        flash(NOT_TWICE)
        return _opened_anew() if part else redirect(where or came_from() or url_for("home.index"), 303)
    return view() if part else _noting_where_it_leads(key, view)


def _opened_anew() -> Response:
    answer = make_response("")
    answer.headers["HX-Refresh"] = "true"
    return answer


def _noting_where_it_leads(key: str, view: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """A form that is answered with something to see (a paper, a new code) is worth asking again when that is lost, and
    one that was refused is looked at anew though the view had stored something by then (an attempt)."""
    before = commits()
    try:
        answer = make_response(view())
    except (ServiceError, HTTPException):
        if commits() != before:
            _keep(lambda: repeats.forget(key))
        raise
    if commits() == before:
        return answer
    leads_on = 300 <= answer.status_code < 400
    _keep(lambda: repeats.lead_to(key, answer.location or "") if leads_on else repeats.forget(key))
    return answer


def _keep(act: Callable[[], None]) -> None:
    """After the view has done its work: nothing may make that look undone."""
    try:
        db.session.rollback()
        act()
    except SQLAlchemyError:
        db.session.rollback()
        current_app.logger.warning("where the form of %s led was not noted", request.endpoint)

"""A form whose answer was lost on its way is sent again: by who was told «Нет связи», by who goes back to it or has the
browser load its answer anew. It is carried out once."""

from collections.abc import Callable

from flask import Response, current_app, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from ejournal.extensions import SAFE_METHODS, commits, db
from ejournal.services import repeats
from ejournal.web.navigation import came_from

FIELD = "form_id"
NOT_TWICE = "Форма уже дошла, потерялся только ответ сервера: второй раз ничего не записано."
UNKNOWN = "Форма уже дошла, но неизвестно, чем закончилась. Проверьте, записано ли, и отправьте её снова, если нет."
# The form that the first commit of the request notes. A view may roll back before it (a file is kept first): what is
# noted at its beginning would be gone.
_PENDING = "ejournal.form"


def once(view: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """What the view answers; where the browser says that it is a form sent again which was carried out, the page is
    opened anew instead (a part of a page, static/js/once.js), or the one that the form led to (static/js/kept-form.js).
    The note is part of the view's own transaction: what was refused was not carried out."""
    part, page = request.headers.get("X-Form-Id", ""), request.form.get(FIELD, "")
    if not (part or page) or request.method in SAFE_METHODS or not current_user.is_authenticated:
        return view()
    key = repeats.key_of(current_user, f"form {part or page}")
    if repeats.is_done(key):
        return _told_again(key, is_part=bool(part))
    info = db.session().info
    info[_PENDING] = key
    try:
        return _carried_out(key, view, is_part=bool(part))
    finally:
        info.pop(_PENDING, None)


def _told_again(key: str, *, is_part: bool) -> Response:
    where = repeats.led_to(key)
    if is_part or where:
        db.session.rollback()
        flash(NOT_TWICE)
    else:  # the server was stopped in the midst of it
        repeats.forget(key)
        flash(UNKNOWN, "error")
    if not is_part:
        return make_response(redirect(where or came_from() or url_for("home.index"), 303))
    answer = make_response("")
    answer.headers["HX-Refresh"] = "true"
    return answer


def _carried_out(key: str, view: Callable[[], ResponseReturnValue], *, is_part: bool) -> ResponseReturnValue:
    """A form that is answered with something to see (a paper, a new code) is worth asking again when that is lost, and
    one that was refused, or broke off, is looked at anew though the view had stored something by then (an attempt)."""
    before = commits()
    try:
        answer = make_response(view())
    except Exception:
        if commits() != before:
            _keep(lambda: repeats.forget(key))
        raise
    if commits() == before or (is_part and answer.status_code < 400):
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


@event.listens_for(db.session, "before_commit")
def _note(session: Session) -> None:
    """Of two that are sent at once the second waits here for the first, and is then asked anew (web/again.py)."""
    key = session.info.get(_PENDING)
    if key and not repeats.note(key):
        raise StaleDataError("the same form was carried out meanwhile")


@event.listens_for(db.session, "after_commit")
def _noted(session: Session) -> None:
    session.info.pop(_PENDING, None)

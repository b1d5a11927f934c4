"""A form whose answer was lost on its way is sent again by who was told «Нет связи»: it is carried out once."""

from collections.abc import Callable

from flask import flash, make_response, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.extensions import SAFE_METHODS, db
from ejournal.services import repeats

NOT_TWICE = "Форма уже дошла, потерялся только ответ сервера: второй раз ничего не записано."


def once(view: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """What the view answers; where the browser says that it is a form sent again (static/js/once.js) which was carried
    out, the page is opened anew instead. The note is part of the view's own transaction: what was refused was not
    carried out."""
    form_id = request.headers.get("X-Form-Id", "")
    if not form_id or request.method in SAFE_METHODS or not current_user.is_authenticated:
        return view()
    if repeats.is_first(current_user, f"form {form_id}"):
        return view()
    db.session.rollback()
    flash(NOT_TWICE)
    answer = make_response("")
    answer.headers["HX-Refresh"] = "true"
    return answer

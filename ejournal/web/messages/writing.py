"""Writing: whom, to one, to many, in a conversation, mending. By a script (a fragment) or by the form alone."""

import secrets
from collections.abc import Callable
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import STAFF, permits
from ejournal.domain import messages as rules
from ejournal.extensions import db
from ejournal.models import Message, Role
from ejournal.services import conversations, message_people, messages
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError, ServiceError
from ejournal.services.messages import Letter
from ejournal.web.downloads import files_in
from ejournal.web.errors import answer, is_fragment
from ejournal.web.messages import bp


@bp.get("/new")
@permits(*Role)
def new() -> str:
    """Whom to write to: families see all of theirs at once, the staff search."""
    text = request.args.get("q", "").strip()[:100]
    is_staff = current_user.holds(STAFF)
    found = message_people.search(current_user, text) if text or not is_staff else None
    return render_template(
        "messages/new.html",
        q=text,
        found=found,
        most=message_people.MOST_FOUND,
        groups=message_people.audiences(current_user),
        roles=message_people.role_audiences(current_user),
        is_staff=is_staff,
    )


@bp.get("/to/<int:addressee_id>")
@permits(*Role)
def to(addressee_id: int) -> ResponseReturnValue:
    """A first message; where there is a conversation already, that."""
    found = conversations.with_person(current_user, addressee_id)
    if found is not None:
        return redirect(url_for("messages.show", conversation_id=found))
    return _to_one(addressee_id)


@bp.post("/to/<int:addressee_id>")
@permits(*Role)
def send_to(addressee_id: int) -> ResponseReturnValue:
    return _sent(
        lambda: messages.send_to(current_user, addressee_id, letter()), lambda words: _to_one(addressee_id, words)
    )


@bp.get("/many")
@permits(Role.TEACHER, Role.CURATOR, Role.ADMINISTRATION, Role.SYSADMIN)
def many() -> str:
    return _to_many(request.args.get("to", ""))


@bp.post("/many")
@permits(Role.TEACHER, Role.CURATOR, Role.ADMINISTRATION, Role.SYSADMIN)
def send_to_many() -> ResponseReturnValue:
    key = request.form.get("to", "")
    return _sent(lambda: messages.send_to_many(current_user, key, letter()), lambda words: _to_many(key, words))


@bp.post("/<int:conversation_id>/messages")
@permits(*Role)
def send(conversation_id: int) -> ResponseReturnValue:
    return _sent(
        lambda: messages.send_in(current_user, conversation_id, letter()), lambda words: page(conversation_id, words)
    )


@bp.get("/<int:conversation_id>/messages/<int:message_id>/text")
@permits(*Role)
def edit(conversation_id: int, message_id: int) -> str:
    return _edit_page(conversation_id, message_id)


@bp.post("/<int:conversation_id>/messages/<int:message_id>/text")
@permits(*Role)
def change(conversation_id: int, message_id: int) -> ResponseReturnValue:
    try:
        messages.edit(current_user, conversation_id, message_id, request.form.get("text", ""))
    except RefusedError as error:
        db.session.rollback()
        return _edit_page(conversation_id, message_id, error), error.status
    return redirect(url_for("messages.show", conversation_id=conversation_id, _anchor=f"m{message_id}"))


def page(conversation_id: int, error: str | None = None) -> str:
    """The conversation; what was typed and refused stays in the box."""
    opened = conversations.open_(current_user, conversation_id, request.args.get("before", type=int))
    return render_template("messages/conversation.html", opened=opened, **box(opened.member.draft, error))


def latest(conversation_id: int) -> str:
    return render_template("messages/_list.html", opened=conversations.open_(current_user, conversation_id))


def letter() -> Letter:
    """What the form holds."""
    uploads = files_in(request)
    answers_id = request.form.get("answers_id", type=int)
    return Letter(request.form.get("text", ""), request.form.get("request_id", ""), uploads, answers_id)


def box(draft: str = "", error: str | None = None) -> dict[str, Any]:
    """What the write box shows."""
    return {
        "text": request.form.get("text", draft),
        "request_id": request.form.get("request_id") or secrets.token_hex(16),
        "longest": rules.LONGEST,
        "most_files": rules.MOST_FILES,
        "error": error,
    }


def _sent(act: Callable[[], Message], form: Callable[[str], str]) -> ResponseReturnValue:
    """The conversation with the new message; a refusal with the form as it was typed."""
    try:
        message = act()
    except NotFoundError:
        raise
    except ServiceError as error:
        db.session.rollback()
        words = _words(error)
        if is_fragment():
            return answer(error.status, words)
        return form(words), error.status
    place = url_for("messages.show", conversation_id=message.conversation_id)
    if not is_fragment():
        return redirect(place)
    response: Response = make_response(latest(message.conversation_id))
    response.headers["X-Place"] = place
    return response


def _words(error: ServiceError) -> str:
    return " ".join(error.fields.values()) if isinstance(error, FieldsError) else error.message


def _to_one(addressee_id: int, error: str | None = None) -> str:
    other = message_people.find(current_user, addressee_id)
    answers_id = request.values.get("answers_id", type=int)
    return render_template("messages/to.html", other=other, answers_id=answers_id, **box("", error))


def _to_many(key: str, error: str | None = None) -> str:
    chosen = message_people.audience(current_user, key)
    number = message_people.size(current_user, chosen)
    return render_template("messages/many.html", chosen=chosen, number=number, **box("", error))


def _edit_page(conversation_id: int, message_id: int, error: RefusedError | None = None) -> str:
    message = conversations.find_message(current_user, conversation_id, message_id)
    if message.author_id != current_user.person_id:
        raise NotFoundError
    typed = request.form.get("text", message.text)
    words = _words(error) if error else None
    return render_template("messages/edit.html", message=message, typed=typed, error=words, longest=rules.LONGEST)

"""One conversation: its page, what is read of it, the unfinished answer, files, quiet and refusal."""

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits, viewer_of
from ejournal.models import Role
from ejournal.services import conversations, message_guard, messages, settings
from ejournal.web.downloads import sent
from ejournal.web.messages import bp, writing


@bp.get("/<int:conversation_id>")
@permits(*Role)
def show(conversation_id: int) -> str:
    return writing.page(conversation_id)


@bp.get("/<int:conversation_id>/latest")
@permits(*Role)
def latest(conversation_id: int) -> str:
    """The messages again, for a page that was told of news."""
    return writing.latest(conversation_id)


@bp.post("/<int:conversation_id>/reading")
@permits(*Role)
def read(conversation_id: int) -> ResponseReturnValue:
    """The page was seen down to `message_id`; answers how much is still unread elsewhere."""
    messages.read_up_to(current_user, conversation_id, request.form.get("message_id", 0, type=int))
    if "HX-Request" not in request.headers:
        return redirect(url_for("messages.show", conversation_id=conversation_id))
    again = viewer_of(current_user.id, settings.today())
    return jsonify(unread=again.unread if again else 0)


@bp.post("/<int:conversation_id>/draft")
@permits(*Role)
def draft(conversation_id: int) -> ResponseReturnValue:
    messages.save_draft(current_user, conversation_id, request.form.get("text", ""))
    return "", 204


@bp.get("/<int:conversation_id>/files/<int:attachment_id>")
@permits(*Role)
def file(conversation_id: int, attachment_id: int) -> Response:
    return sent(conversations.download(current_user, conversation_id, attachment_id))


@bp.get("/<int:conversation_id>/messages/<int:message_id>/readers")
@permits(*Role)
def readers(conversation_id: int, message_id: int) -> str:
    message, read_by, unread_by = conversations.readers(current_user, conversation_id, message_id)
    return render_template("messages/readers.html", message=message, read_by=read_by, unread_by=unread_by)


@bp.post("/<int:conversation_id>/quiet")
@permits(*Role)
def mute(conversation_id: int) -> ResponseReturnValue:
    """`on`: not counted among the unread from now on; empty: counted again."""
    on = bool(request.form.get("on"))
    message_guard.mute(current_user, conversation_id, on)
    flash("Новые сообщения здесь больше не считаются непрочитанными." if on else "Новые сообщения снова считаются.")
    return redirect(url_for("messages.show", conversation_id=conversation_id))


@bp.post("/<int:conversation_id>/refusal")
@permits(Role.TEACHER, Role.CURATOR)
def block(conversation_id: int) -> ResponseReturnValue:
    """`on`: no more messages from the other person; empty: they are taken again."""
    on = bool(request.form.get("on"))
    message_guard.block(current_user, conversation_id, on)
    flash("Сообщения от этого человека больше не принимаются." if on else "Сообщения снова принимаются.")
    return redirect(url_for("messages.show", conversation_id=conversation_id))

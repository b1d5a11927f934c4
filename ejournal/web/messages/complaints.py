"""Complaints about messages: a recipient makes one, administration considers it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import conversations, message_guard
from ejournal.services.errors import FieldsError, RefusedError
from ejournal.web.messages import bp

STATES = (("open", "открытые"), ("closed", "рассмотренные"))


@bp.get("/<int:conversation_id>/messages/<int:message_id>/complaint")
@permits(*Role)
def complaint(conversation_id: int, message_id: int) -> str:
    return _form(conversation_id, message_id)


@bp.post("/<int:conversation_id>/messages/<int:message_id>/complaint")
@permits(*Role)
def complain(conversation_id: int, message_id: int) -> ResponseReturnValue:
    try:
        message_guard.complain(current_user, conversation_id, message_id, request.form.get("reason", ""))
    except RefusedError as error:
        db.session.rollback()
        return _form(conversation_id, message_id, error), error.status
    flash("Жалоба передана администрации. Ей откроется это сообщение и по пять соседних, не вся переписка.")
    return redirect(url_for("messages.show", conversation_id=conversation_id))


@bp.get("/complaints")
@permits(Role.ADMINISTRATION)
def complaints() -> str:
    state = request.args.get("state", "")
    page = max(1, min(request.args.get("page", 1, type=int), 100_000))
    found, pages = message_guard.complaints(state, page)
    return render_template(
        "messages/complaints.html", found=found, page=page, pages=pages, state=state, states=STATES
    )  # fmt: skip


@bp.post("/complaints/<int:complaint_id>/reading")
@permits(Role.ADMINISTRATION)
def read_complaint(complaint_id: int) -> str:
    """What a complaint opens; that it was read is in the log, so it is no plain link."""
    return _case(complaint_id)


@bp.post("/complaints/<int:complaint_id>/closing")
@permits(Role.ADMINISTRATION)
def close_complaint(complaint_id: int) -> ResponseReturnValue:
    try:
        message_guard.close(current_user, complaint_id, request.form.get("outcome", ""))
    except FieldsError as error:
        db.session.rollback()
        return _case(complaint_id, error), error.status
    except RefusedError as error:
        db.session.rollback()
        flash(error.message, "error")
    else:
        flash("Жалоба рассмотрена, итог записан в реестр.")
    return redirect(url_for("messages.complaints"))


def _form(conversation_id: int, message_id: int, error: RefusedError | None = None) -> str:
    message = conversations.find_message(current_user, conversation_id, message_id)
    fields = error.fields if isinstance(error, FieldsError) else {}
    refused = error.message if error and not fields else None
    typed = request.form.get("reason", "")
    return render_template("messages/complaint.html", message=message, errors=fields, error=refused, typed=typed)


def _case(complaint_id: int, error: FieldsError | None = None) -> str:
    case = message_guard.case(current_user, complaint_id)
    message_guard.note_view(current_user, complaint_id)
    wrong = error.fields["outcome"] if error else None
    return render_template("messages/case.html", case=case, error=wrong, typed=request.form.get("outcome", ""))

"""Disputes of marks: the list, one in full with the teacher's answer, and asking from the diary (п. 4.5)."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.domain.disputes import STATES
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import diary_mark, dispute_lists, disputes
from ejournal.services.disputes import Answer
from ejournal.services.errors import ClosedError, FieldsError, RefusedError, ServiceError, StaleError
from ejournal.web.disputes import bp


@bp.get("/")
@permits(*Role)
def index() -> str:
    state = request.args.get("state", "")
    page = max(1, min(request.args.get("page", 1, type=int), 100_000))
    found, pages = dispute_lists.load(current_user, state, page)
    return render_template("disputes/index.html", disputes=found, state=state, states=STATES, page=page, pages=pages)


@bp.get("/<int:dispute_id>")
@permits(*Role)
def show(dispute_id: int) -> str:
    return _page(dispute_id)


@bp.post("/marks/<int:student_id>/<int:cell_id>")
@permits(Role.STUDENT)
def ask(student_id: int, cell_id: int) -> ResponseReturnValue:
    """From the mark in the diary, by the student."""
    text = request.form.get("text", "")
    try:
        disputes.ask(current_user, student_id, cell_id, text)
    except RefusedError as error:
        db.session.rollback()
        detail = diary_mark.load(current_user, student_id, cell_id)
        wrong = error.fields["text"] if isinstance(error, FieldsError) else error.message
        panel = disputes.panel(detail)
        page = render_template(
            "diary/mark.html", detail=detail, diary=detail.diary, panel=panel, dispute_error=wrong, dispute_text=text
        )
        return page, error.status
    flash("Обращение отправлено преподавателю (п. 4.5).")
    return redirect(url_for("diary.mark", student_id=student_id, cell_id=cell_id))


@bp.post("/<int:dispute_id>/answer")
@permits(Role.TEACHER)
def answer(dispute_id: int) -> ResponseReturnValue:
    field = request.form.get
    given = Answer(field("decision", ""), field("reason", ""), field("value", "")[:50], field("version", type=int))
    try:
        answered = disputes.answer(current_user, dispute_id, given)
    except (RefusedError, ClosedError, StaleError) as error:
        db.session.rollback()
        return _page(dispute_id, error), error.status
    flash(f"Ответ отправлен: {STATES[answered.state]}.")
    return redirect(url_for("disputes.show", dispute_id=dispute_id))


def _page(dispute_id: int, error: ServiceError | None = None) -> str:
    """With what was typed where it was refused."""
    fields = error.fields if isinstance(error, FieldsError) else {}
    return render_template(
        "disputes/dispute.html",
        page=dispute_lists.show(current_user, dispute_id),
        states=STATES,
        errors=fields,
        message=error.message if error and not fields else "",
        typed=request.form,
    )

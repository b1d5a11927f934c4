"""Disputes of marks: the list, one in full with the teacher's answer, and asking from the diary (п. 4.5)."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.domain.disputes import STATES
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import debt_marks, diary_mark, diary_period_mark, dispute_lists, disputes
from ejournal.services.debt_marks import Terms
from ejournal.services.disputed import Detail
from ejournal.services.disputes import Answer
from ejournal.services.errors import (
    ClosedError,
    DebtNeededError,
    FieldsError,
    RefusedError,
    ServiceError,
    StaleError,
)
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
    """From the mark of a lesson in the diary, by the student."""
    try:
        disputes.ask(current_user, student_id, cell_id, _text())
    except RefusedError as error:
        db.session.rollback()
        return _refused("diary/mark.html", diary_mark.load(current_user, student_id, cell_id), error)
    return _asked(url_for("diary.mark", student_id=student_id, cell_id=cell_id))


@bp.post("/marks/<int:student_id>/courses/<int:course_id>/<mark_slot>")
@permits(Role.STUDENT)
def ask_of_period(student_id: int, course_id: int, mark_slot: str) -> ResponseReturnValue:
    """From the mark of a period, of the year or the final one."""
    try:
        disputes.ask_of_period(current_user, student_id, course_id, mark_slot, _text())
    except RefusedError as error:
        db.session.rollback()
        detail = diary_period_mark.load(current_user, student_id, course_id, mark_slot)
        return _refused("diary/period_mark.html", detail, error)
    return _asked(url_for("diary.period_mark", student_id=student_id, course_id=course_id, mark_slot=mark_slot))


@bp.post("/<int:dispute_id>/answer")
@permits(Role.TEACHER)
def answer(dispute_id: int) -> ResponseReturnValue:
    field = request.form.get
    debt = Terms(field("due", "")[:20], field("form", ""))
    given = Answer(
        field("decision", ""), field("reason", ""), field("value", "")[:50], field("version", type=int), debt
    )
    try:
        answered = disputes.answer(current_user, dispute_id, given)
    except (RefusedError, ClosedError, StaleError) as error:
        db.session.rollback()
        return _page(dispute_id, error), error.status
    flash(f"Ответ отправлен: {STATES[answered.state]}.")
    return redirect(url_for("disputes.show", dispute_id=dispute_id))


def _text() -> str:
    return request.form.get("text", "")


def _asked(page: str) -> ResponseReturnValue:
    flash("Обращение отправлено преподавателю (п. 4.5).")
    return redirect(page)


def _refused(template: str, detail: Detail, error: RefusedError) -> ResponseReturnValue:
    """The mark with what was typed below it."""
    wrong = error.fields["text"] if isinstance(error, FieldsError) else error.message
    panel = disputes.panel(detail)
    page = render_template(
        template, detail=detail, diary=detail.diary, panel=panel, dispute_error=wrong, dispute_text=_text()
    )
    return page, error.status


def _page(dispute_id: int, error: ServiceError | None = None) -> str:
    """With what was typed where it was refused."""
    fields = error.fields if isinstance(error, FieldsError) else {}
    return render_template(
        "disputes/dispute.html",
        page=dispute_lists.show(current_user, dispute_id),
        states=STATES,
        errors=fields,
        message=error.message if error and not fields else "",
        asks_debt=isinstance(error, DebtNeededError),
        forms=debt_marks.FORMS,
        typed=request.form,
    )

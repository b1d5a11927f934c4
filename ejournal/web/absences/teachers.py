"""What documents ask of a teacher, and the answers: one action each, or all at once (п. 4.3)."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.domain.words import plural
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import absence_requests
from ejournal.services.absence_requests import Done
from ejournal.services.errors import ClosedError, FieldsError, RefusedError
from ejournal.web.absences import bp


@bp.get("/requests")
@permits(Role.TEACHER)
def requests() -> str:
    return _page()


@bp.post("/requests/acceptance")
@permits(Role.TEACHER)
def accept_all() -> ResponseReturnValue:
    _tell(absence_requests.accept_all(current_user))
    return redirect(url_for("absences.requests"))


@bp.post("/requests/<int:absence_request_id>/acceptance")
@permits(Role.TEACHER)
def accept(absence_request_id: int) -> ResponseReturnValue:
    try:
        _tell(absence_requests.accept(current_user, absence_request_id))
    except (RefusedError, ClosedError) as error:
        db.session.rollback()
        flash(error.message, "error")
    return redirect(url_for("absences.requests"))


@bp.post("/requests/<int:absence_request_id>/refusal")
@permits(Role.TEACHER)
def decline_request(absence_request_id: int) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    try:
        absence_requests.decline(current_user, absence_request_id, reason)
    except FieldsError as error:
        db.session.rollback()
        return _page(absence_request_id, error.fields["reason"], reason), error.status
    flash("Запрос отклонён, руководитель группы увидит причину.")
    return redirect(url_for("absences.requests"))


def _page(refused: int = 0, error: str = "", typed: str = "") -> str:
    return render_template(
        "absences/requests.html",
        waiting=absence_requests.waiting(current_user),
        answered=absence_requests.answered(current_user),
        refused=refused,
        error=error,
        typed=typed,
    )


def _tell(done: Done) -> None:
    if done.lessons:
        flash(f"Отметки изменены: {done.lessons} {plural(done.lessons, 'занятие', 'занятия', 'занятий')}.")
    for refusal in done.refused:
        flash(refusal, "error")
    if not done.lessons and not done.refused:
        flash("Запросов, которые ждут ответа, нет.")

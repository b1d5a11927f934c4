"""Marks of a period, of the year and final ones: one at a time in the grid, those suggested after a review (п. 4.4)."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import debt_marks, mark_history, period_marks
from ejournal.services.debt_marks import Terms
from ejournal.services.errors import (
    ClosedError,
    DebtNeededError,
    ReasonNeededError,
    RefusedError,
    ServiceError,
    StaleError,
)
from ejournal.services.period_marks import Typed
from ejournal.web.journal import bp
from ejournal.web.journal.grid import READERS


@bp.post("/<int:course_id>/period-marks/<int:student_id>/<mark_slot>", endpoint="record_period_mark")
@permits(Role.TEACHER)
def record(course_id: int, student_id: int, mark_slot: str) -> ResponseReturnValue:
    """Save `value`, typed over `version`; a debt's `due` and `form` where the mark opens one."""
    form = request.form
    typed = Typed(
        form.get("value", "")[:50],
        form.get("version", 0, type=int),
        form.get("reason", "")[:500],
        _terms(),
        request.headers.get("X-Request-Id", ""),
    )
    try:
        saved = period_marks.record(current_user, course_id, student_id, mark_slot, typed)
    except ServiceError as error:
        return _refused(error, student_id, mark_slot, typed)
    return render_template("journal/_mark_saved.html", saved=saved)


@bp.get("/<int:course_id>/period-marks/<int:student_id>/<mark_slot>/history", endpoint="period_mark_history")
@permits(*READERS)
def history(course_id: int, student_id: int, mark_slot: str) -> str:
    found = mark_history.load(current_user, course_id, student_id, mark_slot)
    return render_template("journal/_mark_history.html", history=found)


@bp.get("/<int:course_id>/period-marks/<mark_slot>", endpoint="period_marks")
@permits(*READERS)
def review(course_id: int, mark_slot: str) -> str:
    """Everybody without a mark, with what is suggested; nothing is written by itself."""
    return _page(course_id, mark_slot)


@bp.post("/<int:course_id>/period-marks/<mark_slot>", endpoint="record_suggested_marks")
@permits(Role.TEACHER)
def record_suggested(course_id: int, mark_slot: str) -> ResponseReturnValue:
    """Write the marks that stay ticked, to those who have none."""
    chosen = {int(number): request.form.get(f"mark-{number}", "") for number in request.form.getlist("student", int)}
    try:
        written, passed_over = period_marks.record_suggested(current_user, course_id, mark_slot, chosen, _terms())
    except (RefusedError, ClosedError) as error:
        db.session.rollback()
        return _page(course_id, mark_slot, error), error.status
    rest = f" Пропущено: {'; '.join(passed_over)}." if passed_over else ""
    flash(f"Выставлено оценок: {written}.{rest}")
    return redirect(url_for("journal.period_marks", course_id=course_id, mark_slot=mark_slot))


def _page(course_id: int, mark_slot: str, error: ServiceError | None = None) -> str:
    column = period_marks.column(current_user, course_id, mark_slot)
    return render_template(
        "journal/period_marks.html",
        column=column,
        due=period_marks.due(column.slot),
        error=error,
        asks_debt=isinstance(error, DebtNeededError),
        ticked=set(request.form.getlist("student", int)) if error else None,
        forms=debt_marks.FORMS,
    )


def _terms() -> Terms:
    return Terms(request.form.get("due", "")[:20], request.form.get("form", ""))


def _refused(error: ServiceError, student_id: int, mark_slot: str, typed: Typed) -> ResponseReturnValue:
    """The cell with what was typed still in it, the reason and what can be done."""
    db.session.rollback()
    return render_template(
        "journal/_mark_refused.html",
        student_id=student_id,
        slot=mark_slot,
        typed=typed,
        message=error.message,
        repair=getattr(error, "repair", None),
        asks_reason=isinstance(error, ReasonNeededError),
        asks_debt=isinstance(error, DebtNeededError),
        stored=error.current if isinstance(error, StaleError) else None,
    ), error.status

"""Closing a journal's period, opening it again for some days (п. 4.4)."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits, proven
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import closing, debt_marks
from ejournal.services.debt_marks import Terms
from ejournal.services.errors import FieldsError, RefusedError
from ejournal.web.journal import bp
from ejournal.web.journal.grid import READERS

CLOSERS = (Role.TEACHER, Role.ADMINISTRATION, Role.SYSADMIN)


@bp.get("/<int:course_id>/closing/<int:period_id>", endpoint="closing")
@permits(*READERS)
def show(course_id: int, period_id: int) -> str:
    """What is unfinished, before anything is closed."""
    return _page(course_id, period_id)


@bp.post("/<int:course_id>/closing/<int:period_id>", endpoint="close_period")
@permits(*CLOSERS)
def close(course_id: int, period_id: int) -> ResponseReturnValue:
    try:
        closing.close(current_user, course_id, period_id, anyway=bool(request.form.get("anyway")))
    except RefusedError as error:
        db.session.rollback()
        return _page(course_id, period_id, error), error.status
    flash("Период закрыт: записи за его дни больше не меняются (п. 4.4).")
    return redirect(url_for("journal.closing", course_id=course_id, period_id=period_id))


@bp.post("/<int:course_id>/unlocking/<int:period_id>", endpoint="unlock_period")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
@proven
def unlock(course_id: int, period_id: int) -> ResponseReturnValue:
    """Open a closed period for `days` days, for a `reason`."""
    days, reason = request.form.get("days", ""), request.form.get("reason", "")
    try:
        until = closing.unlock(current_user, course_id, period_id, days, reason)
    except RefusedError as error:
        db.session.rollback()
        return _page(course_id, period_id, error), error.status
    flash(f"Журнал открыт для правки по {until:%d.%m.%Y} включительно, потом закроется сам.")
    return redirect(url_for("journal.closing", course_id=course_id, period_id=period_id))


@bp.post("/<int:course_id>/debt-terms/<mark_slot>", endpoint="set_debts")
@permits(*CLOSERS)
def set_debts(course_id: int, mark_slot: str) -> ResponseReturnValue:
    """Term and form of debts whose marks came without them."""
    terms = Terms(request.form.get("due", "")[:20], request.form.get("form", ""))
    try:
        number = closing.set_debts(current_user, course_id, mark_slot, terms)
    except RefusedError as error:
        db.session.rollback()
        flash(error.message, "error")
    else:
        flash(f"Срок и форма записаны, задолженностей: {number}.")
    if mark_slot.isdecimal():
        return redirect(url_for("journal.closing", course_id=course_id, period_id=int(mark_slot)))
    return redirect(url_for("journal.period_marks", course_id=course_id, mark_slot=mark_slot))


def _page(course_id: int, period_id: int, error: RefusedError | None = None) -> str:
    return render_template(
        "journal/closing.html",
        page=closing.load(current_user, course_id, period_id),
        error=error,
        errors=error.fields if isinstance(error, FieldsError) else {},
        forms=debt_marks.FORMS,
        most_days=closing.MOST_DAYS,
    )

"""Who has no mark for a work: marked as owed with a term, and taken back (п. 4.4)."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.extensions import db, reading
from ejournal.models import Role
from ejournal.services import owed_marking
from ejournal.web.journal import answers, bp
from ejournal.web.journal.answers import Wrong
from ejournal.web.journal.grid import READERS


@bp.get("/<int:course_id>/works/<int:work_id>/owed", endpoint="owed_work")
@permits(*READERS)
def show(course_id: int, work_id: int) -> str:
    return render_template("journal/owed.html", sheet=owed_marking.sheet(current_user, course_id, work_id), wrong=None)


@bp.post("/<int:course_id>/works/<int:work_id>/owed", endpoint="mark_owed")
@permits(Role.TEACHER)
def mark(course_id: int, work_id: int) -> ResponseReturnValue:
    """`students` (several), `due`, `note`."""
    form = request.form
    chosen = form.getlist("students", type=int)
    try:
        made = owed_marking.mark(current_user, course_id, work_id, chosen, form.get("due", ""), form.get("note", ""))
    except answers.MENDABLE as error:
        db.session.rollback()
        with reading():
            sheet = owed_marking.sheet(current_user, course_id, work_id)
            return render_template("journal/owed.html", sheet=sheet, wrong=Wrong.by(error, "owed")), error.status
    flash(f"Отмечено несданным: {len(made)}. Обучающиеся и родители видят это в дневнике.")
    return redirect(url_for("journal.owed_work", course_id=course_id, work_id=work_id))


@bp.post("/<int:course_id>/owed/<int:owed_work_id>/removal", endpoint="lift_owed")
@permits(Role.TEACHER)
def lift(course_id: int, owed_work_id: int) -> ResponseReturnValue:
    """`back`: «board» where it was pressed on the list of the journal."""
    lifted = owed_marking.lift(current_user, course_id, owed_work_id)
    flash("Отметка «не сдано» снята.")
    if request.form.get("back") == "board":
        return redirect(url_for("journal.answers", course_id=course_id, _anchor="owed"))
    return redirect(url_for("journal.owed_work", course_id=course_id, work_id=lifted.work_id))

"""One cell: save it, see its history."""

from flask import get_template_attribute, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import cell_log, cells
from ejournal.services.errors import ReasonNeededError, ServiceError, StaleError
from ejournal.web.journal import bp
from ejournal.web.journal.fragments import shown_span
from ejournal.web.journal.grid import READERS


@bp.post("/<int:course_id>/cells/<int:student_id>/<int:work_id>")
@permits(Role.TEACHER)
def record(course_id: int, student_id: int, work_id: int) -> ResponseReturnValue:
    """Save `value`, typed over `version`. Whatever the answer, it is the cell's fragment."""
    entry = cells.Entry(
        student_id, work_id, request.form.get("value", "")[:50], request.form.get("version", 0, type=int)
    )
    reason, request_id = request.form.get("reason", "")[:500], request.headers.get("X-Request-Id", "")
    try:
        saved, figures = cells.record_and_show(current_user, course_id, entry, reason, request_id, shown=shown_span())
    except ServiceError as error:
        return _refused(error, entry)
    # The macro by itself: a cell needs nothing of what every page is given.
    return str(get_template_attribute("journal/_cell.html", "saved")(saved, *figures))


@bp.get("/<int:course_id>/cells/<int:student_id>/<int:work_id>/history")
@permits(*READERS)
def history(course_id: int, student_id: int, work_id: int) -> str:
    """Who put what when, and why (п. 4.2)."""
    return render_template(
        "journal/_history.html", history=cell_log.history(current_user, course_id, student_id, work_id)
    )


def _refused(error: ServiceError, entry: cells.Entry) -> ResponseReturnValue:
    """The cell with what was typed still in it, the reason and what can be done."""
    db.session.rollback()
    stored = error.current if isinstance(error, StaleError) else None
    return render_template(
        "journal/_refused.html",
        entry=entry,
        message=error.message,
        repair=getattr(error, "repair", None),
        asks_reason=isinstance(error, ReasonNeededError),
        stored=stored,
    ), error.status

"""The documents of a journal: itself, and the sheet of its exam or credit."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import OVERSEERS, STAFF, permits
from ejournal.documents import exam_sheet
from ejournal.models import Role
from ejournal.services import grid, spans
from ejournal.web.documents import answers, bp


@bp.get("/courses/<int:course_id>")
@permits(*STAFF)
def course(course_id: int) -> str:
    found, _may_edit = grid.find_course(current_user, course_id)
    periods = spans.periods_of(found)
    return render_template(
        "documents/course.html",
        course=found,
        periods=[(period.id, period.title) for period in periods],
        kinds=exam_sheet.FORMS.items(),
        may_report=current_user.holds(OVERSEERS),
    )


@bp.post("/courses/<int:course_id>/journal")
@permits(*STAFF)
def journal_book(course_id: int) -> ResponseReturnValue:
    found, _may_edit = grid.find_course(current_user, course_id)
    period = request.form.get("period", type=int)
    return answers.started("journal_book", f"Журнал: {found.title}", course_id=course_id, period_id=period)


@bp.post("/courses/<int:course_id>/exam-sheet")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def course_exam_sheet(course_id: int) -> ResponseReturnValue:
    form = request.form
    wanted = exam_sheet.Wanted(form.get("kind", ""), form.get("period", type=int), bool(form.get("filled")))
    return answers.pdf(
        exam_sheet.KIND, "Ведомость", lambda: exam_sheet.of_course(current_user, course_id, wanted), _back(course_id)
    )


def _back(course_id: int) -> str:
    return url_for("documents.course", course_id=course_id)

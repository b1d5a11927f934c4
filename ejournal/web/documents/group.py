"""The documents of a group: for its leader and administration."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import LEADERS, OVERSEERS, permits
from ejournal.documents import attendance, consolidated, timetable
from ejournal.models import Role
from ejournal.services import document_lists, settings
from ejournal.services.consolidated import MARKS
from ejournal.web.documents import answers, bp


@bp.get("/groups/<int:group_id>")
@permits(*LEADERS)
def group(group_id: int) -> str:
    return render_template(
        "documents/group.html",
        page=document_lists.of_group(current_user, group_id),
        marks=MARKS.items(),
        may_report=current_user.holds(OVERSEERS),
    )


@bp.post("/groups/<int:group_id>/statements")
@permits(*LEADERS)
def group_statements(group_id: int) -> ResponseReturnValue:
    """Everybody's statement in one file, each with its own number (п. 4.6)."""
    page = document_lists.of_group(current_user, group_id)
    period = request.form.get("period", type=int)
    title = f"Выписки группы {page.group.title}"
    return answers.started("group_statements", title, group_id=group_id, period_id=period)


@bp.post("/groups/<int:group_id>/journal")
@permits(*LEADERS)
def group_book(group_id: int) -> ResponseReturnValue:
    """The journal of the group whole (п. 3.7): title, contents, students, every discipline, the results."""
    page = document_lists.of_group(current_user, group_id)
    period = request.form.get("period", type=int)
    title = f"Журнал группы {page.group.title}"
    return answers.started("group_book", title, group_id=group_id, year_id=None, period_id=period)


@bp.post("/groups/<int:group_id>/attendance")
@permits(*LEADERS)
def attendance_sheet(group_id: int) -> ResponseReturnValue:
    month = request.form.get("month", "")
    return answers.pdf(
        attendance.KIND, f"Посещаемость {month}", lambda: attendance.of_group(current_user, group_id, month),
        _back(group_id),
    )  # fmt: skip


@bp.post("/groups/<int:group_id>/consolidated")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def consolidated_sheet(group_id: int) -> ResponseReturnValue:
    period, of = request.form.get("period", type=int), request.form.get("of", "")
    return answers.pdf(
        consolidated.KIND, "Сводная ведомость", lambda: consolidated.of_group(current_user, group_id, period, of),
        _back(group_id),
    )  # fmt: skip


@bp.post("/groups/<int:group_id>/timetable")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def group_timetable(group_id: int) -> ResponseReturnValue:
    """The week of a day (this one by itself)."""
    day = answers.day("day", settings.today())
    return answers.pdf(
        timetable.KIND, "Расписание", lambda: timetable.of_group(current_user, group_id, day), _back(group_id)
    )


@bp.post("/groups/<int:group_id>/consent-forms")
@permits(*LEADERS)
def consent_forms(group_id: int) -> ResponseReturnValue:
    """Blank forms of the consent, filled in with the names of the group (п. 4.1, 152-ФЗ)."""
    page = document_lists.of_group(current_user, group_id)
    return answers.started("group_consent_forms", f"Согласия группы {page.group.title}", group_id=group_id)


def _back(group_id: int) -> str:
    return url_for("documents.group", group_id=group_id)

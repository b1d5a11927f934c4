"""A student of a group for its leader, and the printing of what the pages of groups show."""

from urllib.parse import urlencode

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import LEADERS, permits
from ejournal.documents import group_view
from ejournal.domain import absences
from ejournal.domain.consents import STATES as CONSENT_STATES
from ejournal.domain.notation import ATTENDANCE
from ejournal.models import COMING, LEAVING
from ejournal.services import group_student
from ejournal.web.documents import answers
from ejournal.web.groups import bp
from ejournal.web.slips.pages import STATES

# What an address of the group's page may say.
ASKED = ("view", "day", "week", "period", "by", "sort")


@bp.get("/<int:group_id>/students/<int:student_id>")
@permits(*LEADERS)
def student(group_id: int, student_id: int) -> str:
    page = group_student.load(current_user, group_id, student_id, request.args.get("period", ""))
    return render_template(
        "groups/student.html",
        page=page,
        study=page.study,
        group=page.study.group,
        student=page.study.student,
        states=STATES,
        consent_states=CONSENT_STATES,
        coming=COMING,
        leaving=LEAVING,
        attendance=ATTENDANCE,
        paper_states=absences.STATES,
    )


@bp.post("/<int:group_id>/students/<int:student_id>/sheet")
@permits(*LEADERS)
def student_sheet(group_id: int, student_id: int) -> ResponseReturnValue:
    """What the page of a student shows, on paper."""
    shown = request.form.get("period", "")
    return answers.pdf(
        group_view.STUDENT, "Сведения об обучающемся",
        lambda: group_view.of_student(current_user, group_id, student_id, shown),
        url_for("groups.student", group_id=group_id, student_id=student_id, period=shown),
    )  # fmt: skip


@bp.post("/<int:group_id>/sheet")
@permits(*LEADERS)
def group_sheet(group_id: int) -> ResponseReturnValue:
    """The page of a group as it is shown, on paper."""
    asked: dict[str, str] = {name: value for name, value in request.form.items() if name in ASKED}
    return answers.pdf(
        group_view.GROUP, "Ведомость группы", lambda: group_view.of_group(current_user, group_id, asked),
        f"{url_for('groups.group', group_id=group_id)}?{urlencode(asked)}",
    )  # fmt: skip

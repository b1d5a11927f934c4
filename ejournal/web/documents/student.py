"""The documents of one student: the statement of п. 4.6 on screen and on paper, the consent form, an extract."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import LEADERS, OVERSEERS, permits
from ejournal.documents import consent_form, extract, statement
from ejournal.models import Role
from ejournal.services import statements
from ejournal.web.documents import answers, bp


@bp.get("/statements/<int:student_id>")
@permits(*LEADERS)
def student(student_id: int) -> str:
    period = request.args.get("period", type=int)
    made = statements.of_student(current_user, student_id, period)
    return render_template(
        "documents/student.html",
        statement=made,
        periods=[(row.id, row.title) for row in statements.periods_of(made.group)],
        may_extract=current_user.holds(OVERSEERS),
    )


@bp.post("/statements/<int:student_id>")
@permits(*LEADERS)
def student_statement(student_id: int) -> ResponseReturnValue:
    period = request.form.get("period", type=int)
    return answers.pdf(
        statement.KIND, "Выписка", lambda: statement.of_student(current_user, student_id, period), _back(student_id)
    )


@bp.post("/consent-forms/<int:student_id>")
@permits(*LEADERS)
def student_consent_form(student_id: int) -> ResponseReturnValue:
    return answers.pdf(
        consent_form.KIND, "Согласие", lambda: consent_form.of_student(current_user, student_id), _back(student_id)
    )


@bp.post("/extracts/<int:disclosure_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def registered_extract(disclosure_id: int) -> ResponseReturnValue:
    """An extract for an authorised body: who asked and on what ground stands in the register already (п. 2.1)."""
    return answers.pdf(
        extract.KIND,
        "Выписка",
        lambda: extract.of_disclosure(current_user, disclosure_id),
        url_for("disclosures.entry", disclosure_id=disclosure_id),
    )


@bp.post("/consent-forms")
@permits(*LEADERS)
def blank_consent_form() -> ResponseReturnValue:
    return answers.pdf(consent_form.KIND, "Согласие", consent_form.blank, url_for("documents.index"))


def _back(student_id: int) -> str:
    return url_for("documents.student", student_id=student_id, period=request.form.get("period", type=int))

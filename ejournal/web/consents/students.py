"""Consents about one student: every answer ever given, one more with its scan, the scans."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.domain.consents import STATES
from ejournal.extensions import db
from ejournal.models import CONSENTS
from ejournal.services import consents
from ejournal.services.errors import FieldsError, RefusedError
from ejournal.web.consents import bp
from ejournal.web.consents.pages import KEEPERS, read_form
from ejournal.web.downloads import scan_in, sent


@bp.get("/students/<int:student_id>")
@permits(*KEEPERS)
def student(student_id: int) -> str:
    return _page(student_id, {})


@bp.post("/students/<int:student_id>")
@permits(*KEEPERS)
def record_one(student_id: int) -> ResponseReturnValue:
    signer = request.form.get("signer", "")
    try:
        consents.record(current_user, student_id, signer, read_form(), scan_in(request))
    except RefusedError as error:
        db.session.rollback()
        fields = error.fields if isinstance(error, FieldsError) else {"scan": error.message}
        return _page(student_id, fields), error.status
    flash("Внесено.")
    return redirect(url_for("consents.student", student_id=student_id))


@bp.get("/<int:consent_id>/scan")
@permits(*KEEPERS)
def scan(consent_id: int) -> Response:
    return sent(consents.scan_of(current_user, consent_id))


def _page(student_id: int, errors: dict[str, str]) -> str:
    line, history = consents.of_student(current_user, student_id)
    return render_template(
        "consents/student.html",
        line=line,
        history=history,
        kinds=CONSENTS,
        states=STATES,
        errors=errors,
        typed=request.form,
    )

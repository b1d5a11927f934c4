"""The family's documents: what was sent and what became of it, a photo to send (п. 4.3)."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.domain.absences import STATES
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import absence_papers, absences
from ejournal.services.errors import FieldsError, RefusedError
from ejournal.web.absences import bp
from ejournal.web.absences.form import choices, read_form
from ejournal.web.downloads import scan_in

FAMILY = (Role.STUDENT, Role.PARENT)


@bp.get("/of/<int:student_id>")
@permits(*FAMILY)
def family(student_id: int) -> str:
    return _page(student_id, {})


@bp.post("/of/<int:student_id>")
@permits(*FAMILY)
def send(student_id: int) -> ResponseReturnValue:
    try:
        absences.send(current_user, student_id, read_form(), scan_in(request))
    except RefusedError as error:
        db.session.rollback()
        fields = error.fields if isinstance(error, FieldsError) else {"scan": error.message}
        return _page(student_id, fields), error.status
    flash("Отправлено. Документ подтвердит руководитель группы.")
    return redirect(url_for("absences.family", student_id=student_id))


def _page(student_id: int, errors: dict[str, str]) -> str:
    diary, papers = absence_papers.of_family(current_user, student_id)
    return render_template(
        "absences/family.html",
        diary=diary,
        papers=papers,
        refusal=absences.may_send(current_user, student_id),
        errors=errors,
        typed=request.form,
        states=STATES,
        **choices(),
    )

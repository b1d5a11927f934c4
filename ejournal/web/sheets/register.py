"""The register of ведомости, and the form of a new one."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import OVERSEERS, STAFF, permits
from ejournal.extensions import db
from ejournal.models import SHEET_KINDS, Role
from ejournal.services import sheet_list, sheets
from ejournal.services.errors import FieldsError, RefusedError
from ejournal.web.sheets import bp


@bp.get("/")
@permits(*STAFF)
def index() -> str:
    return render_template(
        "sheets/index.html",
        listing=sheet_list.load(current_user, request.args.get("group", type=int)),
        kinds=SHEET_KINDS,
        controls=sheets.CONTROLS,
        may_create=current_user.holds(OVERSEERS),
    )


@bp.get("/new/<int:course_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def new(course_id: int) -> str:
    """For a journal; the control and day of an exam of the session may be told, or the debt whose next
    attempt it is («?debt=»)."""
    return _form(course_id)


@bp.post("/new/<int:course_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def create(course_id: int) -> ResponseReturnValue:
    form = {**request.form.to_dict(), "course": str(course_id)}
    try:
        made = sheets.create(current_user, form, request.form.getlist("student", int))
    except RefusedError as error:
        db.session.rollback()
        return _form(course_id, error), error.status
    flash(f"Ведомость № {made.number} создана.")
    return redirect(url_for("sheets.show", sheet_id=made.id))


def _form(course_id: int, error: RefusedError | None = None) -> str:
    get = request.args.get
    if debt_id := get("debt", type=int):
        draft = sheet_list.draft_of_debt(current_user, course_id, debt_id)
    else:
        draft = sheet_list.draft(current_user, course_id, get("control", ""), get("date", ""))
    return render_template(
        "sheets/new.html",
        draft=draft,
        typed=request.form.to_dict() if error else draft.values,
        chosen=request.form.getlist("student", int) if error else draft.chosen,
        error=error,
        errors=error.fields if isinstance(error, FieldsError) else {},
        kinds=list(SHEET_KINDS.items()),
        controls=list(sheets.CONTROLS.items()),
    )

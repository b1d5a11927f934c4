"""One ведомость: filled like a list, closed, printed; a closed one is corrected by two people."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import OVERSEERS, STAFF, keeps, permits
from ejournal.documents import exam_sheet
from ejournal.domain import attestation, session_plan
from ejournal.extensions import db
from ejournal.models import SHEET_KINDS, Role, SheetCorrection, SheetRow
from ejournal.services import settings, sheet_corrections, sheets
from ejournal.services.errors import ClosedError, FieldsError, NotFoundError, RefusedError
from ejournal.web.documents import answers
from ejournal.web.sheets import bp

KEEPERS = (Role.TEACHER, Role.ADMINISTRATION, Role.SYSADMIN)


@bp.get("/<int:sheet_id>")
@permits(*STAFF)
def show(sheet_id: int) -> str:
    return _page(sheet_id)


@bp.post("/<int:sheet_id>")
@permits(*KEEPERS)
def fill(sheet_id: int) -> ResponseReturnValue:
    """`mark-N`, `ticket-N` and `version-N` of each row; «close» also closes."""
    form = request.form
    rows = {
        number: (form.get(f"mark-{number}", ""), form.get(f"ticket-{number}", ""), version)
        for number, version in _versions()
    }
    closes = bool(form.get("close"))

    def act() -> None:
        sheets.fill(current_user, sheet_id, rows)
        if closes:
            sheets.close(current_user, sheet_id)

    return _answer(sheet_id, act, "Ведомость закрыта." if closes else "Результаты сохранены.")


@bp.post("/<int:sheet_id>/removal")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def remove(sheet_id: int) -> ResponseReturnValue:
    """One made by mistake, while it is empty."""
    try:
        sheets.remove(current_user, sheet_id)
    except (RefusedError, ClosedError) as error:
        db.session.rollback()
        return _page(sheet_id, error), error.status
    flash("Ведомость удалена. Её номер больше не выдаётся.")
    return redirect(url_for("sheets.index"))


@bp.post("/<int:sheet_id>/print")
@permits(*STAFF)
def print_sheet(sheet_id: int) -> ResponseReturnValue:
    return answers.pdf(
        exam_sheet.KIND,
        "Ведомость",
        lambda: exam_sheet.of_sheet(current_user, sheet_id),
        url_for("sheets.show", sheet_id=sheet_id),
    )


@bp.post("/rows/<int:sheet_row_id>/corrections")
@permits(*KEEPERS)
def propose(sheet_row_id: int) -> ResponseReturnValue:
    """A change of a closed sheet, with its reason; another person decides."""
    row = db.session.get(SheetRow, sheet_row_id)
    if row is None:
        raise NotFoundError

    def act() -> None:
        mark, reason = request.form.get("mark", ""), request.form.get("reason", "")
        sheet_corrections.propose(current_user, sheet_row_id, mark, reason)

    return _answer(row.sheet_id, act, "Исправление предложено: его утверждает другой человек из администрации.")


@bp.post("/corrections/<int:correction_id>/decision")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def decide(correction_id: int) -> ResponseReturnValue:
    made = db.session.get(SheetCorrection, correction_id)
    if made is None:
        raise NotFoundError
    confirm = request.form.get("decision") == "confirm"
    return _answer(
        made.row.sheet_id,
        lambda: sheet_corrections.decide(current_user, correction_id, confirm),
        "Исправление утверждено." if confirm else "Исправление отклонено.",
    )


def _versions() -> list[tuple[int, int]]:
    names = [name for name in request.form if name.startswith("version-")]
    return [(int(name[8:]), request.form.get(name, 0, type=int)) for name in names if name[8:].isdecimal()]


def _answer(sheet_id: int, act: Callable[[], object], done: str) -> ResponseReturnValue:
    """Do it and show the sheet anew; refused, the page with what was typed."""
    try:
        act()
    except (RefusedError, ClosedError) as error:
        db.session.rollback()
        return _page(sheet_id, error), error.status
    flash(done)
    return redirect(url_for("sheets.show", sheet_id=sheet_id))


def _page(sheet_id: int, error: RefusedError | ClosedError | None = None) -> str:
    sheet = sheets.find(current_user, sheet_id)
    corrections = sheet_corrections.of_sheet(sheet_id)
    return render_template(
        "sheets/sheet.html",
        sheet=sheet,
        kind=SHEET_KINDS[sheet.kind],
        control=sheets.CONTROLS.get(sheet.control, sheet.control),
        may_fill=keeps(current_user, sheet.course_id, settings.today()) and not sheet.course.year.closed_at,
        is_office=current_user.holds(OVERSEERS),
        results=[(mark, mark) for mark in attestation.results(sheet.control)],
        with_tickets=sheet.control == session_plan.EXAM,
        corrections=corrections,
        waiting={one.row_id for one in corrections if not one.decision},
        error=error,
        errors=error.fields if isinstance(error, FieldsError) else {},
        typed=request.form if error else {},
    )

"""A row of a curriculum: index, name, module, hours and control of each semester; its removal."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.domain.session_plan import CONTROLS
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import curricula, curriculum_rows
from ejournal.services.curriculum_rows import Typed
from ejournal.services.errors import FieldsError, RefusedError
from ejournal.web.plans import bp

MOST_SEMESTERS = 12


@bp.get("/<int:programme_id>/rows/new")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def new_row(programme_id: int) -> str:
    return _form(programme_id, None, Typed("", "", request.args.get("module_id", type=int)), {})


@bp.post("/<int:programme_id>/rows")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def create_row(programme_id: int) -> ResponseReturnValue:
    return _save(programme_id, None)


@bp.get("/<int:programme_id>/rows/<int:discipline_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def row(programme_id: int, discipline_id: int) -> str:
    found = curricula.row_of(curricula.find(programme_id), discipline_id, _admission())
    typed = Typed(
        index=found.discipline.index,
        title=found.discipline.title,
        module_id=found.discipline.module_id,
        hours={semester: str(hours or "") for semester, hours in found.hours.items()},
        control={semester: tuple(codes.split(",")) for semester, codes in found.control.items()},
    )
    return _form(programme_id, found, typed, {})


@bp.post("/<int:programme_id>/rows/<int:discipline_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def change_row(programme_id: int, discipline_id: int) -> ResponseReturnValue:
    return _save(programme_id, discipline_id)


@bp.post("/<int:programme_id>/rows/<int:discipline_id>/removal")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def remove_row(programme_id: int, discipline_id: int) -> ResponseReturnValue:
    try:
        label = curriculum_rows.remove(current_user, programme_id, discipline_id, _admission())
    except RefusedError as error:
        db.session.rollback()
        flash(error.message, "error")
        return redirect(
            url_for("plans.row", programme_id=programme_id, discipline_id=discipline_id, admission=_admission())
        )
    flash(f"Строка убрана из плана: {label}.")
    return redirect(url_for("plans.curriculum", programme_id=programme_id, admission=_admission()))


def _save(programme_id: int, discipline_id: int | None) -> ResponseReturnValue:
    typed = _typed()
    try:
        saved = curriculum_rows.save(current_user, programme_id, discipline_id, _admission(), typed)
    except FieldsError as error:
        db.session.rollback()
        programme = curricula.find(programme_id)
        found = curricula.row_of(programme, discipline_id, _admission()) if discipline_id else None
        return _form(programme_id, found, typed, error.fields), error.status
    flash(f"Сохранено: {saved.label}.")
    return redirect(url_for("plans.curriculum", programme_id=programme_id, admission=_admission()))


def _form(programme_id: int, found: curricula.Row | None, typed: Typed, errors: dict[str, str]) -> str:
    programme = curricula.find(programme_id)
    last = max([2 * programme.years, *typed.hours, *typed.control])
    return render_template(
        "plans/row.html",
        programme=programme,
        admission=_admission(),
        row=found,
        typed=typed,
        errors=errors,
        semesters=range(1, last + 1),
        controls=CONTROLS,
        modules=[(module.id, module.label) for module in curricula.modules(programme)],
    )


def _typed() -> Typed:
    form = request.form
    numbers = range(1, MOST_SEMESTERS + 1)
    return Typed(
        index=form.get("index", ""),
        title=form.get("title", ""),
        module_id=form.get("module_id", type=int),
        hours={n: form[f"hours-{n}"].strip() for n in numbers if f"hours-{n}" in form},
        control={n: tuple(form.getlist(f"control-{n}")) for n in numbers if f"hours-{n}" in form},
    )


def _admission() -> int:
    """The plan that is meant: 0 is the common one."""
    return request.values.get("admission", 0, type=int)

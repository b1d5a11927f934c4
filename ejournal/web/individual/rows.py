"""A row of an individual plan: chosen discipline first, then how it is studied and in whose journal."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.domain import session_plan
from ejournal.extensions import db
from ejournal.models import IndividualPlan, IndividualRow, Role
from ejournal.services import individual, individual_rows
from ejournal.services.errors import ClosedError, FieldsError, RefusedError
from ejournal.services.individual_rows import Typed
from ejournal.web.individual import bp


@bp.get("/<int:individual_id>/rows/new")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def new_row(individual_id: int) -> str:
    typed = Typed(request.args.get("discipline_id", type=int), "exempt")
    return _form(individual.find(individual_id), None, typed, {})


@bp.post("/<int:individual_id>/rows")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def create_row(individual_id: int) -> ResponseReturnValue:
    return _save(individual_id, None)


@bp.get("/rows/<int:individual_row_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def row(individual_row_id: int) -> str:
    found = individual_rows.find(individual_row_id)
    typed = Typed(
        discipline_id=found.discipline_id,
        way=individual_rows.way_of(found),
        course_id=found.course_id,
        hours="" if found.hours is None else str(found.hours),
        control=found.control or "",
        due=found.due.isoformat() if found.due else "",
    )
    return _form(individual.find(found.plan_id), found, typed, {})


@bp.post("/rows/<int:individual_row_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def change_row(individual_row_id: int) -> ResponseReturnValue:
    return _save(individual_rows.find(individual_row_id).plan_id, individual_row_id)


@bp.post("/rows/<int:individual_row_id>/removal")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def remove_row(individual_row_id: int) -> ResponseReturnValue:
    individual_id = individual_rows.find(individual_row_id).plan_id
    try:
        individual_rows.remove(current_user, individual_row_id)
    except (RefusedError, ClosedError) as error:
        db.session.rollback()
        flash(error.message, "error")
    else:
        flash("Дисциплина убрана из плана.")
    return redirect(url_for("individual.plan", individual_id=individual_id))


def _save(individual_id: int, individual_row_id: int | None) -> ResponseReturnValue:
    form = request.form
    typed = Typed(
        discipline_id=form.get("discipline_id", type=int),
        way=form.get("way", ""),
        course_id=form.get("course_id", type=int),
        hours=form.get("hours", "").strip(),
        control=form.get("control", ""),
        due=form.get("due", "").strip(),
    )
    try:
        individual_rows.save(current_user, individual_id, individual_row_id, typed)
    except (RefusedError, ClosedError) as error:
        db.session.rollback()
        fields = error.fields if isinstance(error, FieldsError) else {"": error.message}
        found = individual_rows.find(individual_row_id) if individual_row_id else None
        return _form(individual.find(individual_id), found, typed, fields), error.status
    flash("Сохранено: списки журналов следуют плану.")
    return redirect(url_for("individual.plan", individual_id=individual_id))


def _form(plan: IndividualPlan, found: IndividualRow | None, typed: Typed, errors: dict[str, str]) -> str:
    offered = individual_rows.disciplines(plan)
    discipline = next((row for row in offered if row.id == typed.discipline_id), None)
    return render_template(
        "individual/row.html",
        plan=plan,
        row=found,
        typed=typed,
        errors=errors,
        discipline=discipline,
        disciplines=[(row.id, row.label) for row in offered],
        courses=[
            (course.id, course.audience)
            for course in (individual_rows.journals(plan, discipline) if discipline else [])
        ],
        ways=individual_rows.WAYS.items(),
        controls=[(code, code) for code in session_plan.CONTROLS],
    )

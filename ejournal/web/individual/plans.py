"""Individual plans: the list, a new one, its order and days, its end."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.domain.calendar import read_day
from ejournal.extensions import db
from ejournal.models import IndividualPlan, Role
from ejournal.services import groups, individual, individual_rows, movement_plan, periods, settings
from ejournal.services.errors import ClosedError, FieldsError, RefusedError
from ejournal.services.individual import Typed
from ejournal.web.individual import bp


@bp.get("/")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def index() -> str:
    wanted = individual.Filter(
        text=request.args.get("q", "").strip(),
        group_id=request.args.get("group", type=int),
        state=request.args.get("state", ""),
        page=max(1, min(request.args.get("page", 1, type=int), 100_000)),
    )
    plans, more = individual.listing(wanted)
    return render_template(
        "individual/index.html",
        plans=plans,
        more=more,
        wanted=wanted,
        kept={name: value for name, value in request.args.items() if name != "page" and value},
        groups=_groups(),
        group_of=individual.groups_of(plans),
        states=individual.STATES.items(),
        way_of=individual_rows.way_of,
    )


@bp.get("/new")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def new_plan() -> str:
    return _new_form(Typed("", None, settings.today(), None), {})


@bp.post("/new")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def create_plan() -> ResponseReturnValue:
    typed = _typed()
    try:
        plan = individual.create(current_user, request.form.get("student_id", type=int), typed)
    except (RefusedError, ClosedError) as error:
        db.session.rollback()
        return _new_form(typed, _fields(error)), error.status
    flash("План создан: добавьте дисциплины.")
    return redirect(url_for("individual.plan", individual_id=plan.id))


@bp.get("/<int:individual_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def plan(individual_id: int) -> str:
    found = individual.find(individual_id)
    return _page(found, Typed(found.order_number, found.order_date, found.since, found.until, found.note), {})


@bp.post("/<int:individual_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def change_plan(individual_id: int) -> ResponseReturnValue:
    typed = _typed()
    try:
        individual.change(current_user, individual_id, typed)
    except (RefusedError, ClosedError) as error:
        db.session.rollback()
        return _page(individual.find(individual_id), typed, _fields(error)), error.status
    flash("План сохранён: списки журналов ему следуют.")
    return redirect(url_for("individual.plan", individual_id=individual_id))


@bp.post("/<int:individual_id>/end")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def end_plan(individual_id: int) -> ResponseReturnValue:
    try:
        individual.end(current_user, individual_id, _day("last"))
    except (RefusedError, ClosedError) as error:
        db.session.rollback()
        flash(error.message, "error")
    else:
        flash("План завершён.")
    return redirect(url_for("individual.plan", individual_id=individual_id))


def _new_form(typed: Typed, errors: dict[str, str]) -> str:
    """The form with the students of the chosen group on the plan's first day."""
    group = request.values.get("group", type=int)
    offered = movement_plan.in_group(group, typed.since or settings.today()) if group else []
    return render_template(
        "individual/new.html",
        typed=typed,
        errors=errors,
        groups=_groups(),
        group=group,
        students=[(person.id, person.full_name) for person in offered],
        chosen=request.values.get("student_id", type=int) or "",
    )


def _page(found: IndividualPlan, typed: Typed, errors: dict[str, str]) -> str:
    return render_template(
        "individual/plan.html",
        plan=found,
        typed=typed,
        errors=errors,
        group=individual.groups_of([found])[found.id],
        courses=individual.courses_of(found),
        way_of=individual_rows.way_of,
    )


def _groups() -> list[tuple[int, str]]:
    year = periods.current() or next(iter(periods.years()), None)
    return [(group.id, group.title) for group in (groups.studying(year) if year else [])]


def _fields(error: RefusedError | ClosedError) -> dict[str, str]:
    """What is wrong by field; what concerns the plan as a whole stands above the form."""
    return error.fields if isinstance(error, FieldsError) else {"": error.message}


def _typed() -> Typed:
    form = request.form
    return Typed(
        order_number=form.get("order_number", ""),
        order_date=_day("order_date"),
        since=_day("since"),
        until=_day("until"),
        note=form.get("note", ""),
        until_text=form.get("until", "").strip(),
    )


def _day(name: str) -> date | None:
    return read_day(request.form.get(name, ""))

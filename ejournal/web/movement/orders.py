"""Orders about students: read, entered with a preview, undone."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.domain.calendar import read_day
from ejournal.extensions import db
from ejournal.models import COMING, LEAVING, MOVEMENTS, Person, Role
from ejournal.services import groups, leaves, movement, movement_plan, movement_undo, people, periods, settings
from ejournal.services.errors import ClosedError, FieldsError, RefusedError
from ejournal.services.movement_plan import BEGINNING, Typed
from ejournal.web.movement import bp


@bp.get("/")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def index() -> str:
    wanted = movement.Filter(
        kind=request.args.get("kind", ""),
        text=request.args.get("q", "").strip(),
        page=max(1, min(request.args.get("page", 1, type=int), 100_000)),
    )
    orders, more = movement.register(wanted)
    kept = {name: value for name, value in request.args.items() if name != "page" and value}
    return render_template(
        "movement/index.html",
        orders=orders,
        more=more,
        wanted=wanted,
        kept=kept,
        kinds=MOVEMENTS,
        leaves=leaves.ending(settings.today()),
    )


@bp.get("/new")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def new_order() -> str:
    return _form(_typed(request.args))


@bp.post("/new")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def create_order() -> ResponseReturnValue:
    """Whom it can be about (`show`), then what the order does, in words; with `confirmed` it is done."""
    typed = _typed(request.form)
    if request.form.get("show"):
        return _form(typed)
    if not request.form.get("confirmed"):
        draft = movement_plan.preview(typed)
        return _form(typed, draft=draft), 422 if draft.errors else 200
    try:
        order = movement.issue(current_user, typed)
    except FieldsError as error:
        db.session.rollback()
        return _form(typed, draft=movement_plan.preview(typed), errors=error.fields), error.status
    flash(f"Приказ № {order.number} внесён: {MOVEMENTS[order.kind]}, обучающихся: {len(order.movements)}.")
    return redirect(url_for("movement.index"))


@bp.post("/orders/<int:order_id>/undoing")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def undo_order(order_id: int) -> ResponseReturnValue:
    try:
        order = movement_undo.undo(current_user, order_id)
    except (ClosedError, RefusedError) as error:
        flash(error.message, "error")
    else:
        flash(f"Приказ № {order.number} отменён: всё стало как до него.")
    return redirect(url_for("movement.index"))


@bp.get("/students/<int:person_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def student(person_id: int) -> str:
    return render_template(
        "movement/student.html",
        person=people.find(person_id),
        way=movement.way_of(person_id),
        coming=COMING,
        leaving=LEAVING,
    )


def _form(typed: Typed, draft: movement_plan.Draft | None = None, errors: dict[str, str] | None = None) -> str:
    """The form with the students it can be about: of the chosen group, or for coming ones those in no group."""
    source = request.values.get("source", type=int)
    away: list[Person] = []
    chosen = typed.effective or settings.today()
    if typed.kind in ("enrol", "restore"):
        offered = movement_plan.in_no_group(chosen, restored=typed.kind == "restore")
    else:
        offered = movement_plan.in_group(source, chosen) if source else []
        # Who did not come back from a leave is in no group, and is expelled from it.
        away = leaves.from_group(source, chosen) if source and typed.kind == "expel" else []
    year = periods.current()
    return render_template(
        "movement/new.html",
        typed=typed,
        draft=draft,
        errors=errors or (draft.errors if draft else {}),
        kinds=MOVEMENTS,
        comes=typed.kind in BEGINNING,
        groups=[(group.id, group.title) for group in (groups.studying(year) if year else [])],
        source=source,
        offered=offered,
        away=away,
    )


def _typed(values: object) -> Typed:
    get, many = values.get, values.getlist  # type: ignore[attr-defined]
    return Typed(
        kind=get("kind", "move"),
        number=get("number", ""),
        dated=read_day(get("dated", "")),
        effective=read_day(get("effective", "")),
        student_ids=tuple(int(value) for value in many("student_ids") if value.isdecimal()),
        group_id=get("group_id", type=int),
        leave_until=read_day(get("leave_until", "")),
        reason=get("reason", ""),
        new_people=tuple(line.strip() for line in get("new_people", "").splitlines() if line.strip()),
        sure=bool(get("sure")),
    )

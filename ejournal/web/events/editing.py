"""Planning, changing and cancelling an event."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import PLANNERS, permits
from ejournal.extensions import db
from ejournal.models import EVENT_KINDS
from ejournal.services import audiences, event_edit
from ejournal.services.errors import FieldsError
from ejournal.services.event_edit import Typed
from ejournal.services.events import Shown
from ejournal.web.audience_form import choice_in
from ejournal.web.events import bp


@bp.get("/new")
@permits(*PLANNERS)
def new() -> str:
    return _form(Typed(date=request.args.get("date", "")), {})


@bp.post("/")
@permits(*PLANNERS)
def create() -> ResponseReturnValue:
    typed = _typed()
    try:
        made = event_edit.create(current_user, typed)
    except FieldsError as error:
        db.session.rollback()
        return _form(typed, error.fields), error.status
    flash("Событие назначено: его видят все, кому оно адресовано.")
    return redirect(url_for("events.event", event_id=made.id))


@bp.get("/<int:event_id>/edit")
@permits(*PLANNERS)
def edit(event_id: int) -> str:
    shown = event_edit.to_change(current_user, event_id)
    return _form(event_edit.typed_of(shown), {}, shown)


@bp.post("/<int:event_id>")
@permits(*PLANNERS)
def update(event_id: int) -> ResponseReturnValue:
    typed = _typed()
    try:
        event_edit.change(current_user, event_id, typed)
    except FieldsError as error:
        db.session.rollback()
        return _form(typed, error.fields, event_edit.to_change(current_user, event_id)), error.status
    flash("Событие изменено.")
    return redirect(url_for("events.event", event_id=event_id))


@bp.post("/<int:event_id>/cancellation")
@permits(*PLANNERS)
def cancel(event_id: int) -> ResponseReturnValue:
    event_edit.cancel(current_user, event_id, request.form.get("reason", ""))
    flash("Событие отменено: в календаре оно остаётся с пометкой.")
    return redirect(url_for("events.event", event_id=event_id))


def _form(typed: Typed, errors: dict[str, str], shown: Shown | None = None) -> str:
    return render_template(
        "events/edit.html",
        typed=typed,
        errors=errors,
        shown=shown,
        # After a clash the form goes on from what is there now.
        version=shown.event.version if shown else 0,
        kinds=list(EVENT_KINDS.items()),
        reminders=list(event_edit.REMIND.items()),
        offer=audiences.offer(current_user, teaching=True),
    )


def _typed() -> Typed:
    form = request.form
    names = ("kind", "title", "date", "starts", "ends", "place")
    return Typed(
        **{name: form.get(name, "") for name in names},
        description=form.get("description", "").replace("\r\n", "\n"),
        remind_days=form.get("remind_days", type=int),
        choice=choice_in(form),
        version=form.get("version", 0, type=int),
    )

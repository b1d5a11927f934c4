"""Schedules of bells: the list, one that is changed or added, its dates."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.domain.bells import PAIRS
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import bell_admin
from ejournal.services.errors import FieldsError, RefusedError
from ejournal.web.bells import bp


@bp.get("/")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def index() -> str:
    return render_template("bells/index.html", listed=bell_admin.listing(), kinds=bell_admin.KINDS, pairs=PAIRS)


@bp.get("/new")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def new_schedule() -> str:
    return _form(None, {"kind": bell_admin.SPECIAL}, {})


@bp.post("/new")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def create_schedule() -> ResponseReturnValue:
    try:
        made = bell_admin.save(current_user, None, request.form)
    except FieldsError as error:
        db.session.rollback()
        return _form(None, request.form, error.fields), error.status
    flash(f"Звонки «{made.title}» добавлены.")
    return redirect(url_for("bells.index"))


@bp.get("/<int:schedule_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def schedule(schedule_id: int) -> str:
    return _form(schedule_id, bell_admin.form_of(bell_admin.find(schedule_id)), {})


@bp.post("/<int:schedule_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def change_schedule(schedule_id: int) -> ResponseReturnValue:
    try:
        changed = bell_admin.save(current_user, schedule_id, request.form)
    except FieldsError as error:
        db.session.rollback()
        return _form(schedule_id, request.form, error.fields), error.status
    flash(f"Звонки «{changed.title}» сохранены.")
    return redirect(url_for("bells.index"))


@bp.post("/<int:schedule_id>/removal")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def remove_schedule(schedule_id: int) -> ResponseReturnValue:
    return _done(lambda: f"Звонки «{bell_admin.remove(current_user, schedule_id)}» удалены.")


@bp.post("/<int:schedule_id>/dates")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def add_date(schedule_id: int) -> ResponseReturnValue:
    def act() -> str:
        made = bell_admin.add_date(current_user, schedule_id, request.form.get("date", ""))
        return f"Звонки назначены на {made.date:%d.%m.%Y}."

    return _done(act)


@bp.post("/<int:schedule_id>/dates/<int:date_id>/removal")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def remove_date(schedule_id: int, date_id: int) -> ResponseReturnValue:
    def act() -> str:
        bell_admin.remove_date(current_user, schedule_id, date_id)
        return "Дата снята: в этот день звонки по дню недели."

    return _done(act)


def _done(act: Callable[[], str]) -> ResponseReturnValue:
    try:
        flash(act())
    except RefusedError as error:
        db.session.rollback()
        flash(error.message, "error")
    return redirect(url_for("bells.index"))


def _form(schedule_id: int | None, typed: object, errors: dict[str, str]) -> str:
    return render_template(
        "bells/schedule.html",
        schedule_id=schedule_id,
        typed=typed,
        errors=errors,
        kinds=bell_admin.KINDS.items(),
        pairs=PAIRS,
    )

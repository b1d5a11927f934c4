"""Days on which the system was down: administration declares them, so that nobody is late because of them (п. 4.1)."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.domain.calendar import read_day
from ejournal.models import Role
from ejournal.services import failures
from ejournal.services.errors import NotFoundError, RefusedError
from ejournal.web.continuity import bp


@bp.post("/failures")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def declare() -> ResponseReturnValue:
    form = request.form
    since = read_day(form.get("since", ""))
    try:
        until = read_day(form.get("until", "")) or since
        failures.declare(current_user, since, until, form.get("kind", ""), form.get("words", ""))
    except RefusedError as error:
        flash(error.message, "error")
    else:
        flash("Дни сбоя объявлены: внесённое за них из таблиц запаса не считается опозданием (п. 4.4).")
    return redirect(url_for("continuity.index", _anchor="failures"))


@bp.post("/failures/withdrawal")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def withdraw() -> ResponseReturnValue:
    form = request.form
    since, until = read_day(form.get("since", "")), read_day(form.get("until", ""))
    try:
        if since is None or until is None:
            raise NotFoundError("Этот сбой уже отозван.")
        failures.withdraw(current_user, since, until, form.get("kind", ""))
    except NotFoundError as error:
        flash(error.message, "error")
    else:
        flash("Отозвано. Запись об этом осталась в журнале изменений.")
    return redirect(url_for("continuity.index", _anchor="failures"))

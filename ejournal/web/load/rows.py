"""The load of a group: journals made from the rows of the plan, teachers given and ended, hours, removal."""

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import groups, load, people, period_hours, periods, settings, subgroups
from ejournal.services.errors import ClosedError, RefusedError
from ejournal.web.load import bp
from ejournal.web.typed_days import typed_day


@bp.get("/")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def index() -> str:
    try:
        year = periods.chosen(request.args.get("year", type=int))
    except RefusedError as error:
        return render_template("load/index.html", group=None, refusal=error.message)
    studying = groups.studying(year)
    wanted = request.args.get("group", type=int)
    group = next((g for g in studying if wanted in (None, g.id)), None)
    if wanted and group is None:
        abort(404)
    return render_template(
        "load/index.html",
        year=year,
        groups=[(g.id, g.title) for g in studying],
        group=group,
        rows=load.of_group(year, group) if group else [],
        periods=periods.of_group(group, year) if group else [],
        unshared=period_hours.by_semester(year, studying),
        empty_subgroups=subgroups.empty_in(year, max(settings.today(), year.starts)).get(group.id, []) if group else [],
        teachers=[(person.id, person.full_name) for person in people.teachers(max(settings.today(), year.starts))],
    )


@bp.post("/journals")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def create_journals() -> ResponseReturnValue:
    """For the group shown, or with `all` for every group of the year."""

    def act() -> str:
        year = periods.chosen(request.form.get("year", type=int))
        wanted = request.form.get("group", type=int)
        chosen = [g for g in groups.studying(year) if request.form.get("all") or g.id == wanted]
        return f"Создано журналов: {load.create_journals(current_user, year, chosen)}."

    return _done(act)


@bp.post("/hours")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def share_hours() -> ResponseReturnValue:
    """Of the group shown, or with `all` of every group of the year."""

    def act() -> str:
        year = periods.chosen(request.form.get("year", type=int))
        wanted = request.form.get("group", type=int)
        chosen = [g for g in groups.studying(year) if request.form.get("all") or g.id == wanted]
        return f"Часы разнесены по периодам, журналов: {period_hours.share_out(current_user, year, chosen)}."

    return _done(act)


@bp.post("/journals/<int:course_id>/teachers")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def appoint(course_id: int) -> ResponseReturnValue:
    form = request.form
    teacher_id, instead = form.get("teacher_id", type=int), bool(form.get("instead"))
    return _done(
        lambda: load.appoint(current_user, course_id, teacher_id, typed_day("since"), instead),
        "Преподаватель назначен.",
    )


@bp.post("/journals/<int:course_id>/teachers/<int:teaching_id>/end")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def dismiss(course_id: int, teaching_id: int) -> ResponseReturnValue:
    return _done(
        lambda: load.dismiss(current_user, course_id, teaching_id, typed_day("last") or settings.today()),
        "Преподаватель снят с журнала.",
    )


@bp.post("/journals/<int:course_id>/hours")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def set_hours(course_id: int) -> ResponseReturnValue:
    """The year's hours, or those of each of its periods («hours-1», «hours-2» …)."""
    form = request.form
    parts = {number: form[f"hours-{number}"] for number in range(1, 13) if f"hours-{number}" in form}
    if parts:
        return _done(lambda: load.set_period_hours(current_user, course_id, parts), "Часы сохранены.")
    return _done(lambda: load.set_hours(current_user, course_id, form.get("hours", "")), "Часы сохранены.")


@bp.post("/journals/<int:course_id>/removal")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def remove_journal(course_id: int) -> ResponseReturnValue:
    return _done(lambda: f"Журнал удалён: {load.remove(current_user, course_id)}.")


def _done(act: Callable[[], str | None], said: str = "") -> ResponseReturnValue:
    """Do it, say what was done or why not, and show the same group again."""
    try:
        flash(act() or said)
    except (RefusedError, ClosedError) as error:
        db.session.rollback()
        flash(error.message, "error")
    year, group = request.form.get("year", type=int), request.form.get("group", type=int)
    return redirect(url_for("load.index", year=year, group=group))

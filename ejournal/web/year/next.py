"""The passage to a new year: its periods, the groups' new names, the release of those who finished, closing."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.domain import calendar
from ejournal.domain.calendar import read_day
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import new_year, periods, settings, year_setup
from ejournal.services.errors import FieldsError
from ejournal.web.year import bp


@bp.get("/next")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def next_year() -> str:
    return _page(request.args.get("year", type=int), {})


@bp.post("/next/groups")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def promote() -> ResponseReturnValue:
    """The new names of the groups that study on («title-17»)."""
    year = periods.chosen(request.form.get("year", type=int))
    titles = {
        int(name.removeprefix("title-")): text
        for name, text in request.form.items()
        if name.startswith("title-") and name.removeprefix("title-").isdecimal()
    }
    try:
        renamed = new_year.rename(current_user, year, titles)
    except FieldsError as error:
        db.session.rollback()
        return _page(year.id, error.fields), error.status
    flash(f"Группы переименованы: {renamed}.")
    return redirect(url_for("year.next_year", year=year.id))


@bp.post("/next/release")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def release() -> ResponseReturnValue:
    form = request.form
    year = periods.chosen(form.get("year", type=int))
    chosen, dated, since = (
        form.getlist("group", type=int),
        read_day(form.get("dated", "")),
        read_day(form.get("since", "")),
    )
    try:
        released = new_year.release(current_user, year, chosen, form.get("number", ""), dated, since)
    except FieldsError as error:
        db.session.rollback()
        return _page(year.id, error.fields), error.status
    flash(f"Выпущено групп: {released}.")
    return redirect(url_for("year.next_year", year=year.id))


def _page(year_id: int | None, errors: dict[str, str]) -> str:
    year = periods.chosen(year_id)
    return render_template(
        "year/next.html",
        plan=new_year.plan(year),
        year=year,
        years=periods.years(),
        next_title=calendar.year_title(year.starts.year + 1),
        schemes=[(key, title) for key, (title, _) in year_setup.SCHEMES.items()],
        is_over=year.ends < settings.today(),
        errors=errors,
        typed=request.form,
        chosen=request.form.getlist("group", type=int),
    )

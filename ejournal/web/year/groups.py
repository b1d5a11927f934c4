"""Groups of a year: list, one group, its leader (п. 4.2)."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import group_admin, groups, movement_plan, people, periods, settings
from ejournal.services.errors import FieldsError
from ejournal.web.year import bp


@bp.get("/groups", endpoint="groups")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def listing() -> str:
    year = periods.chosen(request.args.get("year", type=int))
    return render_template(
        "year/groups.html",
        year=year,
        groups=groups.studying(year),
        curators=group_admin.curators(settings.today()),
        programmes=group_admin.programmes(),
        errors={},
        values={"admission_year": year.starts.year},
    )


@bp.post("/groups")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def create_group() -> ResponseReturnValue:
    try:
        group = group_admin.save(current_user, None, request.form)
    except FieldsError as error:
        db.session.rollback()
        return _listing_with(error.fields), error.status
    flash(f"Группа {group.title} создана.")
    return redirect(url_for("year.group", group_id=group.id))


@bp.post("/programmes")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def create_programme() -> ResponseReturnValue:
    try:
        made = group_admin.save_programme(current_user, request.form)
    except FieldsError as error:
        db.session.rollback()
        return _listing_with(error.fields), error.status
    flash(f"Специальность {made.code} добавлена.")
    return redirect(url_for("year.groups"))


@bp.get("/groups/<int:group_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def group(group_id: int) -> str:
    return _page(group_id, {}, None)


@bp.post("/groups/<int:group_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def update_group(group_id: int) -> ResponseReturnValue:
    try:
        group_admin.save(current_user, group_id, request.form)
    except FieldsError as error:
        db.session.rollback()
        return _page(group_id, error.fields, request.form), error.status
    flash("Сохранено.")
    return redirect(url_for("year.group", group_id=group_id))


@bp.post("/groups/<int:group_id>/curator")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def appoint_curator(group_id: int) -> ResponseReturnValue:
    since = request.form.get("since", type=date.fromisoformat)
    group_admin.appoint_curator(current_user, group_id, request.form.get("person_id", type=int), since)
    flash("Руководитель группы назначен.")
    return redirect(url_for("year.group", group_id=group_id))


def _listing_with(errors: dict[str, str]) -> str:
    year = periods.chosen()
    return render_template(
        "year/groups.html",
        year=year,
        groups=groups.studying(year),
        curators=group_admin.curators(settings.today()),
        programmes=group_admin.programmes(),
        errors=errors,
        values=request.form,
    )


def _page(group_id: int, errors: dict[str, str], values: object) -> str:
    found, today = group_admin.find(group_id), settings.today()
    return render_template(
        "year/group.html",
        group=found,
        curator=group_admin.curators(today).get(group_id),
        students=movement_plan.in_group(group_id, today),
        programmes=group_admin.programmes(),
        teachers=[(person.id, person.full_name) for person in people.teachers(today)],
        errors=errors,
        values=values or found,
    )

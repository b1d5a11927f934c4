"""Subgroups of a group: their lists from a day on, their names; a journal split among them."""

from collections.abc import Callable
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.domain.calendar import read_day
from ejournal.extensions import db
from ejournal.models import AcademicYear, Group, Role
from ejournal.services import group_admin, load, people, periods, settings, subgroup_journals, subgroups
from ejournal.services.errors import FieldsError, RefusedError
from ejournal.web.load import bp


@bp.get("/groups/<int:group_id>/subgroups", endpoint="subgroups")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def show(group_id: int) -> str:
    year, group = _place(group_id)
    return _page(year, group, read_day(request.args.get("on", "")) or _usual_day(year))


@bp.post("/groups/<int:group_id>/subgroups")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def divide(group_id: int) -> ResponseReturnValue:
    """The ticks of the list, or with `alphabet` the list cut in order among the chosen subgroups."""
    year, group = _place(group_id)
    since, sure = read_day(request.form.get("since", "")), bool(request.form.get("sure"))
    ticks: dict[int, set[int]] = {}
    for student_id, _, subgroup_id in (text.partition("-") for text in request.form.getlist("member")):
        if student_id.isdecimal() and subgroup_id.isdecimal():
            ticks.setdefault(int(student_id), set()).add(int(subgroup_id))
    try:
        if since is None:
            raise FieldsError({"since": "Укажите, с какого дня."})
        if request.form.get("alphabet"):
            chosen = request.form.getlist("chosen", type=int)
            moved = subgroups.divide_by_alphabet(current_user, year, group, since, chosen, sure)
        else:
            moved = subgroups.divide(current_user, year, group, since, ticks, sure)
    except FieldsError as error:
        db.session.rollback()
        return _page(year, group, since or _usual_day(year), error.fields, ticks), error.status
    flash(f"Списки подгрупп сохранены, изменений: {moved}.")
    return redirect(url_for("load.subgroups", group_id=group.id, year=year.id, on=since.isoformat()))


@bp.post("/groups/<int:group_id>/subgroups/new")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def create_subgroup(group_id: int) -> ResponseReturnValue:
    group = group_admin.find(group_id)
    title = request.form.get("title", "")
    return _done(group.id, lambda: f"Подгруппа «{subgroups.create(current_user, group, title).title}» создана.")


@bp.post("/subgroups/<int:subgroup_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def rename_subgroup(subgroup_id: int) -> ResponseReturnValue:
    group_id, title = subgroups.find(subgroup_id).group_id, request.form.get("title", "")
    return _done(group_id, lambda: f"Подгруппа: «{subgroups.rename(current_user, subgroup_id, title).title}».")


@bp.post("/subgroups/<int:subgroup_id>/removal")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def remove_subgroup(subgroup_id: int) -> ResponseReturnValue:
    group_id = subgroups.find(subgroup_id).group_id
    return _done(group_id, lambda: f"Подгруппа «{subgroups.remove(current_user, subgroup_id).title}» удалена.")


@bp.get("/journals/<int:course_id>/subgroups")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def splitting(course_id: int) -> str:
    return _split_page(course_id, {})


@bp.post("/journals/<int:course_id>/subgroups")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def split_journal(course_id: int) -> ResponseReturnValue:
    course = load.find(course_id)
    year_id, group_id = course.year_id, course.group_id
    chosen = request.form.getlist("chosen", type=int)
    try:
        made, stays = subgroup_journals.split(current_user, course_id, chosen, request.form)
    except FieldsError as error:
        db.session.rollback()
        return _split_page(course_id, error.fields), error.status
    rest = " Журнал всей группы остался: в нём уже есть занятия, расписание или записи." if stays else ""
    flash(f"Создано журналов подгрупп: {made}.{rest}")
    return redirect(url_for("load.index", year=year_id, group=group_id))


def _place(group_id: int) -> tuple[AcademicYear, Group]:
    return periods.chosen(request.values.get("year", type=int)), group_admin.find(group_id)


def _usual_day(year: AcademicYear) -> date:
    return min(max(settings.today(), year.starts), year.ends)


def _page(
    year: AcademicYear,
    group: Group,
    on: date,
    errors: dict[str, str] | None = None,
    ticks: dict[int, set[int]] | None = None,
) -> str:
    """The list on a day; refused, with the ticks as they were set."""
    division = subgroups.load(year, group, on)
    alphabet = bool(request.form.get("alphabet"))
    return render_template(
        "load/subgroups.html",
        year=year,
        group=group,
        division=division,
        ticks=division.ticks if ticks is None or alphabet else ticks,
        chosen=request.form.getlist("chosen", type=int) or [part.id for part in division.parts[:2]],
        errors=errors or {},
        alphabet=alphabet,
    )


def _split_page(course_id: int, errors: dict[str, str]) -> str:
    course = load.find(course_id)
    day = max(settings.today(), course.year.starts)
    return render_template(
        "load/split.html",
        course=course,
        offers=subgroup_journals.offers(course),
        teachers=[(person.id, person.full_name) for person in people.teachers(day)],
        chosen=request.form.getlist("chosen", type=int),
        typed=request.form,
        errors=errors,
    )


def _done(group_id: int, act: Callable[[], str]) -> ResponseReturnValue:
    try:
        flash(act())
    except RefusedError as error:
        db.session.rollback()
        flash(error.message, "error")
    return redirect(url_for("load.subgroups", group_id=group_id))

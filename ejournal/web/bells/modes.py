"""The working mode of every group of a year: one table, and the same for all ticked groups."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.domain.calendar import WEEKDAYS_SHORT
from ejournal.extensions import db
from ejournal.models import AcademicYear, Group, Role
from ejournal.services import bell_admin, group_modes, groups, periods
from ejournal.services.errors import FieldsError
from ejournal.web.bells import bp

FIELDS = ("first", "last", "shift", "room", "schedule")


@bp.get("/modes")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def modes() -> str:
    year, shown = _place(request.args)
    return _page(year, shown, None, {})


@bp.post("/modes")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def save_modes() -> ResponseReturnValue:
    """The whole table, or with `many` one mode for the ticked groups."""
    year, shown = _place(request.form)
    chosen = set(request.form.getlist("chosen", type=int))
    typed = {group.id: _typed(f"-{group.id}") for group in shown}
    seen = {group.id: was for group in shown if (was := request.form.get(f"seen-{group.id}")) is not None}
    try:
        if request.form.get("many"):
            changed = group_modes.set_many(current_user, year, shown, chosen, _typed("-all"))
        else:
            changed = group_modes.save(current_user, year, shown, typed, seen)
    except FieldsError as error:
        db.session.rollback()
        # What has just been told of a group is what its row goes on from.
        kept = {id_: was for id_, was in seen.items() if f"seen-{id_}" not in error.fields}
        return _page(year, shown, typed, error.fields, chosen, kept), error.status
    flash(f"Режим работы сохранён, изменено групп: {changed}.")
    return redirect(url_for("bells.modes", year=year.id, course=request.form.get("course") or None))


def _place(values: Any) -> tuple[AcademicYear, list[Group]]:
    """The year and its groups, of one course where it is named."""
    year = periods.chosen(values.get("year", type=int))
    course = values.get("course", type=int)
    start = year.starts.year
    return year, [group for group in groups.studying(year) if course in (None, group.course_number(start))]


def _typed(suffix: str) -> dict[str, str]:
    form = request.form
    return {name: form.get(f"{name}{suffix}", "") for name in FIELDS} | {"days": "".join(form.getlist(f"days{suffix}"))}


def _page(
    year: AcademicYear,
    shown: Sequence[Group],
    typed: Mapping[int, Mapping[str, str]] | None,
    errors: Mapping[str, str],
    chosen: set[int] | None = None,
    seen: Mapping[int, str] | None = None,
) -> str:
    start = year.starts.year
    stored = group_modes.of(year, [group.id for group in shown])
    now = {group.id: stored.get(group.id, group_modes.Mode()) for group in shown}
    return render_template(
        "bells/modes.html",
        year=year,
        shown=shown,
        courses=sorted({group.course_number(start) for group in groups.studying(year)}),
        course=request.values.get("course", type=int),
        values={id_: group_modes.form_of(mode) for id_, mode in now.items()} if typed is None else typed,
        seen={id_: group_modes.stamp(mode) for id_, mode in now.items()} | dict(seen or {}),
        errors=errors,
        chosen=chosen or set(),
        many=request.form,
        schedules=bell_admin.special(),
        weekdays=list(enumerate(WEEKDAYS_SHORT[:6], 1)),
        shifts=[(number, number) for number in group_modes.SHIFTS],
    )

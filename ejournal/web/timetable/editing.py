"""The timetable of a group's week: entries put, changed, taken away; clashes told while one is entered."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.extensions import db
from ejournal.models import AcademicYear, Group, Role
from ejournal.services import groups, periods, settings, timetable
from ejournal.services.errors import FieldsError, NotFoundError
from ejournal.services.timetable import Typed
from ejournal.web.timetable import bp


@bp.get("/edit")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def edit() -> str:
    """The week of a group (the first by itself)."""
    year = periods.chosen(request.args.get("year", type=int))
    offered = groups.studying(year)
    wanted = request.args.get("group", type=int)
    group = next((g for g in offered if g.id == wanted), offered[0] if offered else None)
    on = max(settings.today(), year.starts)
    placed = timetable.of_group(year, group, on) if group else []
    return render_template(
        "timetable/edit.html",
        year=year,
        groups=[(g.id, g.title) for g in offered],
        group=group,
        placed=placed,
        days=timetable.DAYS,
        pairs=range(1, max([5, *(entry.pair for entry in placed)]) + 1),
        weeks=timetable.WEEKS,
    )


@bp.get("/groups/<int:group_id>/entries/new")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def new_entry(group_id: int) -> str:
    year, group = _place(group_id)
    return _form(year, group, _typed(request.args), {})


@bp.post("/groups/<int:group_id>/entries")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def create_entry(group_id: int) -> ResponseReturnValue:
    year, group = _place(group_id)
    typed = _typed(request.form)
    try:
        timetable.put(current_user, year, group, typed, max(settings.today(), year.starts))
    except FieldsError as error:
        db.session.rollback()
        return _form(year, group, typed, error.fields), error.status
    flash("Занятие поставлено в расписание. Чтобы оно появилось в журнале, создайте занятия.")
    return redirect(url_for("timetable.edit", group=group.id))


@bp.get("/groups/<int:group_id>/entries/<int:entry_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def entry(group_id: int, entry_id: int) -> str:
    year, group = _place(group_id)
    found = timetable.find(entry_id)
    typed = Typed(found.course_id, found.weekday, found.pair, found.week, found.room, found.since, found.until)
    return _form(year, group, typed, {}, entry_id)


@bp.post("/groups/<int:group_id>/entries/<int:entry_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def change_entry(group_id: int, entry_id: int) -> ResponseReturnValue:
    """Change it, or take it away («removed»)."""
    year, group = _place(group_id)
    typed, on = _typed(request.form), max(settings.today(), year.starts)
    try:
        if request.form.get("removed"):
            timetable.take_away(current_user, year, entry_id, typed.since or on)
        else:
            timetable.change(current_user, year, group, entry_id, typed, on)
    except FieldsError as error:
        db.session.rollback()
        return _form(year, group, typed, error.fields, entry_id), error.status
    flash("Расписание изменено. Обновите занятия в журналах: «Создать занятия».")
    return redirect(url_for("timetable.edit", group=group.id))


@bp.get("/groups/<int:group_id>/clashes")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def clashes(group_id: int) -> str:
    """What the entry that is being typed clashes with: a fragment under the form's fields."""
    year, group = _place(group_id)
    on = max(settings.today(), year.starts)
    found = timetable.clashes(year, group, _typed(request.args), on, request.args.get("entry", 0, type=int))
    return render_template("timetable/_clashes.html", clashes=[clash.message for clash in found], sure=False)


def _place(group_id: int) -> tuple[AcademicYear, Group]:
    group = groups.find(group_id)
    if group is None:
        raise NotFoundError
    return periods.chosen(request.values.get("year", type=int)), group


def _form(year: AcademicYear, group: Group, typed: Typed, errors: dict[str, str], entry_id: int = 0) -> str:
    return render_template(
        "timetable/entry.html",
        year=year,
        group=group,
        typed=typed,
        errors=errors,
        entry_id=entry_id,
        courses=[(course.id, course.title) for course in timetable.courses_of(year, group)],
        days=list(enumerate(timetable.DAYS))[1:],
        pairs=[(pair, pair) for pair in timetable.PAIRS],
        weeks=timetable.WEEKS.items(),
    )


def _typed(values: object) -> Typed:
    get = values.get  # type: ignore[attr-defined]
    return Typed(
        course_id=get("course_id", type=int),
        weekday=get("weekday", 1, type=int),
        pair=get("pair", 1, type=int),
        week=get("week", "both"),
        room=get("room", ""),
        since=_day(get("since", "")),
        until=_day(get("until", "")),
        sure=bool(get("sure")),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

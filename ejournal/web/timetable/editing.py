"""The timetable of a group's week: entries put, changed, taken away; clashes told while one is entered."""

from dataclasses import replace
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.domain.bells import PAIRS
from ejournal.domain.calendar import PAIR_HOURS, read_day
from ejournal.extensions import db
from ejournal.models import AcademicYear, Group, Role
from ejournal.services import (
    courses,
    group_modes,
    groups,
    people,
    periods,
    settings,
    timetable,
    timetable_clashes,
    timetable_week,
)
from ejournal.services.errors import FieldsError, NotFoundError
from ejournal.services.timetable_clashes import WEEKS, Typed
from ejournal.services.timetable_week import Placed
from ejournal.web.timetable import bp


@bp.get("/edit")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def edit() -> str:
    """The week of a group (the first by itself), a teacher or a room."""
    year = periods.chosen(request.args.get("year", type=int))
    offered = groups.studying(year)
    on = max(settings.today(), year.starts)
    group, teacher_id, room = _shown(offered)
    placed = _placed(year, group, teacher_id, room, on)
    return render_template(
        "timetable/edit.html",
        year=year,
        groups=[(g.id, g.title) for g in offered],
        group=group,
        mode=group_modes.of_group(year, group) if group else None,
        teachers=[(person.id, person.full_name) for person in people.teachers(on)],
        teacher_id=teacher_id,
        rooms=timetable_week.rooms(year),
        room=room,
        placed=placed,
        days=timetable.DAYS,
        pairs=range(1, max([5, *(entry.pair for entry in placed)]) + 1),
        weeks=WEEKS,
    )


def _shown(offered: list[Group]) -> tuple[Group | None, int | None, str]:
    """Whose week is asked for."""
    teacher_id, room = request.args.get("teacher", type=int), request.args.get("room", "").strip()
    wanted = request.args.get("group", type=int)
    if wanted or not (teacher_id or room):
        return next((g for g in offered if g.id == wanted), offered[0] if offered else None), None, ""
    return None, teacher_id, "" if teacher_id else room


def _placed(year: AcademicYear, group: Group | None, teacher_id: int | None, room: str, on: date) -> list[Placed]:
    if group:
        return timetable_week.of_group(year, group, on)
    if teacher_id:
        return timetable_week.of_teacher(year, teacher_id, on)
    return timetable_week.of_room(year, room, on) if room else []


@bp.get("/groups/<int:group_id>/entries/new")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def new_entry(group_id: int) -> str:
    year, group = _place(group_id)
    typed = _typed(request.args)
    return _form(year, group, replace(typed, room=typed.room or group_modes.of_group(year, group).room), {})


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
    return redirect(url_for("timetable.edit", group=group.id, year=year.id))


@bp.get("/groups/<int:group_id>/entries/<int:entry_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def entry(group_id: int, entry_id: int) -> str:
    year, group = _place(group_id)
    return _form(year, group, timetable.typed_of(timetable.find(entry_id, year)), {}, entry_id)


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
    return redirect(url_for("timetable.edit", group=group.id, year=year.id))


@bp.get("/groups/<int:group_id>/clashes")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def clashes(group_id: int) -> str:
    """What the entry that is being typed clashes with: a fragment under the form's fields."""
    year, group = _place(group_id)
    on = max(settings.today(), year.starts)
    found = timetable_clashes.find(year, group, _typed(request.args), on, request.args.get("entry", 0, type=int))
    return render_template("timetable/_clashes.html", clashes=[clash.message for clash in found], sure=False)


def _place(group_id: int) -> tuple[AcademicYear, Group]:
    group = groups.find(group_id)
    if group is None:
        raise NotFoundError
    return periods.chosen(request.values.get("year", type=int)), group


def _form(year: AcademicYear, group: Group, typed: Typed, errors: dict[str, str], entry_id: int = 0) -> str:
    journals = courses.of_group(group.id, year.id)
    chosen = next((course for course in journals if course.id == typed.course_id), None)
    return render_template(
        "timetable/entry.html",
        year=year,
        group=group,
        mode=group_modes.of_group(year, group),
        together=[course.audience for course in timetable_week.stream_of(chosen)] if chosen else [],
        typed=typed,
        errors=errors,
        entry_id=entry_id,
        courses=[(course.id, course.title) for course in journals],
        days=list(enumerate(timetable.DAYS))[1:],
        pairs=[(pair, pair) for pair in PAIRS],
        weeks=WEEKS.items(),
    )


def _typed(values: object) -> Typed:
    get = values.get  # type: ignore[attr-defined]
    return Typed(
        course_id=get("course_id", type=int),
        weekday=get("weekday", 1, type=int),
        pair=get("pair", 1, type=int),
        week=get("week", "both"),
        room=get("room", ""),
        since=read_day(get("since", "")),
        until=read_day(get("until", "")),
        sure=bool(get("sure")),
        hours=get("hours", PAIR_HOURS, type=int),
    )

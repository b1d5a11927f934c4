"""The lessons of a week: own groups for students and parents, any group, teacher or room for the staff."""

from datetime import date, timedelta

from flask import render_template, request
from flask_login import current_user

from ejournal.access import OVERSEERS, STAFF, permits
from ejournal.domain import calendar
from ejournal.models import Group, Role
from ejournal.services import generation, groups, people, settings, week
from ejournal.services.errors import NotFoundError
from ejournal.web.timetable import bp


@bp.get("/")
@permits(*Role)
def index() -> str:
    monday = _monday()
    offered = _groups(monday)
    group_id, teacher_id, room = _wanted(offered)
    is_staff = current_user.holds(STAFF)
    return render_template(
        "timetable/index.html",
        days=week.load(monday, group_ids=[group_id] if group_id else [], teacher_id=teacher_id, room=room),
        monday=monday,
        shown_week=calendar.format_week(monday),
        previous=calendar.format_week(monday - timedelta(days=7)),
        following=calendar.format_week(monday + timedelta(days=7)),
        parity=_parity(monday),
        group=next((group for group in offered if group.id == group_id), None),
        groups=[(group.id, group.title) for group in offered],
        group_id=group_id,
        teacher_id=teacher_id,
        room=room,
        teachers=[
            (person.id, person.full_name)
            for person in (people.teachers(monday + timedelta(days=5)) if is_staff else [])
        ],
        is_staff=is_staff,
        may_edit=current_user.holds(OVERSEERS),
    )


def _wanted(offered: list[Group]) -> tuple[int | None, int | None, str]:
    """Whose week: a group, a teacher or a room. By itself a teacher's own; students and parents have only groups."""
    group_id, teacher_id = request.args.get("group", type=int), request.args.get("teacher", type=int)
    room = request.args.get("room", "").strip()
    if not current_user.holds(STAFF):
        teacher_id, room = None, ""
        group_id = group_id or next((group.id for group in offered), None)
    elif not (group_id or teacher_id or room) and Role.TEACHER in current_user.roles:
        teacher_id = current_user.person_id
    if group_id and group_id not in {group.id for group in offered}:
        raise NotFoundError
    return group_id, teacher_id, room


def _monday() -> date:
    try:
        return calendar.parse_week(request.args.get("week", ""))
    except ValueError:
        return calendar.monday_of(settings.today())


def _groups(monday: date) -> list[Group]:
    """The groups the viewer may look at."""
    if not current_user.holds(STAFF):
        return week.groups_of(current_user.person_id, settings.today())
    year = week.year_of(monday)
    return groups.studying(year) if year else []


def _parity(monday: date) -> str:
    year = week.year_of(monday)
    return calendar.week_parity(monday, generation.anchor(year)).russian if year else ""

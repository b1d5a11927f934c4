"""The session as everybody sees it: own groups for students and parents, any group or teacher for the staff."""

from datetime import date

from flask import render_template, request
from flask_login import current_user

from ejournal.access import OVERSEERS, STAFF, permits
from ejournal.models import Group, Role
from ejournal.services import exams, groups, people, periods, settings
from ejournal.services.errors import NotFoundError
from ejournal.web.exams import bp


@bp.get("/timetable/session")
@permits(*Role)
def session() -> str:
    year, today = periods.chosen(request.args.get("year", type=int)), settings.today()
    is_staff = current_user.holds(STAFF)
    offered = groups.studying(year) if is_staff else exams.groups_of(current_user, today)
    group_id, teacher_id = _wanted(offered, is_staff)
    ahead, over = exams.upcoming(_sittings(offered, group_id, teacher_id, year.starts, year.ends))
    return render_template(
        "exams/session.html",
        year=year,
        ahead=ahead,
        over=over,
        group=_heading(offered, group_id, is_staff),
        groups=[(group.id, group.title) for group in offered],
        group_id=group_id,
        teacher_id=teacher_id,
        teachers=[(person.id, person.full_name) for person in (people.teachers(today) if is_staff else [])],
        is_staff=is_staff,
        may_edit=current_user.holds(OVERSEERS),
    )


def _wanted(offered: list[Group], is_staff: bool) -> tuple[int | None, int | None]:
    """Whose session: a group or a teacher; by itself a teacher's own, and all groups of a student or parent."""
    group_id, teacher_id = request.args.get("group", type=int), request.args.get("teacher", type=int)
    if not is_staff:
        teacher_id = None
    elif not (group_id or teacher_id) and Role.TEACHER in current_user.roles:
        teacher_id = current_user.person_id
    if group_id and group_id not in {group.id for group in offered}:
        raise NotFoundError
    return group_id, None if group_id else teacher_id


def _heading(offered: list[Group], group_id: int | None, is_staff: bool) -> Group | None:
    """The one group the page is about."""
    if not is_staff and len(offered) == 1:
        return offered[0]
    return next((group for group in offered if group.id == group_id), None)


def _sittings(
    offered: list[Group], group_id: int | None, teacher_id: int | None, first: date, last: date
) -> list[exams.Sitting]:
    if teacher_id:
        return exams.of_teacher(teacher_id, first, last)
    if group_id or not current_user.holds(STAFF):
        return exams.of_groups([group_id] if group_id else [group.id for group in offered], first, last)
    return []

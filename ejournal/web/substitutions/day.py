"""The replacements of a day, and the day's lessons to choose one from."""

from datetime import timedelta

from flask import render_template, request
from flask_login import current_user

from ejournal.access import OVERSEERS, permits
from ejournal.domain.calendar import read_day
from ejournal.models import Role
from ejournal.services import groups, people, periods, settings, substitution_day, substitutions
from ejournal.services.conflicts import teachers_of
from ejournal.web.substitutions import bp


@bp.get("/")
@permits(Role.ADMINISTRATION, Role.SYSADMIN, Role.CURATOR, Role.TEACHER)
def index() -> str:
    """A day (today by itself); for administration also its lessons of a group or of an absent teacher."""
    day = read_day(request.args.get("date", "")) or settings.today()
    may_publish = current_user.holds(OVERSEERS)
    group_id, teacher_id = request.args.get("group", type=int), request.args.get("teacher", type=int)
    chosen = may_publish and (group_id or teacher_id)
    lessons = substitution_day.lessons_of_day(day, group_id, teacher_id) if chosen else []
    year = periods.current(day)
    return render_template(
        "substitutions/index.html",
        day=day,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        published=[(row, substitutions.words(row)) for row in substitution_day.of_day(day)],
        may_publish=may_publish,
        lessons=lessons,
        teachers_by_course=people.short_names(teachers_of([lesson.course_id for lesson in lessons], day)),
        chosen=chosen,
        unchosen=may_publish and not chosen and "teacher" in request.args,
        group_id=group_id,
        teacher_id=teacher_id,
        groups=[(group.id, group.title) for group in (groups.studying(year) if year and may_publish else [])],
        teachers=[(person.id, person.full_name) for person in (people.teachers(day) if may_publish else [])],
        kinds=substitutions.KINDS,
    )


@bp.get("/list")
@permits(Role.ADMINISTRATION, Role.SYSADMIN, Role.CURATOR, Role.TEACHER)
def sheet() -> str:
    """The day's list as it is posted on the wall."""
    day = read_day(request.args.get("date", "")) or settings.today()
    published = [(row, substitutions.words(row)) for row in substitution_day.of_day(day)]
    return render_template("substitutions/list.html", day=day, published=published)

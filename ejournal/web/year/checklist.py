"""The checklist by 25 September: what is ready for every group and what is not (п. 4.1)."""

from functools import partial

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ejournal.access import permits
from ejournal.models import AcademicYear, Role
from ejournal.services import periods, readiness
from ejournal.web.year import bp

# Where each part is mended; the group is told to those that show one.
PLACES = {
    "periods": "year.periods",
    "students": "movement.new_order",
    "curator": "year.group",
    "plan": "year.group",
    "load": "load.index",
    "timetable": "timetable.edit",
    "thematic": "thematic.index",
    "consents": "consents.group",
    "slips": "slips.group",
}


@bp.get("/")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def checklist() -> ResponseReturnValue:
    if not periods.years():
        return redirect(url_for("year.periods"))
    year = periods.chosen(request.args.get("year", type=int))
    listed = readiness.load(year)
    course, unready = request.args.get("course", type=int), bool(request.args.get("unready"))
    shown = [
        line for line in listed.lines if (not course or line.course_number == course) and not (unready and line.ready)
    ]
    return render_template(
        "year/checklist.html",
        year=year,
        years=periods.years(),
        listed=listed,
        shown=shown,
        course=course,
        unready=unready,
        courses=sorted({line.course_number for line in listed.lines}),
        address=partial(_address, year),
    )


def _address(year: AcademicYear, key: str, group_id: int) -> str:
    """The page on which a part of the year's set-up is mended for a group."""
    endpoint = PLACES[key]
    if endpoint == "movement.new_order":
        return url_for(endpoint, kind="enrol", group_id=group_id)
    if endpoint == "year.periods":
        return url_for(endpoint, year=year.id)
    if endpoint in ("load.index", "timetable.edit", "thematic.index"):
        return url_for(endpoint, group=group_id, year=year.id)
    return url_for(endpoint, group_id=group_id)

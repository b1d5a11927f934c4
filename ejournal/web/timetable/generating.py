"""Lessons of the journals made from the timetable: first what would change, then done."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal import jobs
from ejournal.access import permits
from ejournal.domain.calendar import read_day
from ejournal.models import AcademicYear, Job, Role
from ejournal.services import generation, groups, periods, settings
from ejournal.services.errors import RefusedError
from ejournal.web.timetable import bp

# For more groups than these the lessons are made as a job (measured: a tenth of a second a group).
AT_ONCE = 12


@bp.get("/generation")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def generating() -> str:
    """What would be made, group by group, for the chosen days."""
    year = periods.chosen(request.args.get("year", type=int))
    since, until = _days(year)
    chosen = request.args.getlist("group", type=int)
    plans = generation.preview(year, chosen, since, until) if request.args.get("shown") else []
    total = generation.Total()
    for plan in plans:
        total.add(plan.difference)
    return render_template(
        "timetable/generation.html",
        year=year,
        groups=[(group.id, group.title) for group in groups.studying(year)],
        chosen=chosen,
        since=since,
        until=until,
        plans=plans,
        total=total,
    )


@bp.post("/generation")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def generate() -> ResponseReturnValue:
    year = periods.chosen(request.form.get("year", type=int))
    since, until = _days(year)
    chosen = request.form.getlist("group", type=int)
    if len(chosen or groups.studying(year)) > AT_ONCE:
        return redirect(url_for("jobs.show", job_id=_start(year, chosen, since, until).id))
    try:
        total = generation.generate(current_user, year, chosen, since, until)
    except RefusedError as error:
        flash(error.message, "error")
    else:
        flash(f"Занятия: {total.words}.")
    return redirect(url_for("timetable.generating", year=year.id))


def _start(year: AcademicYear, chosen: list[int], since: date, until: date) -> Job:
    payload = {"year": year.id, "groups": chosen, "since": since.isoformat(), "until": until.isoformat()}
    return jobs.start(current_user, "lessons", f"Занятия из расписания, {year.title}", payload)


def _days(year: AcademicYear) -> tuple[date, date]:
    """The days asked for; by themselves from the year's first period to its last one's end."""
    spans = periods.of_year(year)
    first = min((period.starts for period in spans), default=year.starts)
    last = max((period.ends for period in spans if period.starts <= settings.today()), default=year.ends)
    return _day("since") or first, _day("until") or last


def _day(name: str) -> date | None:
    return read_day(request.values.get(name, ""))

"""A month of the calendar as a grid or a list, and one event."""

from datetime import date, timedelta

from flask import render_template, request
from flask_login import current_user

from ejournal.access import OVERSEERS, PLANNERS, permits
from ejournal.domain import calendar
from ejournal.domain.calendar import next_month
from ejournal.models import Role
from ejournal.services import events, settings
from ejournal.web.events import bp


@bp.get("/")
@permits(*Role)
def index() -> str:
    """«?month=2026-11» (this one by itself), «?view=list», «?all=1»: everybody's, for administration."""
    first = _first_day()
    following = next_month(first)
    monday, sunday = calendar.monday_of(first), calendar.monday_of(following - timedelta(days=1)) + timedelta(days=6)
    everybody = request.args.get("all") == "1"
    found = events.calendar(current_user, monday, sunday, everybody)
    days = [monday + timedelta(days=number) for number in range((sunday - monday).days + 1)]
    return render_template(
        "events/index.html",
        month=first,
        title=calendar.MONTHS[first.month - 1],
        previous=(first - timedelta(days=1)).replace(day=1),
        following=following,
        weeks=[days[start : start + 7] for start in range(0, len(days), 7)],
        by_day={day: [each for each in found if each.date == day] for day in days},
        listed=[each for each in found if first <= each.date < following],
        as_list=request.args.get("view") == "list",
        everybody=everybody,
        may_see_all=current_user.holds(OVERSEERS),
        may_plan=current_user.holds(PLANNERS),
        weekdays=calendar.WEEKDAYS,
    )


@bp.get("/<int:event_id>")
@permits(*Role)
def event(event_id: int) -> str:
    return render_template("events/event.html", shown=events.load(current_user, event_id))


def _first_day() -> date:
    try:
        found = date.fromisoformat(f"{request.args.get('month', '')}-01")
    except ValueError:
        found = settings.today().replace(day=1)
    return found if 2000 < found.year < 2100 else settings.today().replace(day=1)

"""The log of changes, for administration and the system administrator (п. 4.2)."""

from datetime import date

from flask import render_template, request

from ejournal.access import permits
from ejournal.models import Role
from ejournal.services import log_search
from ejournal.services.log import SUBJECTS
from ejournal.web.admin import bp


@bp.get("/log")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def log() -> str:
    wanted = log_search.Filter(
        who=request.args.get("who", "").strip(),
        subject=request.args.get("subject", ""),
        since=_day("since"),
        until=_day("until"),
        late=bool(request.args.get("late")),
        page=max(1, min(request.args.get("page", 1, type=int), 100_000)),
    )
    lines, more = log_search.search(wanted)
    kept = {name: value for name, value in request.args.items() if name != "page" and value}
    return render_template("admin/log.html", lines=lines, more=more, wanted=wanted, kept=kept, subjects=SUBJECTS)


def _day(name: str) -> date | None:
    """A day of the query; a bad one narrows nothing."""
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None

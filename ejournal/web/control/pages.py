"""One screen: every clause with its figures, below it who owes what; the day's report on paper (п. 4.2, 4.4)."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import OVERSEERS, STAFF, permits
from ejournal.documents import control as paper
from ejournal.models import Role
from ejournal.services import settings
from ejournal.services.control import digest
from ejournal.services.errors import RefusedError
from ejournal.services.reports import running
from ejournal.services.reports.kinds import control as report
from ejournal.web.control import bp
from ejournal.web.documents import answers
from ejournal.web.errors import wants_part
from ejournal.web.reports.pages import shown

NAMES = {digest.DAY: "Сроки за день", digest.WEEK: "Сроки за неделю"}


@bp.get("/")
@permits(*STAFF)
def index() -> ResponseReturnValue:
    """A script that changes a filter or the order gets the figures alone."""
    given = {"by": "teacher" if current_user.holds(OVERSEERS) else "journal", **request.args.to_dict()}
    try:
        made, wrong = running.make(current_user, report.REPORT.key, given), ""
    except RefusedError as error:
        made, wrong = running.make(current_user, report.REPORT.key, {**given, "since": "", "until": ""}), error.message
    summary = None if made.scope.choice("by") == "clause" else report.clauses(made.scope)
    alone = wants_part()
    return render_template(
        "reports/_report.html" if alone else "control/index.html",
        alone=alone,
        summary=summary,
        today_iso=settings.today().isoformat(),
        # Whoever comes here looks for the figures, not for what to choose.
        **{**shown(made, wrong), "address": _address, "is_open": False},
    )


@bp.post("/report")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def issue() -> ResponseReturnValue:
    """The report of a day or a week, with its number and the hash of the log (п. 3.7, 4.2)."""
    kind = digest.WEEK if request.form.get("kind") == digest.WEEK else digest.DAY
    day = answers.day("day", settings.today())
    return answers.pdf(
        paper.KIND, NAMES[kind], lambda: paper.of_day(current_user, kind, day), url_for("control.index")
    )  # fmt: skip


def _address(**arguments: Any) -> str:
    return url_for("control.index", **arguments)

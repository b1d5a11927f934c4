"""One page for every report: filters in the address, a fragment for scripts, two buttons to take it along."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import STAFF, permits
from ejournal.documents import report as paper
from ejournal.exchange.export import report as spreadsheet
from ejournal.exchange.export.sheets import XLSX
from ejournal.extensions import db
from ejournal.services.errors import RefusedError
from ejournal.services.reports import registry, running
from ejournal.services.reports.running import Made
from ejournal.services.reports.table import texts
from ejournal.web.documents import answers
from ejournal.web.errors import wants_part
from ejournal.web.reports import bp, drawing

MOST_ROWS = 300  # on screen; the files hold all


@bp.get("/")
@permits(*STAFF)
def index() -> str:
    return render_template("reports/index.html", reports=running.offered_to(current_user))


@bp.get("/<report_key>")
@permits(*STAFF)
def show(report_key: str) -> ResponseReturnValue:
    """A script that changes a filter or the order gets the table alone; dates the wrong way round are said."""
    given = request.args.to_dict()
    try:
        made, wrong = running.make(current_user, report_key, given), ""
    except RefusedError as error:
        made, wrong = running.make(current_user, report_key, {**given, "since": "", "until": ""}), error.message
    alone = wants_part()
    page = "reports/_report.html" if alone else "reports/report.html"
    return render_template(page, alone=alone, **shown(made, wrong))


@bp.post("/<report_key>/xlsx")
@permits(*STAFF)
def xlsx(report_key: str) -> ResponseReturnValue:
    try:
        name, content = spreadsheet.export(current_user, report_key, request.args.to_dict())
    except RefusedError as error:
        return _back(report_key, error)
    return answers.sent(content, name, XLSX)


@bp.post("/<report_key>/pdf")
@permits(*STAFF)
def pdf(report_key: str) -> ResponseReturnValue:
    """The report with a number of its own; a long one is made as a job."""
    given = request.args.to_dict()
    title = registry.find(report_key).title
    try:
        made = running.make_unlocked(current_user, report_key, given)
    except RefusedError as error:
        return _back(report_key, error)
    if paper.is_long(made):
        return answers.started("report", title, report=report_key, given=given, name=title)
    kind = paper.kind_of(current_user, made)
    return answers.pdf(kind, title, lambda: paper.of_made(current_user, made), _address(report_key))


def shown(made: Made, wrong: str) -> dict[str, object]:
    """What the templates of a report need. `address`: of the page itself with other arguments."""
    table = made.table
    return {
        "address": lambda **arguments: url_for("reports.show", report_key=made.report.key, **arguments),
        "made": made,
        "report": made.report,
        "query": made.scope.query,
        "table": table,
        "rows": made.rows[:MOST_ROWS],
        "hidden": max(0, len(made.rows) - MOST_ROWS),
        "wrong": wrong,
        "is_open": not request.args.keys() - {"sort"},
        "texts": texts,
        "filters": made.filters,
        "chart": drawing.draw(table.chart) if table.chart else None,
    }


def _address(report_key: str) -> str:
    given: dict[str, Any] = request.args.to_dict()
    return url_for("reports.show", report_key=report_key, **given)


def _back(report_key: str, error: RefusedError) -> ResponseReturnValue:
    db.session.rollback()
    flash(error.message, "error")
    return redirect(_address(report_key))

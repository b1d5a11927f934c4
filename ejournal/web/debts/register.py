"""The register of debts, on screen and as a spreadsheet."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from ejournal.access import OVERSEERS, STAFF, permits
from ejournal.exchange.export import debts as sheet
from ejournal.exchange.export.sheets import XLSX
from ejournal.services import debt_list, settings
from ejournal.services.debt_list import STATES, Filters
from ejournal.web.debts import bp
from ejournal.web.documents import answers


@bp.get("/")
@permits(*STAFF)
def index() -> str:
    filters = _filters(request.args)
    return render_template(
        "debts/index.html",
        lines=debt_list.load(current_user, filters),
        filters=filters,
        groups=[(group.id, group.title) for group in debt_list.groups(current_user)],
        is_office=current_user.holds(OVERSEERS),
        states=[*STATES.items(), ("all", "все, с закрытыми")],
    )


@bp.post("/export")
@permits(*STAFF)
def export() -> ResponseReturnValue:
    """The lines of the same filters."""
    content = sheet.xlsx(current_user, debt_list.load(current_user, _filters(request.form)))
    return answers.sent(content, f"Задолженности {settings.today():%Y-%m-%d}.xlsx", XLSX)


def _filters(form: MultiDict[str, str]) -> Filters:
    return Filters(
        form.get("group", type=int), form.get("student", type=int), form.get("state", ""), form.get("q", "")[:100]
    )

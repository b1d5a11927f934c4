"""The log of changes, for administration and the system administrator (п. 4.2)."""

import io
from datetime import date

from flask import render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.domain.calendar import read_day
from ejournal.exchange.export.sheets import XLSX, Page, as_xlsx
from ejournal.models import Role
from ejournal.models.base import now
from ejournal.services import log_search
from ejournal.services.log import SUBJECTS
from ejournal.web.admin import bp
from ejournal.web.context import format_moment


@bp.get("/log")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def log() -> str:
    wanted = _wanted()
    lines, more = log_search.search(wanted)
    kept = {name: value for name, value in request.args.items() if name != "page" and value}
    return render_template(
        "admin/log.html", lines=lines, more=more, wanted=wanted, kept=kept, subjects=SUBJECTS,
        groups=log_search.groups(),
    )  # fmt: skip


@bp.get("/log.xlsx")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def log_export() -> ResponseReturnValue:
    """What the filters show, as a spreadsheet."""
    lines, more = log_search.export(current_user, _wanted())
    titles = [f"Журнал изменений, выгружен {format_moment(now())}"]
    if more:
        titles.append(f"Показаны последние {len(lines)} записей: сузьте условия, чтобы увидеть остальные.")
    rows = [
        [format_moment(line.at), line.who, line.what, line.where, line.before, line.after, line.reason,
         "да" if line.late else ""]
        for line in lines
    ]  # fmt: skip
    headings = ["Когда", "Кто", "Что", "Где", "Было", "Стало", "Причина", "С опозданием"]
    return send_file(
        io.BytesIO(as_xlsx(Page("Изменения", titles, headings, rows))),
        XLSX,
        as_attachment=True,
        download_name="Журнал изменений.xlsx",
    )


def _wanted() -> log_search.Filter:
    return log_search.Filter(
        who=request.args.get("who", "").strip(),
        student=request.args.get("student", "").strip(),
        group_id=request.args.get("group", type=int),
        subject=request.args.get("subject", ""),
        since=_day("since"),
        until=_day("until"),
        late=bool(request.args.get("late")),
        after_closing=bool(request.args.get("closed")),
        page=max(1, min(request.args.get("page", 1, type=int), 100_000)),
    )


def _day(name: str) -> date | None:
    """A day of the query; a bad one narrows nothing."""
    return read_day(request.args.get(name, ""))

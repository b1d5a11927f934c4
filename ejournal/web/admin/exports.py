"""Exporting lists: choose what, download it (п. 4.2)."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.exchange import exporter
from ejournal.exchange.export.sheets import XLSX
from ejournal.exchange.exporter import Options
from ejournal.models import Role
from ejournal.services import group_admin, groups, load, periods
from ejournal.services.errors import ServiceError
from ejournal.web.admin import bp


@bp.get("/export")
@permits(Role.SYSADMIN)
def new_export() -> str:
    year = periods.chosen() if periods.years() else None
    studying = groups.studying(year) if year else []
    return render_template(
        "admin/exports.html",
        kinds=exporter.KINDS.items(),
        groups=[(group.id, group.title) for group in studying],
        programmes=[(row.code, f"{row.code} {row.title}") for row in group_admin.programmes()],
        courses=load.options(year) if year else [],
        chosen=request.args.get("kind", ""),
    )


@bp.post("/export")
@permits(Role.SYSADMIN)
def export() -> ResponseReturnValue:
    """The file; what cannot be exported so is said on the form."""
    form = request.form
    kind, suffix = form.get("kind", ""), "csv" if form.get("form") == "csv" else "xlsx"
    options = Options(
        group_id=form.get("group", type=int),
        programme=form.get("programme", ""),
        course_id=form.get("course", type=int),
        admission_year=form.get("admission", 0, type=int),
    )
    try:
        content = exporter.export(current_user, kind, options, suffix)
    except ServiceError as error:
        flash(error.message, "error")
        return redirect(url_for("admin.new_export", kind=kind))
    suffix = "zip" if kind == "everything" else suffix
    media = {"zip": "application/zip", "csv": "text/csv; charset=utf-8"}.get(suffix, XLSX)
    return Response(content, mimetype=media, headers={"Content-Disposition": f"attachment; filename={kind}.{suffix}"})

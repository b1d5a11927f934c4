"""The attached years and their files; making one as a job."""

from pathlib import Path

from flask import Response, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal import jobs
from ejournal.access import permits
from ejournal.archives import shelf
from ejournal.models import Role
from ejournal.services import periods
from ejournal.services.errors import NotFoundError
from ejournal.web.archive import bp

# What a browser shows; all else it saves. Whatever an archive from elsewhere holds, no script of it runs.
SHOWN = {".html": "text/html", ".css": "text/css"}
POLICY = "default-src 'none'; style-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"


@bp.get("/")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def index() -> str:
    closed = [year for year in periods.years() if year.closed_at]
    return render_template("archive/index.html", archives=shelf.attached(), closed=closed)


@bp.post("/years/<int:year_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def make(year_id: int) -> ResponseReturnValue:
    year = next((one for one in periods.years() if one.id == year_id and one.closed_at), None)
    if year is None:
        raise NotFoundError("Такого закрытого года нет: архив делают из закрытого года (п. 2.3).")
    job = jobs.start(current_user, "archive", f"Архив {year.title}", {"year": year.id})
    return redirect(url_for("jobs.show", job_id=job.id))


@bp.get("/<name>/")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def show(name: str) -> Response:
    return _sent(shelf.file_of(name, "index.html"))


@bp.get("/<name>.zip")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def download(name: str) -> Response:
    return _sent(shelf.zip_of(name))


@bp.get("/<name>/<path:inside>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def file(name: str, inside: str) -> Response:
    return _sent(shelf.file_of(name, inside))


def _sent(path: Path) -> Response:
    media = SHOWN.get(path.suffix)
    response = send_file(
        path, mimetype=media or "application/octet-stream", as_attachment=media is None, download_name=path.name
    )
    response.headers["Content-Security-Policy"] = POLICY
    return response

"""One's own jobs, and how far each is; nobody else's, but for the system administrator."""

from typing import Any

from flask import redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal import jobs
from ejournal.access import permits
from ejournal.jobs import board, desk, files
from ejournal.models import JOB_STATES, Job, Role
from ejournal.services.errors import NotFoundError
from ejournal.web.jobs import bp


@bp.get("/")
@permits(*Role)
def index() -> str:
    return render_template("jobs/index.html", rows=jobs.recent(current_user), states=JOB_STATES)


@bp.get("/<job_id>")
@permits(*Role)
def show(job_id: str) -> str:
    return render_template("jobs/show.html", **_state(jobs.find(current_user, job_id)))


@bp.get("/<job_id>/progress")
@permits(*Role)
def progress(job_id: str) -> str:
    """The state again; once the job has ended, without the trigger that asks for it."""
    return render_template("jobs/_state.html", **_state(jobs.find(current_user, job_id)))


@bp.post("/<job_id>/cancellation")
@permits(*Role)
def cancel(job_id: str) -> ResponseReturnValue:
    jobs.cancel(current_user, job_id)
    return redirect(url_for("jobs.show", job_id=job_id))


@bp.get("/<job_id>/file")
@permits(*Role)
def download(job_id: str) -> ResponseReturnValue:
    job = jobs.find(current_user, job_id)
    stored = (job.result or {}).get("file")
    if job.state != "done" or not stored:
        raise NotFoundError
    name, media_type, path = stored
    return send_file(files.find_file(path), mimetype=media_type, as_attachment=True, download_name=name)


def _state(job: Job) -> dict[str, Any]:
    is_active = job.state in desk.ACTIVE
    return {
        "job": job,
        "states": JOB_STATES,
        "is_active": is_active,
        "position": board.read(job.id) if is_active else board.Position(),
        "is_attended": not is_active or desk.is_attended(),
        "result": job.result or {},
    }

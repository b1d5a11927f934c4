"""The night's work on the system administrator's page: its hour, and starting it by hand."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal import jobs
from ejournal.access import permits
from ejournal.jobs import night
from ejournal.models import Role
from ejournal.services.errors import FieldsError
from ejournal.web.jobs import bp


@bp.post("/night")
@permits(Role.SYSADMIN)
def start_night() -> ResponseReturnValue:
    job = jobs.start(current_user, "nightly", "Ночная работа, начатая вручную", {})
    return redirect(url_for("jobs.show", job_id=job.id))


@bp.post("/night/hour")
@permits(Role.SYSADMIN)
def set_night_hour() -> ResponseReturnValue:
    try:
        night.set_hour(current_user, request.form.get("hour", ""))
    except FieldsError as error:
        flash(error.fields["hour"], "error")
    else:
        flash("Час ночной работы записан.")
    return redirect(url_for("admin.index"))

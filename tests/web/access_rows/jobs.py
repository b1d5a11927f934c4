"""Задания: each one's own, here the journal's teacher's; the night's work is the system administrator's."""

from factories import Journal

from ejournal.extensions import db
from ejournal.models import Job
from tests.web.access_rows import SIGNED_IN, SYSADMIN

OWN = "401 ok  404 404 ok  404 404 404"

ROWS = {
    "jobs.cancel": OWN,
    "jobs.download": "401 404 404 404 404 404 404 404",  # a job that made no file
    "jobs.index": SIGNED_IN,
    "jobs.progress": OWN,
    "jobs.set_night_hour": SYSADMIN,
    "jobs.show": OWN,
    "jobs.start_night": SYSADMIN,
}


def arguments(journal: Journal) -> dict[str, object]:
    job = Job(id="0" * 32, kind="lessons", title="Занятия", payload={}, created_by=journal.teacher.id)
    db.session.add(job)
    db.session.commit()
    return {"job_id": job.id}

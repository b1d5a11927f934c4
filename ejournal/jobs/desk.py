"""Jobs as people see them: each one's own, all for the system administrator."""

from collections.abc import Sequence

from sqlalchemy import update

from ejournal import access
from ejournal.access import Viewer
from ejournal.domain.names import short_name
from ejournal.extensions import db
from ejournal.jobs import board
from ejournal.jobs.folder import Lock
from ejournal.models import Job, Person
from ejournal.models.base import now
from ejournal.services.errors import NotFoundError

SHOWN = 50
ACTIVE = ("queued", "running")


def find(viewer: Viewer, job_id: str) -> Job:
    """NotFoundError for a job of somebody else's, as for one that is not there."""
    job = db.session.scalar(access.jobs_of(viewer).where(Job.id == job_id))
    if job is None:
        raise NotFoundError
    return job


def recent(viewer: Viewer) -> list[tuple[Job, str]]:
    """The latest jobs with the names of who started them, newest first."""
    rows: Sequence[tuple[Job, str, str, str]] = db.session.execute(
        access.jobs_of(viewer)
        .outerjoin(Person, Person.id == Job.created_by)
        .add_columns(Person.surname, Person.name, Person.patronymic)
        .order_by(Job.created_at.desc(), Job.id)
        .limit(SHOWN)
    ).all()
    return [(job, short_name(*names) if names[0] else "сервер") for job, *names in rows]


def cancel(viewer: Viewer, job_id: str) -> Job:
    """Cancel: one that waits at once, one that runs as soon as it next says how far it is."""
    job = find(viewer, job_id)
    cancelled = db.session.scalar(
        update(Job)
        .where(Job.id == job.id, Job.state == "queued")
        .values(state="cancelled", message="Отменено до начала.", finished_at=now())
        .returning(Job.id)
    )
    db.session.commit()
    if cancelled is None and job.state in ACTIVE:
        board.ask_to_stop(job.id)
    return job


def is_attended() -> bool:
    """Whether there is a worker to do what is queued."""
    return Lock("worker").is_taken()

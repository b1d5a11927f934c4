"""One job from the queue: taken, done by its handler, its end stored, whatever that is."""

import time
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.sql.dml import ReturningUpdate

from ejournal.access import Viewer, viewer_of
from ejournal.extensions import db, reading
from ejournal.jobs import board
from ejournal.jobs.registry import CancelledError, JobResult, handler_of
from ejournal.models import Account, Job
from ejournal.models.base import now
from ejournal.services import availability, faults, settings
from ejournal.services.errors import ServiceError

FAULT = (
    "Ошибка на сервере: она записана в журнал сервера. Начните снова; если повторится, сообщите системному "
    "администратору, когда это было."
)
UNAVAILABLE = "Не сделано: {}. Начните снова; если повторится, сообщите системному администратору."
INTERRUPTED = "Прервано перезапуском сервера. Начните снова."
NOBODY = "Учётная запись того, кто это начал, заблокирована: работа не выполнена."
NO_RIGHT = "У того, кто это начал, больше нет нужной роли: работа не выполнена."
# Beginning and outcome wait for who holds the database (each try 10 s): a job must not be lost on the way, nor look as
# if it were still going on.
TRIES, PAUSE = 30, 1.0
# Between storing a job and queueing it lie milliseconds.
GRACE = timedelta(minutes=1)


def run(job_id: str) -> None:
    """Do the job, unless it was cancelled while it waited. Never raises: how it ended is stored in it."""
    job = _take(job_id)
    if job is None:
        return
    state, message, result = _outcome(job)
    db.session.rollback()
    db.session.remove()
    _store(job_id, state, message, result)
    board.forget(job_id)


def recover(waiting: set[str]) -> int:
    """Called when the worker starts: nothing is running then, and what is not in the queue will never run."""
    lost = db.session.execute(
        update(Job)
        .where(
            or_(
                Job.state == "running",
                (Job.state == "queued") & Job.id.not_in(waiting) & (Job.created_at < now() - GRACE),
            )
        )
        .values(state="failed", message=INTERRUPTED, finished_at=now())
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return int(getattr(lost, "rowcount", 0))


def _take(job_id: str) -> Job | None:
    taken = _patiently(
        update(Job)
        .where(Job.id == job_id, Job.state == "queued")
        .values(state="running", started_at=now())
        .returning(Job)
    )
    return taken[0] if taken else None


def _outcome(job: Job) -> tuple[str, str, dict[str, Any] | None]:
    """State, message and result of the work."""
    cancelled = ""
    try:
        handler = handler_of(job.kind)
        actor, cancelled = _actor(job.created_by), handler.cancelled
        if handler.roles and actor and not actor.holds(handler.roles):
            raise ServiceError(NO_RIGHT)
        with nullcontext() if handler.writes else reading():
            done: JobResult = handler.run(actor, dict(job.payload), board.Reporter(job.id))
            db.session.commit()
    except CancelledError:
        return "cancelled", cancelled, None
    except ServiceError as error:
        return "failed", error.message, {"url": getattr(error, "url", None), "file": None}
    except Exception as error:
        current_app.logger.error("job %s (%s) failed\n%s", job.id, job.kind, faults.describe(error))
        cause = availability.cause_of(error)
        return "failed", UNAVAILABLE.format(cause.words) if cause else FAULT, None
    return "done", done.message, {"url": done.url, "file": list(done.file) if done.file else None}


def _actor(person_id: int | None) -> Viewer | None:
    """Who started it, as they are now: a right that was taken away meanwhile is gone."""
    if person_id is None:
        return None
    with reading():
        account = db.session.scalar(select(Account).where(Account.person_id == person_id))
        viewer = viewer_of(account.id, settings.today()) if account else None
        db.session.rollback()
    if viewer is None:
        raise ServiceError(NOBODY)
    return viewer


def _store(job_id: str, state: str, message: str, result: dict[str, Any] | None) -> None:
    _patiently(
        update(Job)
        .where(Job.id == job_id)
        .values(state=state, message=message, result=result, finished_at=now())
        .returning(Job)
    )


def _patiently(statement: ReturningUpdate[Job]) -> Sequence[Job]:
    """Carry the statement out, however long somebody else's import holds the database."""
    for left in reversed(range(TRIES)):
        try:
            rows = db.session.scalars(statement).all()
            db.session.commit()
            return rows
        except OperationalError:
            db.session.rollback()
            if not left:
                raise
            time.sleep(PAUSE)
    return []

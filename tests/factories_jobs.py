"""Builders of long work for tests: kinds of jobs that do what a test needs."""

import errno
from typing import Any

from ejournal import jobs
from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.jobs import JobResult, Progress
from ejournal.models import Job, Person, Programme


def make_job(person: Person, id: str = "a" * 32, state: str = "done", **columns: Any) -> Job:
    job = Job(
        id=id, kind="test-count", title="Пробная работа", payload={}, created_by=person.id, state=state, **columns
    )
    db.session.add(job)
    db.session.commit()
    return job


def made(code: str) -> bool:
    """Whether a job has stored the programme of this code."""
    found = db.session.scalar(db.select(Programme.id).where(Programme.code == code)) is not None
    db.session.rollback()
    return found


@jobs.handler("test-count")
def count(actor: Viewer | None, payload: dict[str, Any], progress: Progress) -> JobResult:
    """Counts to `payload["to"]`, says whose work it was, and makes a small file."""
    for number in range(payload["to"]):
        progress(number, payload["to"])
    progress(payload["to"], payload["to"])
    name = actor.short_name if actor else "никто"
    file = jobs.keep_file(f"сосчитано: {payload['to']}".encode())
    return JobResult(f"Сосчитано до {payload['to']} для {name}.", "/journal/", ("итог.txt", "text/plain", file))


@jobs.handler("test-write", writes=True, cancelled="Отменено: ничего не записано.")
def write(actor: Viewer | None, payload: dict[str, Any], progress: Progress) -> JobResult:
    """Stores a programme, then asks whether it may go on, then fails as `payload["fails"]` says."""
    db.session.add(Programme(code=payload["code"], title="Пробная", years=4))
    db.session.flush()
    progress(1, 1)
    if payload.get("fails") == "refused":
        raise jobs.JobFailedError("Сначала загрузите учебный план.", "/load/")
    if payload.get("fails") == "full":
        raise OSError(errno.ENOSPC, "No space left on device")
    if payload.get("fails"):
        raise ZeroDivisionError("a slip of ours")
    return JobResult("Записано.")

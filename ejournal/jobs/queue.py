"""The queue between the pages that start work and the process that does it: huey in a SQLite file."""

import secrets
from typing import Any

from flask import Flask, current_app

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.jobs import running
from ejournal.jobs.folder import folder
from ejournal.jobs.lean_huey import SqliteHuey
from ejournal.jobs.registry import handler_of
from ejournal.models import Job


def start(actor: Viewer | None, kind: str, title: str, payload: dict[str, Any]) -> Job:
    """Have work done: `payload` (JSON) is what its handler gets. Commits; KeyError for a kind that nobody does."""
    handler_of(kind)
    job = Job(
        id=secrets.token_hex(16),
        kind=kind,
        title=title[:250],
        payload=payload,
        created_by=actor.person_id if actor else None,
    )
    db.session.add(job)
    db.session.commit()
    # A job that was stored and not queued (the disk is full) is told as failed by running.recover().
    queue().run_job(job.id)
    return job


def queue() -> SqliteHuey:
    """The application's queue; a process makes it when it first needs it."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    if "ejournal.queue" not in app.extensions:
        app.extensions["ejournal.queue"] = _make(app)
    made: SqliteHuey = app.extensions["ejournal.queue"]
    return made


def waiting() -> set[str]:
    """The ids of the jobs that stand in the queue."""
    return {task.args[0] for task in queue().pending()}


def _make(app: Flask) -> SqliteHuey:
    huey = SqliteHuey("ejournal", filename=str(folder() / "queue.db"), results=False, fsync=True)

    @huey.task(name="run_job")
    def run_job(job_id: str) -> None:
        with app.app_context():
            running.run(job_id)

    huey.run_job = run_job
    return huey

"""What jobs made: kept a week in instance/jobs/files by random names, readable by the server only."""

import secrets
import time
from datetime import timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import delete

from ejournal.extensions import db
from ejournal.jobs.folder import folder
from ejournal.models import Job
from ejournal.models.base import now
from ejournal.services import private_files
from ejournal.services.errors import NotFoundError

KEPT = timedelta(days=7)


def keep_file(content: bytes) -> str:
    """Store what a job made; returns the path for JobResult.file."""
    path = _folder() / secrets.token_hex(16)
    private_files.write(path, content)
    return path.relative_to(_instance()).as_posix()


def find_file(stored: str) -> Path:
    """The file by the path a job stored; NotFoundError once it is gone."""
    path = (_instance() / stored).resolve()
    if not path.is_relative_to(_folder()) or not path.is_file():
        raise NotFoundError("Файла уже нет: результаты хранятся неделю. Закажите его снова.")
    return path


def remove_old() -> int:
    """Remove jobs that ended more than a week ago, and files as old. Returns how many jobs; commits."""
    gone = db.session.execute(delete(Job).where(Job.finished_at < now() - KEPT))
    db.session.commit()
    oldest = time.time() - KEPT.total_seconds()
    for path in _folder().iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
    return int(getattr(gone, "rowcount", 0))


def _folder() -> Path:
    path = (folder() / "files").resolve()
    path.mkdir(exist_ok=True, mode=0o700)
    return path


def _instance() -> Path:
    return Path(current_app.config["EJOURNAL"].instance).resolve()

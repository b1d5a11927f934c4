"""How far each running job is, and who was asked to stop.

Kept in a file of its own: the work itself may hold the write lock of the database, and others must see it move.
Losing this file loses nothing but the position of a bar.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ejournal.jobs.folder import folder
from ejournal.jobs.registry import CancelledError

SECONDS_BETWEEN = 0.3


@dataclass(frozen=True, slots=True)
class Position:
    done: int = 0
    total: int = 0
    is_stopping: bool = False

    @property
    def percent(self) -> int | None:
        return min(100, self.done * 100 // self.total) if self.total else None


class Reporter:
    """progress(done, total) of one job. Writes a few times a second at most, whatever it is called."""

    def __init__(self, job_id: str) -> None:
        self.job_id, self.written = job_id, 0.0

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self.written < SECONDS_BETWEEN and done < total:
            return
        self.written = time.monotonic()
        with _open() as connection:
            connection.execute(
                "INSERT INTO position (job_id, done, total) VALUES (?, ?, ?) "
                "ON CONFLICT (job_id) DO UPDATE SET done = excluded.done, total = excluded.total",
                (self.job_id, done, total),
            )
        if read(self.job_id).is_stopping:
            raise CancelledError


def read(job_id: str) -> Position:
    with _open() as connection:
        row = connection.execute("SELECT done, total, stop FROM position WHERE job_id = ?", (job_id,)).fetchone()
    return Position(row[0], row[1], bool(row[2])) if row else Position()


def ask_to_stop(job_id: str) -> None:
    with _open() as connection:
        connection.execute(
            "INSERT INTO position (job_id, stop) VALUES (?, 1) ON CONFLICT (job_id) DO UPDATE SET stop = 1", (job_id,)
        )


def forget(job_id: str) -> None:
    with _open() as connection:
        connection.execute("DELETE FROM position WHERE job_id = ?", (job_id,))


@contextmanager
def _open() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(folder() / "progress.db", timeout=5, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS position (job_id TEXT PRIMARY KEY, "
            "done INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL DEFAULT 0, stop INTEGER NOT NULL DEFAULT 0)"
        )
        yield connection
    finally:
        connection.close()

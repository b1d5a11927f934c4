"""instance/jobs: the queue, how far each job is, what was made, and the locks of the processes."""

import sqlite3
from pathlib import Path

from flask import current_app


def folder() -> Path:
    """Results hold personal data: nobody but the owner of the server reads them."""
    path: Path = current_app.config["EJOURNAL"].instance / "jobs"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


class Lock:
    """One process at a time, on Linux and Windows; ends with the process, however that ends."""

    def __init__(self, name: str) -> None:
        self.path = folder() / f"{name}.lock"
        self.held: sqlite3.Connection | None = None

    def take(self) -> bool:
        """Whether it is ours now."""
        connection = sqlite3.connect(self.path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            connection.close()
            return False
        self.held = connection
        return True

    def release(self) -> None:
        if self.held:
            self.held.close()
            self.held = None

    def is_taken(self) -> bool:
        """Whether some process holds it."""
        if not self.take():
            return True
        self.release()
        return False

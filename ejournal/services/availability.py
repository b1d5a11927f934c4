"""Why nothing can be stored just now: a full or read-only disk, a locked, lost or damaged database (R2.1.c).

What passes by itself is told apart from a fault of the program: the first is 503 and worth sending again.
"""

import errno
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from ejournal.extensions import db

FREE_BYTES = 100 * 1024 * 1024
NOTHING_LEFT = 256 * 1024
# Seconds for which /healthz waits for the write lock: an ordinary save holds it for a hundredth of one.
PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class Cause:
    """`key` is what /healthz says, `words` what a person reads."""

    key: str
    words: str


FULL = Cause("disk", "на сервере кончилось место на диске")
READ_ONLY = Cause("read-only", "диск сервера доступен только для чтения")
LOCKED = Cause("locked", "база данных занята другой работой")
LOST = Cause("database", "база данных не отвечает")
DAMAGED = Cause("damaged", "база данных повреждена")

_SQLITE = {
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_CANTOPEN: LOST,
    sqlite3.SQLITE_IOERR: LOST,
    sqlite3.SQLITE_PERM: LOST,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
}
# By the beginning of PostgreSQL's SQLSTATE: connection, resources, operator, system, deadlock.
_POSTGRESQL = {
    "53100": FULL,
    "25006": READ_ONLY,
    "55P03": LOCKED,
    "40": LOCKED,
    "08": LOST,
    "53": LOST,
    "57": LOST,
    "58": LOST,
    "XX001": DAMAGED,
    "XX002": DAMAGED,
}
_DISK = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EROFS: READ_ONLY,
    errno.EIO: LOST,
}


def cause_of(error: BaseException) -> Cause | None:
    """What an error says about database and disk; None: it is a fault of the program."""
    if isinstance(error, PoolTimeoutError):
        return LOST
    if isinstance(error, DBAPIError):
        return LOST if error.connection_invalidated else _of_driver(error.orig)
    if isinstance(error, OSError):
        return _DISK.get(error.errno or 0)
    return _of_driver(error)


def trouble() -> Cause | None:
    """Look whether a value could be stored now; stores nothing."""
    try:
        _try_database()
        _try_disk()
    except Exception as error:  # whatever it is, the answer is that nothing can be stored
        db.session.rollback()
        return cause_of(error) or LOST
    return None


def _of_driver(error: BaseException | None) -> Cause | None:
    if isinstance(error, sqlite3.Error):
        # The low byte: the rest says more exactly where it happened. A wrong statement is SQLITE_ERROR.
        found = _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
        return _of_disk() or LOST if found is LOST else found
    import psycopg  # a tenth of the program's memory, which a college on SQLite has no use for

    state = error.sqlstate if isinstance(error, psycopg.Error) else None
    if state is None:  # the server was lost before it could say anything
        return LOST if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) else None
    return next((cause for start, cause in _POSTGRESQL.items() if state.startswith(start)), None)


def _of_disk() -> Cause | None:
    """SQLite's «unable to open» and «I/O error» are the disk's mostly, and do not say of what kind."""
    folder = current_app.config["EJOURNAL"].instance
    if hasattr(os, "statvfs") and os.statvfs(folder).f_flag & os.ST_RDONLY:
        return READ_ONLY
    return FULL if shutil.disk_usage(folder).free < NOTHING_LEFT else None


def _try_database() -> None:
    url = db.engine.url
    if url.get_backend_name() == "sqlite" and url.database:
        with closing(sqlite3.connect(url.database, timeout=PATIENCE, isolation_level=None)) as connection:
            connection.execute("SELECT 1 FROM person LIMIT 1").fetchone()
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        return
    db.session.execute(text("SELECT 1 FROM person LIMIT 1")).first()
    if db.session.scalar(text("SHOW transaction_read_only")) == "on":
        raise OSError(errno.EROFS, "")
    db.session.rollback()


def _try_disk() -> None:
    folder = current_app.config["EJOURNAL"].instance
    if shutil.disk_usage(folder).free < FREE_BYTES:
        raise OSError(errno.ENOSPC, "")
    with tempfile.TemporaryFile(dir=folder) as probe:
        probe.write(b"x" * 4096)

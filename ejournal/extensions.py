"""The Flask extensions, and how this project talks to its database."""

import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from zlib import crc32

from flask import has_request_context, request
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Connection, Engine, MetaData, event, func, select
from sqlalchemy.exc import SAWarning
from sqlalchemy.orm import DeclarativeBase, Session

# What somebody else has removed meanwhile is not removed a second time, and not written into the log as if it were: it
# is a collision like others (web/again.py). SQLAlchemy only warns of it.
warnings.filterwarnings("error", "DELETE statement on table", SAWarning)

PATIENCE = 10_000  # ms that a request waits for who writes; then it is told that the database is busy (R2.1.c)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# Names for constraints, so that migrations can drop what an earlier one made (SQLite gives none of its own).
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
migrate = Migrate()
login_manager = LoginManager()
csrf = CSRFProtect()

_COMMITS = "ejournal.commits"
_TURNS = 0x7475726E  # «turn»: PostgreSQL's advisory locks of `in_turn`

_reading: ContextVar[bool] = ContextVar("reading", default=False)


@contextmanager
def reading() -> Iterator[None]:
    """Inside, transactions take no write lock even where the request is a POST (a password check, a preview)."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


@contextmanager
def one_moment() -> Iterator[None]:
    """Inside, the session sees the database as it was at one moment, whoever writes meanwhile. SQLite shows any reading
    transaction that; PostgreSQL, by itself, shows each statement what was committed before it."""
    db.session.rollback()  # what was read before is of another moment
    with reading():
        postgres = db.engine.dialect.name == "postgresql"
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"} if postgres else {})
        try:
            yield
        finally:
            db.session.rollback()


def in_turn(what: str) -> None:
    """From here to its end the transaction goes alone among those that name the same: of several who ask for one thing
    at once each sees what those before it have done. SQLite has one writer at a time anyway; on PostgreSQL all of them
    would see what was there before. What the session has read already it does not read anew by this."""
    _asked(func.pg_advisory_xact_lock, what)


def beside(what: str) -> None:
    """From here to its end the transaction goes beside others that say so, but not beside who goes `alone`: what the
    one alone changes, it finds done or not begun."""
    _asked(func.pg_advisory_xact_lock_shared, what)


def alone(what: str, patience: float) -> bool:
    """From here to its end the transaction goes neither beside those nor beside another one alone; False where they
    have not ended in `patience` seconds. It asks again and again: behind who stands in PostgreSQL's queue all stand
    who come later."""
    until = time.monotonic() + patience
    while not _asked(func.pg_try_advisory_xact_lock, what):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def _asked(lock: Any, what: str) -> bool:
    """What PostgreSQL says of a lock; SQLite has one writer, who has it anyway."""
    if db.engine.dialect.name != "postgresql":
        return True
    # Past the ORM: every save asks.
    return db.session.connection().scalar(select(lock(_TURNS, crc32(what.encode()) >> 1))) is not False


def commits() -> int:
    """How often this request has committed so far."""
    return int(db.session().info.get(_COMMITS, 0))


@event.listens_for(db.session, "after_commit")
def _note_commit(session: Session) -> None:
    session.info[_COMMITS] = session.info.get(_COMMITS, 0) + 1


def _only_reads() -> bool:
    return _reading.get() or (has_request_context() and request.method in SAFE_METHODS)


def prepare_engine(engine: Engine) -> None:
    """Make SQLite durable and safe for several writers, and PostgreSQL quick at small questions.

    SQLite's writers begin IMMEDIATE: with the default DEFERRED a read-modify-write of two processes fails with
    «database is locked» in spite of busy_timeout (measured: 441 of 600 against 0).
    """
    if engine.dialect.name != "sqlite":
        event.listen(engine, "connect", _tell_postgres)
        return

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={PATIENCE}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"cache_size=-{_cache(engine)}",
            # A long copy keeps the WAL from being reused while people write; afterwards it is cut to this again.
            "journal_size_limit=33554432",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        if _only_reads():
            # Takes no lock, so that it cannot be refused: SQLite is told without a detour.
            connection.connection.dbapi_connection.execute("BEGIN")
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")


def _tell_postgres(connection: Any, _record: Any) -> None:
    """PostgreSQL compiles to machine code what it takes for long work, each time anew. Ours are short: compiling is
    most of their time, where it plans without figures above all (docs/performance.md). And it would wait for ever for
    a row that somebody keeps: a few such saves, and no thread is left for anybody."""
    connection.cursor().execute("SET jit = off")
    connection.cursor().execute(f"SET lock_timeout = {PATIENCE}")
    connection.commit()


def _cache(engine: Engine) -> int:
    """kB that a connection may keep of SQLite's file: 5 MB for a college of 2,000 students (250 MB); one of 20,000
    (2.7 GB) would read the same pages again and again with them."""
    file = Path(engine.url.database or "")
    size = file.stat().st_size // 1000 if file.is_file() else 0
    return min(max(4000, size // 50), 32_000)


def renew_statistics(connection: Connection) -> None:
    """After many rows at once. PostgreSQL plans by figures that it renews itself within a minute or so; until then what
    a page asks can take many minutes. SQLite plans better without any (docs/performance.md)."""
    if connection.dialect.name == "postgresql":
        # Past SQLAlchemy: a connection that reads copies row by row would make a cursor of it.
        connection.connection.cursor().execute("ANALYZE")

"""The database schema: is it up to date, bring it up to date, and never lose data while doing so."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask_migrate import upgrade as run_migrations
from sqlalchemy import Connection, func, inspect, select

from ejournal.backup import copies
from ejournal.config import Config
from ejournal.extensions import db, reading
from ejournal.models.base import now

LOCK = 0x736368  # «sch»: PostgreSQL's advisory lock of migrations


class SchemaError(Exception):
    """The database cannot be brought up to date; the message is Russian and says what to do."""


def upgrade() -> Path | None:
    """Bring the database to the newest revision. Returns the copy made before an existing one was changed."""
    current, newest = revisions()
    if current == newest:
        return None
    with _alone():
        current, newest = revisions()
        if current == newest:
            return None  # another server was first
        if current is None and _tables():
            raise SchemaError(
                "В базе данных есть таблицы, но нет сведений о её версии. "
                "Укажите пустую базу или восстановите эту из резервной копии."
            )
        copy = _copy_before(current) if current else None
        run_migrations()
        return copy


@contextmanager
def _alone() -> Iterator[None]:
    """Of servers that start at once one migrates, the others wait for it. SQLite has one writer anyway."""
    if db.engine.dialect.name != "postgresql":
        yield
        return
    with db.engine.connect() as connection:
        while not connection.scalar(select(func.pg_try_advisory_lock(LOCK))):
            time.sleep(0.2)  # minutes of migrating are waited for, longer than anything else
        try:
            yield
        finally:
            connection.execute(select(func.pg_advisory_unlock(LOCK)))


def revisions() -> tuple[str | None, str]:
    """The revision the database has (None: an empty database) and the newest one the program knows.

    Raises SchemaError when the database is of a newer program: going on would damage it.
    """
    newest = _script().get_current_head() or ""
    with reading(), db.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in known():
        raise SchemaError(
            f"База данных новее программы (версия базы {current}, программе известна {newest}). "
            "Установите ту версию программы, которой база обновлялась последней."
        )
    return current, newest


def known() -> set[str]:
    """The revisions this program can bring up to date."""
    return {revision.revision for revision in _script().walk_revisions()}


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(current_app.extensions["migrate"].migrate.get_config())


@contextmanager
def without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Inside, SQLite follows no foreign keys; at the end, before the commit, all of them must hold.

    Changing a column in SQLite makes a new table and drops the old one. With foreign_keys=ON that drop deletes
    the rows of every child table that has ON DELETE CASCADE, without an error. The PRAGMA is ignored inside a
    transaction, so this must be entered before one begins.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    if connection.in_transaction():
        raise RuntimeError("foreign keys can be switched off only before a transaction begins")
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()  # what was not committed; the PRAGMA would be ignored inside a transaction
        driver.execute("PRAGMA foreign_keys=ON")


def check_foreign_keys(connection: Connection) -> None:
    """Raises SchemaError, and so undoes the migration, when a row points to nothing."""
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables = ", ".join(sorted({f"{row[0]} → {row[2]}" for row in broken}))
        raise SchemaError(f"После обновления нарушены связи таблиц ({tables}). База оставлена прежней.")


def _tables() -> set[str]:
    return set(inspect(db.engine).get_table_names())


def _copy_before(revision: str) -> Path | None:
    """What one goes back to: of SQLite the file as it was, of PostgreSQL a copy as `ejournal backup` makes it."""
    settings: Config = current_app.config["EJOURNAL"]
    name = f"before-upgrade-{revision}-{now():%Y%m%dT%H%M%SZ}"
    database = db.engine.url.database
    if db.engine.dialect.name != "sqlite":
        return copies.make(copies.folder() / f"{name}.backup")[0]
    if not database or database == ":memory:":
        return None
    folder = settings.instance / "backups"
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.db"
    # Personal data: nobody but the owner reads it, not even for the moment between making and chmod.
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)
    return path

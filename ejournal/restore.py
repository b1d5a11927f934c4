"""Bring a college back from a copy, or over to another database: everything is checked before anything is replaced."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

from flask import current_app
from flask_migrate import upgrade
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from ejournal import create_app, schema
from ejournal.backup import archive, copies, tables
from ejournal.backup.archive import ArchiveError, Manifest
from ejournal.config import Config
from ejournal.extensions import db, renew_statistics
from ejournal.models.base import now
from ejournal.services import restored_mail

Say = Callable[[str], None]
# Called when all is checked and nothing is replaced yet; raises ArchiveError to leave everything as it is.
Agree = Callable[[], None]


def restore(path: Path, passphrase: str, say: Say, agree: Agree = lambda: None) -> Manifest:
    """Replace the college with the copy. What was there is kept: a SQLite database with its files in
    instance/replaced-…, a PostgreSQL one as a copy in instance/backups. The server must be stopped.

    Raises ArchiveError before anything is touched.
    """
    config: Config = current_app.config["EJOURNAL"]
    with archive.opened(path, passphrase) as (opened, manifest):
        say(f"Копия от {manifest.made_at:%d.%m.%Y %H:%M} UTC, «{manifest.college}», строк: {manifest.rows}.")
        archive.check_files(opened, manifest)
        with tempfile.TemporaryDirectory(dir=config.instance, prefix="restoring-") as scratch:
            database = build(opened, manifest, Path(scratch))
            say("Копия восстановлена в пробную базу и сверена: всё сходится.")
            files = Path(scratch, "files")
            archive.extract_files(opened, manifest, files)
            agree()
            kept = _keep_replaced(config, say)
            if db.engine.dialect.name == "sqlite":
                _put_in_place(config, database)
            else:
                _load_into_server(opened, manifest)
            _merge_files(files, config.files)
            restored_mail.settle()
    say(f"Готово. Прежнее состояние: {kept}" if kept else "Готово.")
    return manifest


def build(opened: ZipFile, manifest: Manifest, scratch: Path) -> Path:
    """A SQLite database with what the copy holds, checked against its hashes, then brought up to date."""
    database = scratch / "ejournal.db"
    app = create_app({"instance": scratch, "database_url": f"sqlite:///{database}", "secret_key": "scratch"})
    with app.app_context():
        _check_revision(manifest)
        upgrade(revision=manifest.revision)
        _fill(opened, manifest)
        upgrade()
        # One file, without the log of writes beside it.
        with db.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.session.remove()
        db.engine.dispose()
    return database


def move(target_url: str, say: Say) -> Manifest:
    """Copy the college into an empty PostgreSQL (or SQLite) database and compare every table (counts and hashes).

    The present one is left as it is. Raises ArchiveError, leaving the target empty.
    """
    config: Config = current_app.config["EJOURNAL"]
    with tempfile.TemporaryDirectory(dir=config.instance, prefix="moving-") as scratch:
        path = Path(scratch, "college.backup")
        with copies.snapshot() as connection:
            about = {"college": "", "revision": copies.revision(connection), "program": ""}
            archive.write(path, connection, config.files, about)
        app = create_app({"instance": config.instance, "database_url": target_url})
        with app.app_context(), archive.opened(path) as (opened, manifest):
            if inspect(db.engine).get_table_names():
                raise ArchiveError("База назначения не пуста. Укажите пустую: перенос ничего в ней не заменяет.")
            try:
                upgrade()
                _fill(opened, manifest)
            except Exception:
                _empty_server()
                raise
            finally:
                db.session.remove()
                db.engine.dispose()
    say(f"Перенесено и сверено: таблиц {len(manifest.tables)}, строк {manifest.rows}.")
    return manifest


def _check_revision(manifest: Manifest) -> None:
    if manifest.revision not in schema.known():
        raise ArchiveError(
            f"Копия сделана программой новее этой (версия базы {manifest.revision}): обновите ejournal и повторите."
        )


def _fill(opened: ZipFile, manifest: Manifest) -> None:
    """Load every table into the present app's empty database in one transaction, and compare."""
    with db.engine.connect() as connection, schema.without_foreign_keys(connection), connection.begin():
        there = tables.reflect(connection)
        for table in there:
            if table.name in manifest.tables:
                tables.load(connection, table, archive.table_lines(opened, table.name))
        tables.advance_sequences(connection, there)
        copies.compare(connection, manifest)
        renew_statistics(connection)


def is_there(table: str) -> bool:
    """Whether the database holds the table. A damaged SQLite file counts as holding it: it is kept when replaced."""
    try:
        return inspect(db.engine).has_table(table)
    except DatabaseError:
        if db.engine.dialect.name != "sqlite":
            raise
        return True


def _keep_replaced(config: Config, say: Say) -> Path | None:
    """Put aside what is there now, if anything; returns where."""
    if not is_there("setting"):
        return None
    db.session.remove()
    moment: datetime = now()
    if db.engine.dialect.name != "sqlite":
        say("Сохраняю нынешнее состояние базы…")
        return copies.make(copies.folder() / f"before-restore-{moment:%Y%m%dT%H%M%SZ}.backup")[0]
    kept = config.instance / f"replaced-{moment:%Y%m%dT%H%M%SZ}"
    kept.mkdir()
    # First, since it may fail: a college without its database would be worse than one that is not replaced.
    if config.files.exists():
        shutil.copytree(config.files, kept / "files")
    database = Path(db.engine.url.database or "")
    db.engine.dispose()
    for name in (database, database.with_name(f"{database.name}-wal"), database.with_name(f"{database.name}-shm")):
        if name.exists():
            name.replace(kept / name.name)
    return kept


def _put_in_place(config: Config, database: Path) -> None:
    target = Path(db.engine.url.database or config.instance / "ejournal.db")
    db.session.remove()
    db.engine.dispose()  # an open connection would go on reading the file that was there
    for name in (f"{target.name}-wal", f"{target.name}-shm"):
        target.with_name(name).unlink(missing_ok=True)
    database.replace(target)
    target.chmod(0o600)


def _load_into_server(opened: ZipFile, manifest: Manifest) -> None:
    _empty_server()
    upgrade(revision=manifest.revision)
    _fill(opened, manifest)
    upgrade()


def _empty_server() -> None:
    """Take every table away; a fresh schema is made by the migrations."""
    if db.engine.dialect.name == "sqlite":
        Path(db.engine.url.database or "").unlink(missing_ok=True)
        return
    db.session.remove()  # its own look at the settings would keep the tables from being dropped for ever
    with db.engine.begin() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '20s'"))  # a server that still runs: told, not waited for
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))


def _merge_files(source: Path, target: Path) -> None:
    """Files are named by their hash: what is there already is the same."""
    for path in source.rglob("*"):
        place = target / path.relative_to(source)
        if path.is_file() and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            path.replace(place)

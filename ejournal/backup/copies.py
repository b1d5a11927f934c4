"""Copies made by hand and every night, kept by age, and each night's tried by restoring it (R2.3.store, R4.2.g)."""

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from flask import current_app
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError

from ejournal.backup import archive, tables
from ejournal.backup.archive import ArchiveError, Manifest
from ejournal.config import Config
from ejournal.domain import rotation
from ejournal.domain.words import sentence
from ejournal.extensions import Base, db, reading
from ejournal.models.base import now
from ejournal.services import availability, clock, settings

# A night's work may be late; a day and a half without a copy is a fault.
OLD_AFTER = timedelta(hours=36)
STATUS = "status.json"
FAILED = "failed-trial.backup"
_NIGHTLY = re.compile(r"ejournal-([0-9]{8}T[0-9]{6}Z)\.backup")


@dataclass(frozen=True, slots=True)
class Status:
    """Of the newest good copy: when it was made and restored for a trial. `problem` (Russian): of a later night."""

    made_at: str = ""
    path: str = ""
    size: int = 0
    rows: int = 0
    checked_at: str = ""
    problem: str = ""

    @property
    def made(self) -> datetime | None:
        return datetime.fromisoformat(self.made_at) if self.made_at else None

    @property
    def checked(self) -> datetime | None:
        return datetime.fromisoformat(self.checked_at) if self.checked_at else None

    @property
    def age(self) -> timedelta | None:
        return now() - self.made if self.made else None

    @property
    def is_ahead(self) -> bool:
        """Made in the future: the clock is wrong now, or was then and what it says of the age is wrong."""
        return self.age is not None and self.age < -clock.SLACK

    @property
    def is_good(self) -> bool:
        return self.age is not None and self.age < OLD_AFTER and not self.is_ahead and not self.problem


def make(target: Path | None = None) -> tuple[Path, Manifest]:
    """A copy of database and files as of one moment, while people go on working. By itself into instance/backups."""
    config = _config()
    path = target or folder() / f"ejournal-{now():%Y%m%dT%H%M%SZ}.backup"
    with snapshot() as connection:
        about = {
            "college": settings.get("college.name"),
            "revision": revision(connection),
            "program": version("ejournal"),
        }
        manifest = archive.write(path, connection, config.files, about, config.backup_passphrase)
    return path, manifest


def nightly() -> Status:
    """A copy, restored for a trial; then a second one in the other folder, and old ones removed.

    The status is of the last copy that passed its trial; what went wrong since is kept beside it and raised, so that
    the night's report and the administrator's page tell it.
    """
    try:
        path, manifest = make()
        try:
            try_out(path)
        except ArchiveError:
            # Kept to be looked at, under a name that crowds no good copy out of the rotation.
            path.replace(folder() / FAILED)
            raise
        done = Status(manifest.made_at.isoformat(), str(path), path.stat().st_size, manifest.rows, now().isoformat())
        _put(done)
        if second := _config().backup_copy:
            second.mkdir(parents=True, exist_ok=True)
            _copy_over(path, second / path.name)
            _rotate(second)
        _rotate(folder())
    except (ArchiveError, OSError, DBAPIError) as error:
        _put_problem(error)
        raise
    return done


def try_out(path: Path) -> Manifest:
    """Restore a copy of this program's own revision into a scratch database and compare every table and file.

    Raises ArchiveError with what differs.
    """
    with archive.opened(path, _config().backup_passphrase) as (opened, manifest):
        archive.check_files(opened, manifest)
        with tempfile.TemporaryDirectory(dir=folder(), prefix="trial-") as scratch:
            engine = create_engine(f"sqlite:///{Path(scratch, 'trial.db')}")
            Base.metadata.create_all(engine)
            with engine.begin() as connection:
                for table in tables.reflect(connection):
                    tables.load(connection, table, archive.table_lines(opened, table.name))
                compare(connection, manifest)
            engine.dispose()
    return manifest


def compare(connection: Connection, manifest: Manifest) -> None:
    """Raises ArchiveError where a table of the database is not what the copy says it is."""
    found = tables.digests(connection)
    for name, wanted in manifest.tables.items():
        if found.get(name) != wanted:
            rows = found.get(name, {}).get("rows", 0)
            raise ArchiveError(f"Таблица {name} восстановилась иной: строк {rows}, в копии {wanted['rows']}.")
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise ArchiveError("В копии есть строки, которые ссылаются в пустоту.")


@contextmanager
def snapshot() -> Iterator[Connection]:
    """The database as it is at one moment, whoever writes meanwhile."""
    with reading(), db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def revision(connection: Connection) -> str:
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


def folder() -> Path:
    made = _config().instance / "backups"
    made.mkdir(exist_ok=True)
    return made


def status() -> Status:
    path = folder() / STATUS
    try:
        return Status(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return Status()


def _put_problem(error: Exception) -> None:
    cause = availability.cause_of(error)
    words = cause.words if cause else str(error)
    with suppress(OSError):  # on a full disk the age of the last good copy tells it
        _put(replace(status(), problem=sentence(words) or "ошибка"))


def _put(status_now: Status) -> None:
    path = folder() / STATUS
    coming = path.with_suffix(".coming")
    coming.write_text(json.dumps(asdict(status_now), ensure_ascii=False), encoding="utf-8")
    coming.replace(path)


def _rotate(where: Path) -> None:
    """Only copies that the night made and named; what people put there stays."""
    found = {
        datetime.strptime(name[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC): path
        for path in where.iterdir()
        if (name := _NIGHTLY.fullmatch(path.name))
    }
    for moment in found.keys() - rotation.kept(found, now()):
        found[moment].unlink(missing_ok=True)


def _copy_over(source: Path, target: Path) -> None:
    coming = target.with_name(f"{target.name}.coming")
    shutil.copyfile(source, coming)
    coming.chmod(0o600)
    coming.replace(target)


def _config() -> Config:
    config: Config = current_app.config["EJOURNAL"]
    return config

"""The file of a copy: a ZIP of tables as lines of JSON, the files by their hash, and a manifest of what must be there.

Needs no ejournal to be read; under a passphrase it is sealed as a whole (sealing.py).
"""

import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection

from ejournal.backup import sealing, tables
from ejournal.models.base import now
from ejournal.services import availability

FORM = 1
MANIFEST = "manifest.json"
PIECE = 1 << 20


class ArchiveError(Exception):
    """A copy that cannot be used; the message is Russian and says why."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a copy holds: rows and hash of each table, size of each file by its hash."""

    made_at: datetime
    college: str
    revision: str
    program: str
    tables: dict[str, dict[str, Any]]
    files: dict[str, int]
    head: str

    @property
    def rows(self) -> int:
        return sum(table["rows"] for table in self.tables.values())


def write(target: Path, connection: Connection, files: Path, about: dict[str, str], passphrase: str = "") -> Manifest:
    """Copy the database as `connection` sees it (one transaction: one moment) with its files; `about` holds college,
    revision, program. The file appears under its name only when it is whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="coming-") as folder:
        plain, sealed = Path(folder, "plain"), Path(folder, "sealed")
        manifest = _write_plain(plain, connection, files, about)
        if passphrase:
            with plain.open("rb") as source, sealed.open("wb") as stream:
                sealing.seal(source, stream, passphrase)
        ready = sealed if passphrase else plain
        with ready.open("rb+") as stream:
            os.fsync(stream.fileno())
        ready.chmod(0o600)
        ready.replace(target)
    return manifest


@contextmanager
def opened(path: Path, passphrase: str = "") -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """The copy, its seal broken where it has one. Raises ArchiveError, and OSError where the disk is at fault: of a
    full one nobody must be told that the copy is damaged."""
    if not path.is_file():
        raise ArchiveError(f"Файла {path} нет.")
    with tempfile.TemporaryFile() as plain:
        if sealing.is_sealed(path):
            if not passphrase:
                raise ArchiveError("Копия под паролем: укажите его (--passphrase-file).")
            try:
                with path.open("rb") as source:
                    sealing.unseal(source, plain, passphrase)
            except sealing.SealError as error:
                raise ArchiveError(str(error)) from error
        try:
            with zipfile.ZipFile(plain if sealing.is_sealed(path) else path) as archive:
                yield archive, _manifest(archive)
        except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError, OSError) as error:
            if availability.cause_of(error):
                raise
            raise ArchiveError(f"Копия повреждена: {error}") from error


def table_lines(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with archive.open(f"tables/{name}.jsonl") as stream:
        yield from stream


def check_files(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Every file is there and hashes to its name. Raises ArchiveError."""
    for sha256 in manifest.files:
        with archive.open(f"files/{sha256}") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != sha256:  # type: ignore[arg-type]
                raise ArchiveError(f"Файл {sha256[:12]}… в копии повреждён.")


def extract_files(archive: zipfile.ZipFile, manifest: Manifest, root: Path) -> None:
    for sha256 in manifest.files:
        place = root / sha256[:2] / sha256
        place.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(f"files/{sha256}") as source, place.open("wb") as stream:
            _copy(source, stream)


def _write_plain(path: Path, connection: Connection, files: Path, about: dict[str, str]) -> Manifest:
    counted: dict[str, dict[str, Any]] = {}
    made_at = now()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        named: list[Any] = []
        head = ""
        for table in tables.reflect(connection):
            digest = tables.Digest()
            with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as stream:
                for line in digest.pass_on(tables.lines(connection, table)):
                    stream.write(line)
            counted[table.name] = {"rows": digest.rows, "sha256": digest.sha256}
            if table.name == "stored_file":
                named = list(connection.execute(table.select().with_only_columns(table.c.sha256).distinct()).scalars())
            if table.name == "log_link":
                last = table.select().order_by(table.c.number.desc()).limit(1)
                row = connection.execute(last).first()
                head = row.hash if row else ""
        sizes = dict(_add_files(archive, files, named))
        manifest = Manifest(made_at, about["college"], about["revision"], about["program"], counted, sizes, head)
        archive.writestr(MANIFEST, _as_json(manifest))
    return manifest


def _add_files(archive: zipfile.ZipFile, root: Path, named: list[str]) -> Iterator[tuple[str, int]]:
    for sha256 in sorted(named):
        place = root / sha256[:2] / sha256
        # One that is missing is told by `ejournal verify`; it must not stop the copy of all the rest.
        if place.is_file():
            archive.write(place, f"files/{sha256}")
            yield sha256, place.stat().st_size


def _as_json(manifest: Manifest) -> str:
    values = {
        "form": FORM,
        "made_at": manifest.made_at.isoformat(),
        "college": manifest.college,
        "revision": manifest.revision,
        "program": manifest.program,
        "tables": manifest.tables,
        "files": manifest.files,
        "head": manifest.head,
    }
    return json.dumps(values, ensure_ascii=False, indent=1)


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    values = json.loads(archive.read(MANIFEST))
    if values.pop("form") != FORM:
        raise ArchiveError("Копия сделана более новой программой: обновите ejournal и повторите.")
    return Manifest(**{**values, "made_at": datetime.fromisoformat(values["made_at"])})


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    while piece := source.read(PIECE):
        target.write(piece)

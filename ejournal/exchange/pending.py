"""Files that were previewed and wait for confirmation: under instance/uploads/pending, by a random name.

They hold personal data: readable by the server only, gone once applied or refused, and after a day anyway.
"""

import json
import re
import secrets
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import current_app

from ejournal.access import Viewer
from ejournal.exchange.changes import Options
from ejournal.services import private_files
from ejournal.services.errors import NotFoundError

# The kind of a workbook of the pack: confirmed on its own page (web/continuity).
PACK = "pack"
KEPT_SECONDS = 24 * 60 * 60
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Pending:
    id: str
    owner: int
    kind: str
    filename: str
    options: Options
    content: bytes
    # How many rows its preview said would change: a long list is written as a job.
    changed: int


def keep(viewer: Viewer, kind: str, filename: str, options: Options, content: bytes, changed: int = 0) -> str:
    """Store a file for its owner; returns the id it is found by."""
    folder = _folder()
    sweep()
    name = secrets.token_hex(16)
    about = {
        "owner": viewer.person_id,
        "kind": kind,
        "filename": filename,
        "create_groups": options.create_groups,
        "admission_year": options.admission_year,
        "changed": changed,
        "day": options.day.isoformat() if options.day else None,
    }
    private_files.write(folder / name, content)
    private_files.write(folder / f"{name}.json", json.dumps(about).encode())
    return name


def find(viewer: Viewer, name: str, *, pack: bool = False) -> Pending:
    """The file, for who uploaded it; NotFoundError for anybody else, as for a file that is not there. `pack`: a
    workbook of the pack is wanted, and no list."""
    path = _folder() / name
    if not _ID.fullmatch(name) or not path.with_suffix(".json").exists():
        raise NotFoundError("Этого файла уже нет: он загружен, отменён или пролежал больше суток. Выберите его снова.")
    about = json.loads(path.with_suffix(".json").read_bytes())
    if about["owner"] != viewer.person_id or (about["kind"] == PACK) != pack:
        raise NotFoundError
    day = about.get("day")
    options = Options(about["create_groups"], about.get("admission_year", 0), date.fromisoformat(day) if day else None)
    return Pending(
        name, about["owner"], about["kind"], about["filename"], options, path.read_bytes(), about.get("changed", 0)
    )


def drop(pending: Pending) -> None:
    path = _folder() / pending.id
    path.with_suffix(".json").unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def sweep() -> int:
    """Remove files that nobody confirmed for a day. Returns how many."""
    oldest = time.time() - KEPT_SECONDS
    old = [path for path in _folder().iterdir() if path.stat().st_mtime < oldest]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _folder() -> Path:
    folder: Path = current_app.config["EJOURNAL"].instance / "uploads" / "pending"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder

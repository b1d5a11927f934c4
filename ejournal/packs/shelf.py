"""Where packs stand: instance/continuity/2026-11-27, seven of them; nothing is found by a path that somebody typed."""

import json
import os
import shutil
import time
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from flask import current_app

from ejournal.access import OVERSEERS, Viewer
from ejournal.domain.file_names import safe
from ejournal.services import continuity, settings
from ejournal.services.errors import NotFoundError

KEPT = 7
ABOUT, ALL, KINDS = "pack.json", "all.zip", ("pdf", "xlsx")
UNFINISHED = "making-"
BROKEN_AFTER = 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class Pack:
    """`groups`: id and name of those the viewer may take."""

    day: date
    made: datetime
    path: Path
    groups: list[tuple[int, str]]


def packs(viewer: Viewer) -> list[Pack]:
    """The packs there are, the newest first, each with the groups that are open to the viewer."""
    open_ = {group.id for group in continuity.groups_open(viewer)}
    found = [_read(path) for path in sorted(folder().iterdir(), reverse=True) if not path.name.startswith(UNFINISHED)]
    return [
        Pack(each.day, each.made, each.path, [one for one in each.groups if one[0] in open_])
        for each in found
        if each is not None
    ]


def find_file(viewer: Viewer, day: date, group_id: int, kind: str) -> tuple[Path, str]:
    """The file of a group and its name for a person; NotFoundError also where the group is not the viewer's."""
    for pack in packs(viewer):
        name = dict(pack.groups).get(group_id)
        if pack.day == day and name and kind in KINDS:
            return pack.path / f"{group_id}.{kind}", f"{safe(name)} {day:%Y-%m-%d}.{kind}"
    raise NotFoundError


def find_all(viewer: Viewer, day: date) -> tuple[Path, str]:
    """Every group's files: for administration and the system administrator."""
    found = next((pack for pack in packs(viewer) if pack.day == day), None)
    if found is None or not viewer.holds(OVERSEERS):
        raise NotFoundError
    return found.path / ALL, f"continuity-{day:%Y-%m-%d}.zip"


def put(made_in: Path, made: datetime) -> Pack:
    """Put a finished folder in the place of the day's."""
    target = folder() / f"{settings.local(made).date():%Y-%m-%d}"
    if target.exists():
        replaced = folder() / f"{UNFINISHED}old-{os.getpid()}-{made:%H%M%S%f}"
        target.rename(replaced)
        made_in.rename(target)
        shutil.rmtree(replaced, ignore_errors=True)
    else:
        made_in.rename(target)
    found = _read(target)
    assert found is not None
    return found


def rotate() -> int:
    """Remove all but the newest, and what a broken night left; not what another process is at just now. Returns how
    many."""
    days = sorted(path for path in folder().iterdir() if not path.name.startswith(UNFINISHED))
    left = [path for path in folder().iterdir() if path.name.startswith(UNFINISHED)]
    gone = days[:-KEPT] + [path for path in left if path.stat().st_mtime < time.time() - BROKEN_AFTER]
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)
    return len(gone)


def folder() -> Path:
    """Personal data of everybody: nobody but the owner of the server reads it."""
    path: Path = current_app.config["EJOURNAL"].instance / "continuity"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def _read(path: Path) -> Pack | None:
    """None for what is no pack."""
    try:
        about = json.loads((path / ABOUT).read_text(encoding="utf-8"))
        groups = [(int(id_), str(name)) for id_, name in about["groups"]]
        return Pack(date.fromisoformat(path.name), datetime.fromisoformat(about["made"]), path, groups)
    except (OSError, ValueError, KeyError, TypeError):
        return None

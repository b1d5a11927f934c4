"""Whether the folder of a year is as it was written: every file against SHA256SUMS (`sha256sum -c` says the same), and
the log's closing hash against the college's own chain, where that is at hand (R4.2.g)."""

import hashlib
import json
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import select

from ejournal.extensions import db
from ejournal.models import LogLink

SUMS, ABOUT = "SHA256SUMS", "archive.json"
MOST_TOLD = 20


class NoArchiveError(ValueError):
    """The folder is no archive of a year; the message is Russian."""


def listed(folder: Path) -> dict[str, str]:
    """The files of an archive by their path in it, with their sums. Raises NoArchiveError.

    Nothing outside the folder can be named: such a line makes the whole file no list of ours.
    """
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NoArchiveError(f"В папке нет файла {SUMS}: это не архив года.") from error
    found: dict[str, str] = {}
    for line in lines:
        digest, _blank, name = line.partition("  ")
        path = PurePosixPath(name)
        if len(digest) != 64 or not name or path.is_absolute() or ".." in path.parts or "\\" in name:
            raise NoArchiveError(f"Строка в {SUMS} испорчена: {line[:80]}")
        found[path.as_posix()] = digest.lower()
    return found


def about(folder: Path) -> dict[str, Any]:
    """What the archive says of itself. Raises NoArchiveError."""
    try:
        found = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        return {**found, "year": str(found["year"]), "made": str(found["made"]), "chain": dict(found["chain"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoArchiveError(f"Файл {ABOUT} не читается: это не архив года.") from error


def check(folder: Path) -> list[str]:
    """What is wrong, in Russian; nothing where all is as it was written. Raises NoArchiveError."""
    sums = listed(folder)
    about(folder)
    problems = []
    for name, digest in sums.items():
        path = folder / name
        if path.is_symlink() or not path.is_file():
            problems.append(f"нет файла: {name}")
        elif digest_of(path) != digest:
            problems.append(f"файл изменён: {name}")
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    problems += [f"лишний файл: {name}" for name in sorted(there - set(sums) - {SUMS})]
    return problems


def check_chain(said: dict[str, Any]) -> str:
    """What the college's log says of the archive's closing hash; "" where it is there as it was."""
    chain = said["chain"]
    stored = db.session.scalar(select(LogLink.hash).where(LogLink.number == chain.get("number")))
    if stored is None:
        return "в журнале изменений этой базы такого звена нет: сверить контрольную сумму не с чем"
    if stored != chain.get("hash"):
        return "контрольная сумма журнала изменений в архиве и в базе разные: изменён архив или база"
    return ""


def digest_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

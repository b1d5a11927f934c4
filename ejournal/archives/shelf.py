"""Archives attached for reading: instance/archive, a folder for each; a file is found by the list of its sums only, so
that no address leads outside (п. 2.3)."""

import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import current_app

from ejournal.archives import checking, writing
from ejournal.archives.checking import NoArchiveError
from ejournal.domain.file_names import safe
from ejournal.services.errors import NotFoundError, RefusedError

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Attached:
    """`name` is the folder's; `zipped` whether it can be taken away as one file."""

    name: str
    year: str
    college: str
    made: datetime
    journals: int
    files: int
    path: Path
    zipped: bool


def attached() -> list[Attached]:
    """All of them, the newest year first."""
    found = [one for path in folder().iterdir() if path.is_dir() and (one := _read(path)) is not None]
    return sorted(found, key=lambda one: (one.year, one.made), reverse=True)


def find(name: str) -> Attached:
    """Raises NotFoundError."""
    found = next((one for one in attached() if one.name == name), None)
    if found is None:
        raise NotFoundError("Такого архива здесь нет.")
    return found


def file_of(name: str, asked: str) -> Path:
    """A file of an archive. Raises NotFoundError for whatever its list does not name."""
    archive = find(name)
    path = archive.path / asked
    if asked not in checking.listed(archive.path) or path.is_symlink() or not path.is_file():
        raise NotFoundError
    if not path.resolve().is_relative_to(archive.path.resolve()):
        raise NotFoundError
    return path


def zip_of(name: str) -> Path:
    """Raises NotFoundError where an archive was attached and not made here."""
    find(name)
    path = folder() / f"{name}.zip"
    if not path.is_file():
        raise NotFoundError
    return path


def make(year_id: int, year_title: str, progress: Progress) -> Attached:
    """Write a closed year here, in the place of an earlier archive of it, with a zip to take away."""
    name = safe(year_title.replace("/", "-"))
    fresh = folder() / f"{name}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    writing.write(year_id, fresh, progress)
    target = folder() / name
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    part = folder() / f"{name}.zip.part"
    with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(target.rglob("*")):
            if path.is_file():
                archive.write(path, f"{name}/{path.relative_to(target).as_posix()}")
    part.chmod(0o600)
    part.replace(folder() / f"{name}.zip")
    return find(name)


def attach(source: Path) -> Attached:
    """Copy an archive from elsewhere to read it here; checked before and after. Raises RefusedError."""
    try:
        problems = checking.check(source)
        said = checking.about(source)
    except NoArchiveError as error:
        raise RefusedError(str(error)) from error
    if problems:
        raise RefusedError(f"Архив не цел ({'; '.join(problems[:5])}): не присоединён.")
    name = safe(said["year"].replace("/", "-"))
    target = folder() / name
    if target.exists():
        raise RefusedError(f"Архив {said['year']} уже присоединён.")
    part = folder() / f"{name}.new"
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(source, part)
    if checking.check(part):
        shutil.rmtree(part, ignore_errors=True)
        raise RefusedError("Архив скопировался с ошибками: проверьте диск и повторите.")
    part.rename(target)
    return find(name)


def folder() -> Path:
    """Personal data of everybody who studied then."""
    path: Path = current_app.config["EJOURNAL"].instance / "archive"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def _read(path: Path) -> Attached | None:
    """None for what is no archive, or one that is not written to its end."""
    if path.name.endswith(".new") or ".part" in path.name:
        return None
    try:
        said, sums = checking.about(path), checking.listed(path)
        return Attached(
            path.name, said["year"], str(said.get("college", "")), datetime.fromisoformat(said["made"]),
            int(said.get("journals", 0)), len(sums), path, path.with_name(f"{path.name}.zip").is_file(),
        )  # fmt: skip
    except (NoArchiveError, ValueError, TypeError):
        return None

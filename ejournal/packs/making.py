"""A pack of the whole college: for every group a PDF to print and a workbook to type into, and all of it as one zip.

Made group by group, so that memory does not grow with the college, beside the days that are there already, and put in
its place when it is whole: a night that fails leaves yesterday's.
"""

import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from flask import current_app

from ejournal.documents import pack as paper
from ejournal.domain.file_names import safe, unique
from ejournal.exchange.export import pack as workbook
from ejournal.extensions import db, reading
from ejournal.models.base import now
from ejournal.packs import shelf
from ejournal.services import continuity, groups, periods, private_files
from ejournal.services.errors import RefusedError

Progress = Callable[[int, int], None]
NOTHING = "Печатать нечего: учебного года или групп в нём нет."


def make(progress: Progress = lambda done, total: None) -> shelf.Pack:
    """The pack as of now, in the place of today's earlier one. Raises RefusedError where there is nothing to keep."""
    made = now()
    with reading():
        year = periods.current()
        listed = [group.id for group in groups.studying(year)] if year else []
        db.session.rollback()
    if not listed:
        raise RefusedError(NOTHING)
    folder = Path(tempfile.mkdtemp(prefix=shelf.UNFINISHED, dir=shelf.folder()))
    try:
        names = {}
        for number, group_id in enumerate(listed):
            progress(number, len(listed))
            names[group_id] = _group(folder, group_id, made)
        progress(len(listed), len(listed))
        about = {"made": made.isoformat(), "groups": [[id_, name] for id_, name in names.items()]}
        (folder / shelf.ABOUT).write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
        _zip(folder, names)
        pack = shelf.put(folder, made)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _second_copy(pack)
    shelf.rotate()
    return pack


def _group(folder: Path, group_id: int, made: datetime) -> str:
    """The two files of a group; its name. Nothing of it stays in memory."""
    with reading():
        group = groups.find(group_id)
        year = periods.current()
        assert group is not None
        assert year is not None
        found = continuity.of_group(group, year, made)
        private_files.write(folder / f"{group_id}.pdf", paper.as_pdf(found))
        private_files.write(folder / f"{group_id}.xlsx", workbook.as_xlsx(found))
        name = group.title
        db.session.rollback()
        db.session.expunge_all()
    return name


def _zip(folder: Path, names: dict[int, str]) -> None:
    """Both kinds of files are compressed already."""
    with zipfile.ZipFile(folder / shelf.ALL, "w", zipfile.ZIP_STORED) as archive:
        taken: set[str] = set()
        for group_id, title in names.items():
            name = unique(safe(title), taken)
            for kind in shelf.KINDS:
                archive.write(folder / f"{group_id}.{kind}", f"{name}.{kind}")
    (folder / shelf.ALL).chmod(0o600)


def _second_copy(pack: shelf.Pack) -> None:
    """Beside the second copies of the database: a pack on the disk that died helps nobody."""
    second = current_app.config["EJOURNAL"].backup_copy
    if not second:
        return
    target = second / "continuity"
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"continuity-{pack.day:%Y-%m-%d}.zip"
    shutil.copyfile(pack.path / shelf.ALL, target / f"{name}.part")
    os.replace(target / f"{name}.part", target / name)
    for old in sorted(target.glob("continuity-*.zip"))[: -shelf.KEPT]:
        old.unlink(missing_ok=True)

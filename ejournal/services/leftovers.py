"""What a killed server leaves behind: files that no row names, halves of copies (R2.3.store).

A file is written before the transaction that names it, so a kill between the two leaves a file too many, never a row
without its file. Whatever is younger than a day may still be at work.
"""

import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from ejournal.config import Config
from ejournal.extensions import db
from ejournal.models import StoredFile

OLD = timedelta(days=1)
# Folders in which a copy is put together or tried; what they hold is not under the passphrase.
SCRATCH = ("backups/coming-*", "backups/trial-*", "restoring-*", "moving-*", "files/coming-*")


def remove_old(config: Config, older_than: timedelta = OLD) -> int:
    """Remove what is older and belongs to nothing. Returns how many."""
    before = time.time() - older_than.total_seconds()
    count = 0
    for path in (*_unnamed(config.files), *_scratch(config)):
        try:
            if path.stat().st_mtime > before:
                continue
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        except FileNotFoundError:
            continue
        count += 1
    return count


def _unnamed(root: Path) -> Iterator[Path]:
    """Uploading the same content again makes its file young again: it is not taken from under a transaction."""
    found = [path for path in root.glob("??/*") if path.is_file()]
    named = set(db.session.scalars(select(StoredFile.sha256).distinct()))
    db.session.rollback()
    yield from (path for path in found if path.name not in named)


def _scratch(config: Config) -> Iterator[Path]:
    folders = [config.instance] + ([config.backup_copy] if config.backup_copy else [])
    for folder in folders:
        for pattern in SCRATCH:
            yield from folder.glob(pattern)
    if config.backup_copy:
        yield from config.backup_copy.glob("*.coming")

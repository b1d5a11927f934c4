"""R2.3.store: what a killed server left is swept, what belongs to somebody or may still be at work is not."""

import os
import time
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask

from ejournal.extensions import db
from ejournal.models import StoredFile
from ejournal.services import files, leftovers


@pytest.fixture
def instance(in_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    config = replace(in_app.config["EJOURNAL"], instance=tmp_path, backup_copy=tmp_path / "second")
    monkeypatch.setitem(in_app.config, "EJOURNAL", config)
    return tmp_path


def put(path: Path, hours: float) -> Path:
    """A file (or a folder with one, where the name ends with «-») that was written so many hours ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.name.endswith("-"):
        path.mkdir()
        (path / "plain").write_bytes(b"personal data")
    else:
        path.write_bytes(b"content")
    then = time.time() - hours * 3600
    os.utime(path, (then, then))
    return path


def kept(content: bytes, hours: float) -> Path:
    return put(files.path_of(sha256(content).hexdigest()), hours)


def test_only_what_is_old_and_belongs_to_nothing_goes(in_app: Flask, instance: Path) -> None:
    db.session.add(StoredFile(sha256=sha256(b"named").hexdigest(), name="a.txt", media_type="text/plain", size=5))
    db.session.commit()
    stays = [
        kept(b"named", 300),
        kept(b"being attached just now", 1),
        put(instance / "backups" / "coming-new-", 1),
        put(instance / "backups" / "ejournal-20260901T000000Z.backup", 300),
        put(instance / "replaced-20260901T000000Z", 300),
    ]
    goes = [
        kept(b"of a transaction that was killed", 30),
        put(instance / "files" / "coming-half", 30),
        put(instance / "backups" / "coming-old-", 30),
        put(instance / "backups" / "trial-", 30),
        put(instance / "restoring-", 30),
        put(instance / "second" / "ejournal-20260901T000000Z.backup.coming", 30),
    ]
    assert leftovers.remove_old(in_app.config["EJOURNAL"]) == len(goes)
    assert [path for path in stays if not path.exists()] == []
    assert [path for path in goes if path.exists()] == []


def test_attaching_the_same_content_again_makes_it_young(in_app: Flask, instance: Path) -> None:
    from io import BytesIO

    path = kept(b"of a transaction that was killed", 30)
    files._keep(BytesIO(b"of a transaction that was killed"))
    assert leftovers.remove_old(in_app.config["EJOURNAL"]) == 0
    assert path.exists()

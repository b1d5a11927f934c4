"""R2.3.store, r4_2_g: a copy made while people work holds one moment, comes back equal, and a bad one is refused."""

import errno
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from time import sleep
from types import SimpleNamespace
from typing import Any

import factories
import pytest
import sqlalchemy as sa
import time_machine
from databases import postgres_database
from flask import Flask
from flask_migrate import upgrade

from ejournal import create_app, restore
from ejournal.backup import archive, copies, tables
from ejournal.backup.archive import ArchiveError
from ejournal.domain import rotation
from ejournal.extensions import db
from ejournal.models import Cell, LogEntry, Person, StoredFile
from ejournal.services import cells, files, integrity
from ejournal.services.cell_values import Entry

Configure = Callable[..., None]


@pytest.fixture
def configure(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """configure(backup_passphrase="…"): what else the installation's settings say."""

    def configure(**values: Any) -> None:
        monkeypatch.setitem(app.config, "EJOURNAL", replace(app.config["EJOURNAL"], **values))

    return configure


@pytest.fixture
def college(in_app: Flask, tmp_path: Path, configure: Configure) -> Iterator[factories.Journal]:
    """A college with a mark and a file; its copies go into a folder of its own."""
    configure(instance=tmp_path / "instance")
    (tmp_path / "instance").mkdir()
    made = factories.make_journal(students=2, lessons=1)
    mark(made, 0, "5")
    content = b"homework"
    sha256 = archive.hashlib.sha256(content).hexdigest()
    db.session.add(StoredFile(sha256=sha256, name="задание.txt", media_type="text/plain", size=len(content)))
    db.session.commit()
    path = files.path_of(sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    yield made
    db.session.remove()


def mark(journal: factories.Journal, student: int, text: str, version: int = 0) -> None:
    entry = Entry(journal.students[student].id, journal.works[0].id, text, version)
    cells.record_cell(factories.viewer_of(journal.teacher), journal.course_id, entry, "проверка")


def state() -> dict[str, Any]:
    with copies.snapshot() as connection:
        return tables.digests(connection)


def restored(path: Path, folder: Path, url: str = "", passphrase: str = "") -> tuple[dict[str, Any], list[str]]:
    """What another machine holds after restoring the copy: every table's rows and hash, and what `verify` says."""
    folder.mkdir()
    app = create_app({"instance": folder, **({"database_url": url} if url else {})})
    with app.app_context():
        restore.restore(path, passphrase, lambda words: None)
        found, problems = state(), integrity.verify().problems
        db.session.remove()
        db.engine.dispose()
    return found, problems


def test_r2_3_store_a_copy_restored_on_another_machine_is_the_same_college(
    college: factories.Journal, tmp_path: Path
) -> None:
    path, manifest = copies.make()
    assert manifest.tables["cell"]["rows"] == 1
    assert len(manifest.files) == 1
    assert restored(path, tmp_path / "other") == (state(), [])


def test_r2_3_store_a_copy_made_under_load_holds_one_moment(app: Flask, college: factories.Journal) -> None:
    """Every save writes a cell, a log entry and its link together: a copy that holds one without another is torn."""
    stop, saved = Event(), []

    def write() -> None:
        with app.app_context():
            version = 1
            while not stop.is_set():
                mark(college, 0, "54"[version % 2], version)
                version += 1
                saved.append(version)
                db.session.remove()
            db.session.remove()

    writer = Thread(target=write)
    writer.start()
    try:
        while not saved and writer.is_alive():
            sleep(0.01)
        manifests = [copies.make(copies.folder() / f"{number}.backup")[1] for number in range(3)]
    finally:
        stop.set()
        writer.join(30)
    for number, manifest in enumerate(manifests):
        copies.try_out(copies.folder() / f"{number}.backup")
        assert manifest.tables["log_entry"]["rows"] == manifest.tables["log_link"]["rows"] > 1
    assert manifests[-1].tables["log_entry"]["rows"] >= manifests[0].tables["log_entry"]["rows"]


@pytest.mark.sqlite
def test_a_copy_under_a_passphrase_is_restored_with_it_only(
    college: factories.Journal, configure: Configure, tmp_path: Path
) -> None:
    configure(backup_passphrase="длинный пароль")
    path, _ = copies.make()
    with pytest.raises(ArchiveError, match="под паролем"):
        restored(path, tmp_path / "without")
    with pytest.raises(ArchiveError, match="не подходит"):
        restored(path, tmp_path / "wrong", passphrase="другой")
    assert restored(path, tmp_path / "right", passphrase="длинный пароль") == (state(), [])


def test_restoring_over_a_college_keeps_what_was_there(college: factories.Journal, tmp_path: Path) -> None:
    path, _ = copies.make()
    folder = tmp_path / "other"
    folder.mkdir()
    app = create_app({"instance": folder})
    with app.app_context():
        upgrade()
        db.session.add(Person.called("Прежний"))
        db.session.commit()
        restore.restore(path, "", lambda words: None)
        assert db.session.scalars(db.select(Person).where(Person.surname == "Прежний")).first() is None
        db.session.remove()
        db.engine.dispose()
    [kept] = folder.glob("replaced-*")
    with sa.create_engine(f"sqlite:///{kept / 'ejournal.db'}").connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM person WHERE surname = 'Прежний'")) == 1


def alter(path: Path, name: str, content: bytes) -> None:
    """The copy with one of its parts replaced."""
    with zipfile.ZipFile(path) as source:
        parts = {entry: source.read(entry) for entry in source.namelist()}
    with zipfile.ZipFile(path, "w") as target:
        for entry, old in parts.items():
            target.writestr(entry, content if entry == name else old)


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("name", "words"),
    [("tables/cell.jsonl", "cell"), ("files/", "повреждён"), ("manifest.json", "повреждена"), ("", "повреждена")],
)
def test_an_altered_copy_is_refused_and_nothing_is_touched(
    college: factories.Journal, tmp_path: Path, name: str, words: str
) -> None:
    path, manifest = copies.make()
    if name == "files/":
        name += next(iter(manifest.files))
    if name:
        line = '["attendance","id","mark","student_id","updated_at","updated_by","version","work_id"]\n'
        alter(path, name, line.encode() if name.endswith("jsonl") else b"{")
    else:
        path.write_bytes(path.read_bytes()[:-200])
    folder = tmp_path / "other"
    with pytest.raises(ArchiveError, match=words):
        restored(path, folder)
    assert not (folder / "ejournal.db").exists() or not (folder / "replaced").exists()
    assert list(folder.glob("replaced-*")) == []


@pytest.mark.sqlite
def test_a_copy_with_a_byte_gone_wrong_in_a_table_is_refused_in_words(
    college: factories.Journal, tmp_path: Path
) -> None:
    path, _ = copies.make()
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as source:
        part = max(source.infolist(), key=lambda entry: entry.compress_size if "tables/" in entry.filename else 0)
    start = part.header_offset + 30 + len(part.filename) + 20
    content[start : start + 40] = b"\xff" * 40
    path.write_bytes(bytes(content))
    with pytest.raises(ArchiveError, match="повреждена"):
        copies.try_out(path)


@pytest.mark.sqlite
def test_a_full_disk_is_not_taken_for_a_damaged_copy(
    college: factories.Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tables, "load", full)
    with pytest.raises(OSError, match="No space left"):
        copies.nightly()
    assert "место на диске" in copies.status().problem
    assert not (copies.folder() / copies.FAILED).exists()


@pytest.mark.sqlite
def test_a_college_whose_files_cannot_be_put_aside_stays_in_its_place(
    college: factories.Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, _ = copies.make()
    folder = tmp_path / "other"
    app = create_app({"instance": folder})
    with app.app_context():
        upgrade()
        (folder / "files").mkdir(exist_ok=True)

        def full(*_arguments: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(restore, "shutil", SimpleNamespace(copytree=full))
        with pytest.raises(OSError, match="No space left"):
            restore.restore(path, "", lambda words: None)
        db.session.remove()
        db.engine.dispose()
    assert (folder / "ejournal.db").exists()


@pytest.mark.sqlite
def test_a_copy_of_a_newer_program_is_refused(college: factories.Journal, tmp_path: Path) -> None:
    path, _ = copies.make()
    with zipfile.ZipFile(path) as source:
        manifest = json.loads(source.read("manifest.json"))
    alter(path, "manifest.json", json.dumps({**manifest, "revision": "9999"}).encode())
    with pytest.raises(ArchiveError, match="новее этой"):
        restored(path, tmp_path / "other")


def test_a_copy_of_an_older_program_is_brought_up_to_date(tmp_path: Path) -> None:
    old = create_app({"instance": tmp_path / "old"})
    with old.app_context():
        upgrade(revision="0003")
        with db.engine.begin() as connection:
            connection.exec_driver_sql(
                "INSERT INTO log_entry (id, at, subject, action, late) "
                "VALUES (1, '2026-09-01 09:00:00.000000', 'setting', 'update', 0)"
            )
        path = tmp_path / "old.backup"
        with copies.snapshot() as connection:
            about = {"college": "", "revision": copies.revision(connection), "program": ""}
            archive.write(path, connection, tmp_path / "files", about)
        db.engine.dispose()
    _found, problems = restored(path, tmp_path / "new")
    assert problems == []


def test_the_night_makes_a_copy_tries_it_and_removes_the_old(
    college: factories.Journal, configure: Configure, tmp_path: Path
) -> None:
    second = tmp_path / "second"
    configure(backup_copy=second)
    for back in range(1, 40):
        moment = datetime.now(UTC) - timedelta(days=back)
        (copies.folder() / f"ejournal-{moment:%Y%m%dT%H%M%SZ}.backup").write_bytes(b"old")
    (copies.folder() / "mine.backup").write_bytes(b"kept by hand")
    status = copies.nightly()
    assert status == copies.status()
    assert status.is_good
    assert status.checked is not None
    assert len(list(copies.folder().glob("ejournal-*.backup"))) <= 23
    assert (copies.folder() / "mine.backup").exists()
    [copy] = second.glob("*.backup")
    assert copy.read_bytes() == Path(status.path).read_bytes()


@pytest.mark.sqlite
def test_no_copy_is_taken_for_old_by_a_clock_that_is_wrong_or_was(college: factories.Journal) -> None:
    for back in range(1, 9):
        moment = datetime.now(UTC) - timedelta(days=back)
        (copies.folder() / f"ejournal-{moment:%Y%m%dT%H%M%SZ}.backup").write_bytes(b"good")
    with time_machine.travel(datetime(2012, 1, 1, tzinfo=UTC)):
        behind = copies.nightly()
    assert Path(behind.path).exists()
    assert len(list(copies.folder().glob("*.backup"))) == 9
    with time_machine.travel(datetime(2036, 1, 1, tzinfo=UTC)):
        ahead = copies.nightly()
    assert not copies.status().is_good
    assert copies.nightly().is_good
    assert Path(ahead.path).exists()
    assert len(list(copies.folder().glob("*.backup"))) >= rotation.DAYS + 1


def test_a_night_that_fails_says_so_and_keeps_the_last_good_copy_on_record(
    college: factories.Journal, configure: Configure, tmp_path: Path
) -> None:
    good = copies.nightly()
    blocked = tmp_path / "a file, not a folder"
    blocked.write_bytes(b"")
    configure(backup_copy=blocked)
    with pytest.raises(FileExistsError):
        copies.nightly()
    assert not copies.status().is_good
    assert copies.status().problem
    assert good.is_good


@pytest.mark.sqlite
def test_a_copy_that_fails_its_trial_is_neither_the_last_good_one_nor_crowds_one_out(
    college: factories.Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = copies.nightly()

    def fails(path: Path) -> None:
        raise ArchiveError("таблица cell восстановилась иной")

    monkeypatch.setattr(copies, "try_out", fails)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1)), pytest.raises(ArchiveError):
        copies.nightly()
    status = copies.status()
    assert (status.made_at, status.checked_at) == (good.made_at, good.checked_at)
    assert "восстановилась иной" in status.problem
    assert not status.is_good
    assert sorted(path.name for path in copies.folder().glob("*.backup")) == sorted(
        ["failed-trial.backup", Path(good.path).name]
    )


@pytest.mark.sqlite
@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_nobody_but_the_owner_reads_a_copy(college: factories.Journal) -> None:
    assert copies.make()[0].stat().st_mode & 0o077 == 0


def test_a_college_moves_from_sqlite_to_postgresql_with_every_row_compared(
    app: Flask, college: factories.Journal
) -> None:
    with postgres_database("move") as target:
        restore.move(target, lambda words: None)
        moved = create_app({"instance": copies._config().instance, "database_url": target})
        with moved.app_context():
            assert integrity.verify().problems == []
            # What it plans by is there at once, not within a minute.
            planned = sa.text("SELECT reltuples FROM pg_class WHERE relname = 'cell'")
            assert db.session.scalar(planned) == 1
            # Sequences follow: the next mark gets an id of its own.
            mark(college, 1, "4")
            assert db.session.scalar(db.select(db.func.count(Cell.id))) == 2
            assert db.session.scalar(db.select(db.func.count(LogEntry.id))) > 1
            db.session.remove()
            with pytest.raises(ArchiveError, match="не пуста"):
                restore.move(target, lambda words: None)
            db.engine.dispose()

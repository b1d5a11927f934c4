"""R2.1.c: a full or read-only disk, a locked or lost database: told in Russian, 503, and over by itself."""

import errno
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import factories
import pytest
import sqlalchemy as sa
from clusters import cluster
from databases import postgres_database
from flask_migrate import upgrade

from ejournal import create_app, extensions
from ejournal.extensions import db
from ejournal.services import availability

FRAGMENT = {"HX-Request": "true"}


class College:
    """A college of its own with one journal, and its teacher's client: what is done to its disk hurts nobody."""

    def __init__(self, instance: Path, url: str = "") -> None:
        self.app = create_app({"instance": instance} | ({"database_url": url} if url else {}))
        self.app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
        with self.app.app_context():
            upgrade()
            self.journal = factories.make_journal(students=1, lessons=1)
            self.address = (
                f"/journal/{self.journal.course_id}/cells/{self.journal.students[0].id}/{self.journal.works[0].id}"
            )
            token = factories.make_session(self.journal.teacher)
            db.session.remove()
        self.client = self.app.test_client()
        with self.client.session_transaction() as session:
            session.update({"_user_id": token, "_fresh": True})

    def post(self, text: str, version: int, headers: dict[str, str] = FRAGMENT) -> Any:
        return self.client.post(self.address, data={"value": text, "version": version}, headers=headers)

    def close(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def college(tmp_path: Path) -> Iterator[College]:
    made = College(tmp_path / "college")
    yield made
    made.close()


def is_told(answer: Any, words: str) -> None:
    assert answer.status_code == 503
    assert f"Не сохранено: {words}." in answer.text
    assert 'data-error="503"' in answer.text
    assert "<html" not in answer.text
    assert int(answer.headers["Retry-After"]) > 0


def health(college: College) -> tuple[int, str | None]:
    answer = college.client.get("/healthz")
    return answer.status_code, answer.get_json().get("problem")


def test_a_locked_database_is_told_and_what_was_typed_is_saved_when_it_is_free(college: College) -> None:
    with college.app.app_context(), db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=100")  # nobody waits ten seconds for a test
    with closing(sqlite3.connect(_file(college), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        is_told(college.post("5", 0), "база данных занята другой работой")
        assert health(college) == (503, "locked")
        page = college.post("5", 0, headers={})
        assert page.status_code == 503
        assert "Вернитесь назад" in page.text
        assert "<html" in page.text
        as_json = college.post("5", 0, headers={"Accept": "application/json"})
        assert "занята" in as_json.get_json()["error"]
        other.execute("ROLLBACK")
    assert college.post("5", 0).status_code == 200
    assert health(college) == (200, None)


def test_a_row_that_somebody_keeps_on_postgresql_is_told_and_takes_no_thread_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extensions, "PATIENCE", 200)
    with postgres_database("kept_row") as url:
        college = College(tmp_path / "college", url)
        assert college.post("5", 0).status_code == 200
        other = sa.create_engine(url)
        with other.connect() as connection:
            connection.execute(sa.text("UPDATE cell SET mark = mark"))
            is_told(college.post("4", 1), "база данных занята другой работой")
            connection.rollback()
        other.dispose()
        assert college.post("4", 1).status_code == 200
        college.close()


def test_a_database_that_may_not_grow_is_told_as_a_full_disk(college: College) -> None:
    """What SQLite says where the disk is full, without root's right to fill one."""
    with college.app.app_context(), db.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    version, refused = 0, None
    for _ in range(2000):  # until the last free page is used up
        answer = college.post("54"[version % 2], version)
        if answer.status_code != 200:
            refused = answer
            break
        version += 1
    assert refused is not None
    is_told(refused, "на сервере кончилось место на диске")
    with college.app.app_context(), db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    assert college.post("54"[version % 2], version).status_code == 200


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of a few megabytes; only root may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.name == "nt" or os.geteuid() or not shutil.which("mount"):
        pytest.skip("only root on Linux mounts a small disk")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", place], capture_output=True)
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def test_a_disk_really_full_and_then_read_only_is_told_and_over_by_itself(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(availability, "FREE_BYTES", 1 << 20)
    college = College(small_disk / "college")
    try:
        assert health(college) == (200, None)
        filler = small_disk / "filler"
        with suppress(OSError), filler.open("wb", buffering=0) as stream:
            while stream.write(b"x" * 4096):
                pass
        is_told(college.post("5", 0), "на сервере кончилось место на диске")
        assert health(college) == (503, "disk")
        filler.unlink()
        assert college.post("5", 0).status_code == 200
        assert health(college) == (200, None)
        college.close()
        remount(small_disk, "ro")
        is_told(college.post("4", 1), "диск сервера доступен только для чтения")
        assert health(college) == (503, "read-only")
        college.close()
        remount(small_disk, "rw")
        assert college.post("4", 1).status_code == 200
        assert health(college) == (200, None)
    finally:
        college.close()


def remount(place: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", place], check=True)


@pytest.mark.slow
def test_postgresql_stopped_is_told_and_used_again_as_soon_as_it_is_back(tmp_path: Path) -> None:
    with cluster() as server:
        college = College(tmp_path / "college", server.url)
        try:
            assert health(college) == (200, None)
            server.stop()
            is_told(college.post("5", 0), "база данных не отвечает")
            assert health(college) == (503, "database")
            page = college.client.get(f"/journal/{college.journal.course_id}")
            assert page.status_code == 503
            assert "База данных не отвечает." in page.text
            assert college.client.get("/no-such-page").status_code == 503
            server.start()
            assert college.post("5", 0).status_code == 200
            assert health(college) == (200, None)
        finally:
            college.close()


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (OSError(errno.ENOSPC, "x"), "disk"),
        (OSError(errno.EDQUOT, "x"), "disk"),
        (OSError(errno.EROFS, "x"), "read-only"),
        (FileNotFoundError(errno.ENOENT, "x"), None),
        (sa.exc.TimeoutError(), "database"),
        (ZeroDivisionError(), None),
    ],
)
def test_what_passes_is_told_apart_from_a_fault_of_ours(error: Exception, key: str | None) -> None:
    found = availability.cause_of(error)
    assert (found and found.key) == key


def test_a_wrong_statement_is_a_fault_and_a_file_that_is_no_database_is_damage(tmp_path: Path) -> None:
    (tmp_path / "broken.db").write_bytes(b"not a database at all" * 100)
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection, pytest.raises(sa.exc.OperationalError) as fault:
        connection.exec_driver_sql("SELECT * FROM nowhere")
    assert availability.cause_of(fault.value) is None
    with closing(sqlite3.connect(tmp_path / "broken.db")) as broken, pytest.raises(sqlite3.DatabaseError) as damage:
        broken.execute("SELECT * FROM anything")
    assert availability.cause_of(damage.value) == availability.DAMAGED


def _file(college: College) -> Path:
    return Path(college.app.config["EJOURNAL"].instance / "ejournal.db")

"""A new version of the program: one command copies, migrates and checks, and tells the way back, which works."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from click.testing import CliRunner, Result
from databases import KINDS, postgres_database
from flask_migrate import upgrade

from ejournal import cli, create_app, schema
from ejournal.extensions import db


class Installation:
    """A college as the version before left it."""

    def __init__(self, instance: Path, url: str) -> None:
        self.instance = instance
        self.overrides: dict[str, object] = {"instance": instance} | ({"database_url": url} if url else {})
        app = create_app(self.overrides)
        with app.app_context():
            script = ScriptDirectory.from_config(app.extensions["migrate"].migrate.get_config())
            newest = script.get_revision(script.get_current_head())
            self.old, self.new = str(newest.down_revision), newest.revision
            upgrade(revision=self.old)
            with db.engine.begin() as connection:
                connection.exec_driver_sql("INSERT INTO setting (key, value) VALUES ('college.name', '\"Связи\"')")
            db.engine.dispose()

    def state(self) -> tuple[str | None, str]:
        """The revision of the database, and the college's name in it."""
        app = create_app(self.overrides)
        with app.app_context():
            found = schema.revisions()[0], db.session.scalar(sa.text("SELECT value FROM setting"))
            db.session.remove()
            db.engine.dispose()
        return found[0], str(found[1]).strip('"')


@pytest.fixture(params=KINDS)
def installation(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    monkeypatch.setenv("EJOURNAL_INSTANCE", str(tmp_path / "instance"))
    before = os.umask(0o022)
    if request.param == "sqlite":
        yield Installation(tmp_path / "instance", "")
        os.umask(before)
        return
    with postgres_database("upgrade") as target:
        monkeypatch.setenv("EJOURNAL_DATABASE_URL", target)
        yield Installation(tmp_path / "instance", target)
        os.umask(before)


def ejournal(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, arguments)


def test_r2_3_store_an_upgrade_copies_migrates_checks_and_tells_the_way_back(
    installation: Installation, tmp_path: Path
) -> None:
    done = ejournal("upgrade")
    assert done.exit_code == 0, done.output
    assert f"{installation.old} → {installation.new}" in done.output
    assert "Всё сходится" in done.output
    assert installation.state() == (installation.new, "Связи")
    copy = Path(re.search(r"сохранена: (\S+)", done.output)[1])  # type: ignore[index]
    assert copy.stat().st_mode & 0o077 == 0

    again = ejournal("upgrade")
    assert (again.exit_code, "уже соответствует" in again.output) == (0, True)

    if copy.suffix == ".db":
        assert "на место ejournal.db" in done.output
        # As after «stop the server»: nothing has the file open that is replaced.
        installation.overrides = {"instance": tmp_path / "back"}
        (tmp_path / "back").mkdir()
        shutil.copy(copy, tmp_path / "back" / "ejournal.db")
        assert installation.state() == (installation.old, "Связи")
    else:
        assert f"ejournal restore {copy}" in done.output
        restored = ejournal("restore", str(copy))
        assert restored.exit_code == 0, restored.output
        # This program is not the old one: it brings what it restores up to date.
        assert installation.state() == (installation.new, "Связи")


def test_an_upgrade_of_nothing_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EJOURNAL_INSTANCE", str(tmp_path / "instance"))
    refused = ejournal("upgrade")
    assert refused.exit_code == 1
    assert "ejournal init" in refused.output

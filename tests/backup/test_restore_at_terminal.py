"""`ejournal restore` by hand: who sits at a terminal names the college that is to be replaced; on both databases."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from databases import KINDS, ONE, postgres_database

from ejournal import cli, create_app
from ejournal.extensions import db
from ejournal.services import integrity, settings

SECRET = "never-shown"
PATIENCE = 300  # seconds; a restore takes five of processor time, a busy machine makes a minute of them


class Installation:
    """A college «Колледж связи», a copy of it, and «Колледж сегодня», which it has become since."""

    def __init__(self, instance: Path) -> None:
        self.instance, self.copy = instance, instance.parent / "college.backup"
        run("init", "--name", "Колледж связи")
        run("backup", str(self.copy))
        self.name = "Колледж сегодня"

    @property
    def name(self) -> str:
        app = create_app()
        with app.app_context():
            found, problems = str(settings.get("college.name")), integrity.verify().problems
            db.session.remove()
            db.engine.dispose()
        assert problems == []
        return found

    @name.setter
    def name(self, words: str) -> None:
        app = create_app()
        with app.app_context():
            settings.put("college.name", words)
            db.session.commit()
            db.session.remove()
            db.engine.dispose()

    def kept(self) -> list[Path]:
        """What was there before."""
        return [*self.instance.glob("replaced-*"), *self.instance.glob("backups/before-restore-*.backup")]


def run(*arguments: str) -> None:
    done = CliRunner().invoke(cli.main, arguments)
    assert done.exit_code == 0, done.output


@pytest.fixture(params=KINDS)
def installation(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    monkeypatch.setenv("EJOURNAL_INSTANCE", str(tmp_path / "instance"))
    before = os.umask(0o022)
    if request.param == "sqlite":
        yield Installation(tmp_path / "instance")
        os.umask(before)
        return
    with postgres_database("terminal") as address:
        url = sa.make_url(address)
        target = url.set(password=url.password or SECRET).render_as_string(hide_password=False)
        monkeypatch.setenv("EJOURNAL_DATABASE_URL", target)
        yield Installation(tmp_path / "instance")
        os.umask(before)


def restore(copy: Path, answer: str | None, *options: str) -> tuple[int, str]:
    """Exit code and what is said of a restore at a terminal, at which `answer` is typed."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "ejournal", "restore", str(copy), *options]
    try:
        if answer is not None:
            os.write(ours, f"{answer}\n".encode())
        done = subprocess.run(command, stdin=theirs, capture_output=True, timeout=PATIENCE, check=False)
    finally:
        os.close(ours)
        os.close(theirs)
    return done.returncode, done.stdout.decode() + done.stderr.decode()


@pytest.mark.parametrize("installation", ONE, indirect=True)
def test_who_restores_at_a_terminal_names_the_college_that_is_replaced(installation: Installation) -> None:
    code, said = restore(installation.copy, "Колледж связи")
    assert (code, "Ничего не изменено" in said) == (1, True), said
    assert "Будет заменён колледж «Колледж сегодня»" in said
    assert SECRET not in said
    assert installation.name == "Колледж сегодня"
    assert installation.kept() == []

    code, said = restore(installation.copy, "Колледж сегодня")
    assert code == 0, said
    assert installation.name == "Колледж связи"
    kept = installation.kept()
    assert len(kept) == 1
    assert str(kept[0]) in said


def test_yes_asks_nothing_and_what_was_there_can_come_back(installation: Installation) -> None:
    """Nothing is typed: a question would wait for ever."""
    code, said = restore(installation.copy, None, "--yes")
    assert code == 0, said
    assert installation.name == "Колледж связи"
    if "EJOURNAL_DATABASE_URL" in os.environ:  # of SQLite the file itself is kept
        code, said = restore(installation.kept()[0], None, "--yes")
        assert code == 0, said
        assert installation.name == "Колледж сегодня"

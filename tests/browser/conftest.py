"""A real server in its own process and Debian's Chromium in front of it."""

import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import sqlalchemy as sa
from databases import ONE, empty_college
from factories import make_session
from flask import Flask
from flask_migrate import upgrade
from playwright.sync_api import BrowserContext, Page, expect

from ejournal import create_app
from ejournal.config import ROOT
from ejournal.extensions import db, reading
from ejournal.models import Person

# The same engine without the windows of a browser: a page opens in a third of the time.
CHROMIUM = shutil.which("chromium-headless-shell") or "/usr/bin/chromium"
# As long as Playwright waits for anything else: five seconds are soon over where others work on the machine.
expect.set_options(timeout=30_000)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

# A browser takes its time, each page is tried on one database; what teachers and families do all day on the one that
# colleges have unless they choose another.
ON_SQLITE = {"test_grid", "test_keyboard_jobs"}

OpenAs = Callable[..., Page]


class Server:
    """Granian on a free port with an instance folder of its own; can be stopped and started again."""

    def __init__(self, overrides: dict[str, object]) -> None:
        """`overrides`: as of databases.empty_college."""
        self.app = create_app(overrides)
        with self.app.app_context():
            upgrade()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.instance = Path(str(overrides["instance"]))
        self.environment = {**os.environ, **{f"EJOURNAL_{name.upper()}": str(set_) for name, set_ in overrides.items()}}
        self.log = self.instance / "server.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(self.port), "--workers", "1"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--blocking-threads", "4", "--no-access-log", "--log-level", "warning", "wsgi:app"],
                cwd=ROOT, env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            try:
                with urlopen(f"{self.url}/healthz", timeout=1):
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the server did not start")

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(10)
            self.process = None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "server" not in metafunc.fixturenames:
        return
    on_sqlite = Path(str(metafunc.definition.path)).stem in ON_SQLITE or metafunc.definition.get_closest_marker(
        "sqlite"
    )
    metafunc.parametrize("server", ["sqlite"] if on_sqlite else ONE, indirect=True)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Server:
    """The running server on the database that the test is for; its college is shared by all tests of a worker."""
    return request.getfixturevalue(f"{request.param}_server")


@pytest.fixture(scope="session")
def sqlite_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with _served("sqlite", tmp_path_factory.mktemp("server")) as running:
        with running.app.app_context():
            _let_readers_write(db.engine)
        yield running


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with _served("postgres", tmp_path_factory.mktemp("server")) as running:
        yield running


@contextmanager
def _served(kind: str, instance: Path) -> Iterator[Server]:
    with empty_college(kind, instance, "browser") as overrides:
        running = Server(overrides)
        running.start()
        yield running
        running.stop()
        with running.app.app_context():
            db.engine.dispose()


def _let_readers_write(engine: sa.Engine) -> None:
    """A transaction of `world` that only looked so far begins anew before it writes: SQLite refuses to write over what
    was read before the server wrote («database is locked»), however long one waits."""

    @sa.event.listens_for(engine, "begin")
    def _began(connection: sa.Connection) -> None:
        connection.info["has_written"] = False

    @sa.event.listens_for(engine, "before_cursor_execute")
    def _before(connection: sa.Connection, cursor: Any, statement: str, *_rest: Any) -> None:
        writes = statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
        if writes and not connection.info.get("has_written"):
            connection.info["has_written"] = True
            cursor.execute("COMMIT")
            cursor.execute("BEGIN IMMEDIATE")


@pytest.fixture
def app(server: Server) -> Flask:
    """The server's college: browser tests add their own groups to it."""
    return server.app


@pytest.fixture
def world(app: Flask) -> Iterator[Flask]:
    """Inside a context in which factories store what the server then shows.

    Transactions begin without the write lock here: a test that only looked would keep the server from writing.
    """
    with app.app_context(), reading():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    # Without its worker a context starts sooner; tests/browser/test_offline.py has contexts with one.
    shared = {"viewport": {"width": 1440, "height": 900}, "locale": "ru-RU", "service_workers": "block"}
    return {**browser_context_args, **shared}


@pytest.fixture(autouse=True)
def quiet_server(request: pytest.FixtureRequest) -> Iterator[None]:
    """Nothing that a browser test does makes the server log an error or a warning, but what its mark `logs` names."""
    if "server" not in request.fixturenames:
        yield
        return
    server: Server = request.getfixturevalue("server")
    before = server.log.stat().st_size if server.log.exists() else 0
    yield
    expected = [words for mark in request.node.iter_markers("logs") for words in mark.args]
    lines = server.log.read_bytes()[before:].decode(errors="replace").splitlines()
    said = "\n".join(line for line in lines if not any(words in line for words in expected))
    assert not re.search(r"ERROR|WARNING|Traceback|unhandled fault", said), said


@pytest.fixture
def open_as(server: Server, context: BrowserContext, world: Flask) -> Iterator[OpenAs]:
    """open_as(person, "/journal/1"): a page of a browser in which the person is signed in. Faults of scripts and
    what the browser warns of fail."""
    faults: list[str] = []

    def open_as(person: Person, path: str, in_context: BrowserContext | None = None) -> Page:
        browser = in_context or context
        browser.add_cookies([{"name": "ejournal", "value": session_cookie(server.app, person), "url": server.url}])
        page = browser.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if _is_fault(message) else None)
        page.goto(server.url + path)
        return page

    yield open_as
    assert not faults, faults


def session_cookie(app: Flask, person: Person) -> str:
    """The cookie of a signed-in session, as the server itself would sign it."""
    token = make_session(person)
    db.session.rollback()
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    assert serializer is not None
    return serializer.dumps(
        {
            "_user_id": token,
            "_fresh": True,
            "_permanent": True,
            "csrf_token": secrets.token_hex(20),
        }
    )


def _is_fault(message: Any) -> bool:
    # Chromium reports a refused save (409, 422 …) as an error too; those are answers, not faults. That the service
    # worker is kept out, or not found while there is no server, is the doing of the tests.
    expected = r"status of (401|409|422|423|500|503)|ERR_|Failed to fetch|registration blocked|fetching the script"
    return message.type in ("error", "warning") and not re.search(expected, message.text)

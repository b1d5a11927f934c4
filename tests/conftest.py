"""A database and a client for each test: SQLite always; PostgreSQL too where EJOURNAL_TEST_POSTGRES names a server."""

import gc
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from databases import KINDS, ONE, Rows, empty_postgres, postgres_database
from factories import make_session
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade

from ejournal import create_app
from ejournal.extensions import db
from ejournal.jobs.queue import queue
from ejournal.models import Person
from ejournal.services import settings
from ejournal.web import static

SignIn = Callable[[Person], FlaskClient]
Filled = Callable[[str, Callable[[], None]], None]

# A test that counts queries counts the same however slow the machine is.
settings.CACHE_SECONDS = 600.0
# Each new college compresses static/ anew: a second at the product's quality.
static.QUALITY = 5

# Papers and pages are drawn alike whatever the database: what asks it lies below them and is tried on all. So is the
# grid, which a save goes through from the click to the disk.
ON_ONE = {"documents", "web"}
ON_ALL = {"test_grid"}

# Statements and pages make many small objects that live on: looking through them so often takes a tenth of the time.
gc.set_threshold(50_000, 20, 50)


@sa.event.listens_for(sa.Engine, "connect")
def _rows_come_backwards(connection: object, _record: object) -> None:
    """Rows nobody asked an order of come in any order (PostgreSQL): here backwards, so that nothing relies on it."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA reverse_unordered_selects=ON")


@pytest.fixture(scope="session")
def sqlite_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """One application a worker; its migrated, empty database is kept to start each test from."""
    app = _make_app(tmp_path_factory.mktemp("instance"))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    shutil.copy(_file(app), f"{_file(app)}.empty")
    return app


@pytest.fixture(scope="session")
def postgres_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with postgres_database("test") as url:
        app = _make_app(tmp_path_factory.mktemp("instance"), url)
        with app.app_context():
            upgrade()
        yield app
        with app.app_context():
            db.engine.dispose()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    path = Path(str(metafunc.definition.path))
    if "app" not in metafunc.fixturenames or path.parent.name == "browser":  # where the server's is
        return
    kinds = ONE if path.parent.name in ON_ONE and path.stem not in ON_ALL else KINDS
    kinds = ["sqlite"] if metafunc.definition.get_closest_marker("sqlite") else kinds
    metafunc.parametrize("app", kinds, indirect=True)


@pytest.fixture
def app(request: pytest.FixtureRequest) -> Flask:
    """The application on an empty database. No context is pushed: requests must not share one with the test."""
    if request.param == "postgres":
        application = request.getfixturevalue("postgres_app")
        with application.app_context():
            empty_postgres()
    else:
        application = request.getfixturevalue("empty_sqlite")()
    application.extensions.pop("ejournal.settings", None)
    application.extensions.pop("ejournal.pace", None)
    return application


@pytest.fixture(scope="session")
def empty_sqlite(sqlite_app: Flask) -> Callable[[], Flask]:
    """Puts the worker's application on an empty database and returns it."""

    def empty() -> Flask:
        with sqlite_app.app_context():
            db.engine.dispose()
        for leftover in ("-wal", "-shm"):
            Path(f"{_file(sqlite_app)}{leftover}").unlink(missing_ok=True)
        shutil.copy(f"{_file(sqlite_app)}.empty", _file(sqlite_app))
        return sqlite_app

    return empty


@pytest.fixture
def in_app(app: Flask) -> Iterator[Flask]:
    """Inside an application context, as services run."""
    with app.app_context():
        yield app
        db.session.remove()


@pytest.fixture(scope="session")
def fillings() -> dict[tuple[str, str], Rows]:
    return {}


@pytest.fixture
def filled(app: Flask, fillings: dict[tuple[str, str], Rows]) -> Filled:
    """filled("college", fill), in a context of the application: the empty database is as `fill` leaves it. A worker
    does that once, then copies the rows."""

    def filled(name: str, fill: Callable[[], None]) -> None:
        key = (db.engine.dialect.name, name)
        if key in fillings:
            fillings[key].put_in()
            settings.today()  # as who fills it, the application knows its settings by then
        else:
            fill()
            fillings[key] = Rows(app)

    return filled


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """A client signed in as a person of factories.make_person(roles=…), without paying for a password hash."""

    def sign_in(person: Person) -> FlaskClient:
        with app.app_context():
            token = make_session(person)
        signed = app.test_client()
        with signed.session_transaction() as session:
            session["_user_id"] = token
            session["_fresh"] = True
        return signed

    return sign_in


@pytest.fixture
def finish_jobs(app: Flask) -> Callable[[], None]:
    """Does what stands in the queue as the worker would: the queue and the handlers are the real ones."""

    def finish() -> None:
        with app.app_context():
            work = queue()
            while (task := work.dequeue()) is not None:
                work.execute(task)

    with app.app_context():
        queue().flush()  # the folder is shared by all tests of the session
    return finish


def _make_app(instance: Path, url: str | None = None) -> Flask:
    overrides: dict[str, object] = {"instance": instance}
    if url:
        overrides["database_url"] = url
    app = create_app(overrides)
    # The token is tested where it is the subject (tests/web/test_csrf.py); elsewhere it would be noise.
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return app


def _file(app: Flask) -> Path:
    return Path(app.config["EJOURNAL"].instance / "ejournal.db")


def anew(app: Flask, **settings: object) -> Flask:
    """Another application of the same college, as after a restart, with other settings."""
    known = app.config["EJOURNAL"]
    return create_app({"instance": known.instance, "database_url": known.database_url, **settings})

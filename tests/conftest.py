"""A database and a client for each test. SQLite always; PostgreSQL too where EJOURNAL_TEST_POSTGRES names a server."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from factories import make_session
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy.engine import make_url

from ejournal import create_app
from ejournal.extensions import db
from ejournal.models import Person

POSTGRES = os.environ.get("EJOURNAL_TEST_POSTGRES")

SignIn = Callable[[Person], FlaskClient]


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
def postgres_app(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Flask]:
    url = make_url(POSTGRES or "").set(drivername="postgresql+psycopg")
    name = f"ejournal_test_{worker_id}"
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    app = _make_app(tmp_path_factory.mktemp("instance"), url.set(database=name).render_as_string(hide_password=False))
    with app.app_context():
        upgrade()
    yield app
    with app.app_context():
        db.engine.dispose()
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    admin.dispose()


@pytest.fixture
def app(request: pytest.FixtureRequest) -> Flask:
    """The application on an empty database. No context is pushed: requests must not share one with the test."""
    if getattr(request, "param", "sqlite") == "postgres":
        application = request.getfixturevalue("postgres_app")
        with application.app_context():
            tables = ", ".join(f'"{table.name}"' for table in db.metadata.sorted_tables)
            db.session.execute(sa.text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
            db.session.commit()
    else:
        application = request.getfixturevalue("sqlite_app")
        with application.app_context():
            db.engine.dispose()
        for leftover in ("-wal", "-shm"):
            Path(f"{_file(application)}{leftover}").unlink(missing_ok=True)
        shutil.copy(f"{_file(application)}.empty", _file(application))
    application.extensions.pop("ejournal.settings", None)
    return application


@pytest.fixture
def in_app(app: Flask) -> Iterator[Flask]:
    """Inside an application context, as services run."""
    with app.app_context():
        yield app
        db.session.remove()


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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Services and imports are tested on both databases: they are where a statement can behave differently."""
    folder = Path(str(metafunc.definition.path)).parent.name
    if POSTGRES and folder == "services" and "app" in metafunc.fixturenames:
        metafunc.parametrize("app", ["sqlite", "postgres"], indirect=True)


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


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

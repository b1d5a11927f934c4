"""Databases for tests on the PostgreSQL that EJOURNAL_TEST_POSTGRES names."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import make_url

from ejournal.extensions import db

POSTGRES = os.environ.get("EJOURNAL_TEST_POSTGRES")
# Every test that has a database has it of every kind that is here …
KINDS = ["sqlite", "postgres"] if POSTGRES else ["sqlite"]
# … but where it takes long and the page matters, not what it asks the database: once, on PostgreSQL where there is one.
ONE = KINDS[-1:]


@contextmanager
def empty_college(kind: str, instance: Path, purpose: str) -> Iterator[dict[str, object]]:
    """What create_app needs for an empty database of this kind; PostgreSQL's is dropped afterwards."""
    if kind == "sqlite":
        yield {"instance": instance}
        return
    with postgres_database(purpose) as url:
        yield {"instance": instance, "database_url": url}


@contextmanager
def postgres_database(purpose: str) -> Iterator[str]:
    """The address of an empty database of this worker's own, gone afterwards; skips where there is no server."""
    if not POSTGRES:
        pytest.skip("needs the server named by EJOURNAL_TEST_POSTGRES")
    url = make_url(POSTGRES).set(drivername="postgresql+psycopg")
    # Two runs on one server do not meet: by the process, of which each worker is one.
    name = f"ejournal_{purpose}_{os.getpid()}"
    _command(url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        _command(url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


class Kept:
    """An application's database as it is now, put back as often as wanted: at no cost where nothing was written."""

    def __init__(self, app: Flask) -> None:
        self.app, self.written = app, False
        with app.app_context():
            self.rows = Rows(app)
            sa.event.listen(db.engine, "before_cursor_execute", self._note)

    def put_back(self) -> None:
        if not self.written:
            return
        with self.app.app_context():
            if db.engine.dialect.name == "postgresql":
                empty_postgres()
            self.rows.put_in()
        self.written = False

    def _note(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        self.written = self.written or not statement.lstrip().upper().startswith(("SELECT", "PRAGMA", "BEGIN"))


def empty_postgres() -> None:
    """Take every row out of PostgreSQL, in one statement: TRUNCATE of all tables takes longer than a test."""
    if db.session.scalar(sa.text("SELECT to_regproc('empty_all')")) is None:
        _prepare_to_empty()
    db.session.execute(sa.text("SELECT empty_all()"))
    db.session.commit()


def _prepare_to_empty() -> None:
    names = [(table.name, has_numbers(table.name)) for table in db.metadata.sorted_tables]
    rows = ", ".join(f"('{name}', {str(numbered).lower()})" for name, numbered in names)
    # Neither foreign keys nor the log's refusal to be deleted are followed.
    db.session.execute(
        sa.text(f"""
            CREATE FUNCTION empty_all() RETURNS void LANGUAGE plpgsql SET session_replication_role = replica AS $$
            DECLARE one record; removed bigint;
            BEGIN
                FOR one IN SELECT * FROM (VALUES {rows}) AS tables (name, numbered) LOOP
                    EXECUTE format('DELETE FROM %I', one.name);
                    GET DIAGNOSTICS removed = ROW_COUNT;
                    IF removed > 0 AND one.numbered THEN
                        PERFORM setval(pg_get_serial_sequence(quote_ident(one.name), 'id'), 1, false);
                    END IF;
                END LOOP;
            END $$""")
    )


class Rows:
    """What the empty database of an application was filled with: put into the same, empty again, as often as wanted."""

    def __init__(self, app: Flask) -> None:
        """Called in a context of the application, when all is committed."""
        self.url = make_url(app.config["EJOURNAL"].database_url)
        db.session.remove()
        db.engine.dispose()
        if self.url.get_backend_name() == "sqlite":
            self.content = Path(str(self.url.database)).read_bytes()
        else:
            self.tables = list(self._read())

    def put_in(self) -> None:
        """Called in a context of the application."""
        db.session.remove()
        db.engine.dispose()
        if self.url.get_backend_name() == "sqlite":
            _write_file(self.url, self.content)
        else:
            self._copy_in()

    def _read(self) -> Iterator[tuple[str, bytes]]:
        with db.engine.connect() as connection, connection.connection.cursor() as cursor:
            for table in db.metadata.sorted_tables:
                with cursor.copy(f'COPY "{table.name}" TO STDOUT') as rows:  # type: ignore[attr-defined]
                    content = b"".join(rows)
                if content:
                    yield table.name, content

    def _copy_in(self) -> None:
        with db.engine.begin() as connection, connection.connection.cursor() as cursor:
            # Neither foreign keys nor what the log watches for are followed.
            cursor.execute("SET LOCAL session_replication_role = replica")
            for name, content in self.tables:
                with cursor.copy(f'COPY "{name}" FROM STDIN') as rows:  # type: ignore[attr-defined]
                    rows.write(content)
                if has_numbers(name):
                    number = f"pg_get_serial_sequence('\"{name}\"', 'id')"
                    cursor.execute(f'SELECT setval({number}, max(id)) FROM "{name}"')


def has_numbers(table: str) -> bool:
    """Whether PostgreSQL numbers its rows by a sequence."""
    columns = db.metadata.tables[table].columns
    return "id" in columns and isinstance(columns["id"].type, sa.Integer)


def _write_file(url: sa.URL, content: bytes) -> None:
    """SQLite's file as it was; nobody has it open."""
    for leftover in ("-wal", "-shm"):
        Path(f"{url.database}{leftover}").unlink(missing_ok=True)
    Path(str(url.database)).write_bytes(content)


def _command(url: sa.URL, *statements: str) -> None:
    """To the server itself, not within any of the tests' databases."""
    admin = sa.create_engine(url.set(database=make_url(POSTGRES or "").database), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    admin.dispose()

"""Databases for tests on the PostgreSQL that EJOURNAL_TEST_POSTGRES names."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

POSTGRES = os.environ.get("EJOURNAL_TEST_POSTGRES")
# Which database the tests use that do not ask for one: everything once on PostgreSQL before a release.
USUAL = os.environ.get("EJOURNAL_TEST_ON", "sqlite")
BOTH = ["sqlite", "postgres"]


@contextmanager
def postgres_database(purpose: str) -> Iterator[str]:
    """The address of an empty database of this worker's own, gone afterwards; skips where there is no server."""
    if not POSTGRES:
        pytest.skip("needs the server named by EJOURNAL_TEST_POSTGRES")
    url = make_url(POSTGRES).set(drivername="postgresql+psycopg")
    name = f"ejournal_{purpose}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.dispose()

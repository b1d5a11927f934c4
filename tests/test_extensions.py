"""How the program talks to its database."""

import sqlalchemy as sa
from databases import postgres_database

from ejournal.extensions import prepare_engine


def test_postgresql_compiles_no_statement_and_waits_for_no_lock_for_ever() -> None:
    with postgres_database("told") as url:
        engine = sa.create_engine(url)
        prepare_engine(engine)
        with engine.connect() as connection:
            assert connection.scalar(sa.text("SHOW jit")) == "off"
            connection.rollback()
            assert connection.scalar(sa.text("SHOW jit")) == "off", "after a transaction that was given up, too"
            assert connection.scalar(sa.text("SHOW lock_timeout")) == "10s"
        engine.dispose()

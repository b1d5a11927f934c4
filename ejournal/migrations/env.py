"""How migrations run: in one transaction, with foreign keys off and checked at the end.

With foreign_keys=ON a batch `alter_column` of a parent table (SQLite copies and drops it) empties the child tables
that cascade, without an error. So they are off while migrations run, and checked before anything is committed.
"""

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from ejournal.models.base import UtcDateTime

engine = current_app.extensions["migrate"].db.engine
metadata = current_app.extensions["migrate"].db.metadata


def run() -> None:
    with engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            _foreign_keys(connection, "OFF")
        try:
            context.configure(
                connection=connection,
                target_metadata=metadata,
                render_as_batch=True,
                render_item=render_item,
                compare_type=True,
                transactional_ddl=True,
            )
            with context.begin_transaction():
                context.run_migrations()
                if is_sqlite:
                    check_foreign_keys(connection)
        finally:
            if is_sqlite:
                _foreign_keys(connection, "ON")


def check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise RuntimeError(f"a migration left rows without their parents: {broken[:5]}")


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """A migration is a record of the past: it must not import types that may change."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime()"
    return False


def _foreign_keys(connection: Connection, state: str) -> None:
    # On the driver's connection: the pragma does nothing inside a transaction.
    connection.connection.driver_connection.execute(f"PRAGMA foreign_keys={state}")


run()

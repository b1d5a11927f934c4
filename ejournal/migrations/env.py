"""How migrations run: in one transaction, undone whole when anything fails, with foreign keys off (see schema.py)."""

from typing import Any

from alembic import context
from flask import current_app

from ejournal import models  # noqa: F401 - fills the metadata
from ejournal.extensions import db
from ejournal.models.base import UtcDateTime
from ejournal.schema import check_foreign_keys, without_foreign_keys


def run() -> None:
    with db.engine.connect() as connection, without_foreign_keys(connection):
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_item=render_item,
            # SQLite can undo DDL; Alembic only has to be told (BEGIN is sent by extensions.prepare_engine).
            transactional_ddl=True,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
            check_foreign_keys(connection)


def render_item(kind: str, item: Any, _autogen: Any) -> str | bool:
    """A migration is a record of the past: it must not import types that may change."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, UtcDateTime) else False


run()

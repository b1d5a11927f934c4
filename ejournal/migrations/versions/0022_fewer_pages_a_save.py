"""A save writes 17 pages of SQLite's file, four of them for nothing: indexes of columns that are nearly always empty, an
index by which requests are forgotten once a night, and their table beside its key."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# Filled by mass actions and by undoing alone.
SELDOM_FILLED = ("batch", "undoes_id")


def upgrade() -> None:
    for name in SELDOM_FILLED:
        filled = sa.text(f"{name} IS NOT NULL")
        op.drop_index(f"ix_log_entry_{name}", table_name="log_entry")
        op.create_index(f"ix_log_entry_{name}", "log_entry", [name], sqlite_where=filled, postgresql_where=filled)
    with op.batch_alter_table(
        "done_request", recreate=_on_sqlite(), table_kwargs={"sqlite_with_rowid": False}
    ) as batch_op:
        batch_op.drop_index("ix_done_request_made_at")


def downgrade() -> None:
    with op.batch_alter_table(
        "done_request", recreate=_on_sqlite(), table_kwargs={"sqlite_with_rowid": True}
    ) as batch_op:
        batch_op.create_index("ix_done_request_made_at", ["made_at"])
    for name in SELDOM_FILLED:
        op.drop_index(f"ix_log_entry_{name}", table_name="log_entry")
        op.create_index(f"ix_log_entry_{name}", "log_entry", [name])


def _on_sqlite() -> str:
    return "always" if op.get_bind().dialect.name == "sqlite" else "never"

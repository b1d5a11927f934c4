"""The log becomes a chain: each entry's link holds the hash of the entry and of the link before (п. 4.2).

What was in the log before is chained in the order it was written; links, like entries, are only ever added.
"""

from datetime import UTC

import sqlalchemy as sa
from alembic import op

from ejournal.domain import chain

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

REFUSAL = "log_link only grows: a link is neither changed nor deleted"


def upgrade() -> None:
    op.create_table(
        "log_link",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["log_entry.id"], name=op.f("fk_log_link_entry_id_log_entry"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_log_link")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_log_link_entry_id")),
    )
    _link_what_is_there()
    _refuse_changes()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER log_link_only_grows ON log_link")
        op.execute("DROP FUNCTION log_link_only_grows()")
    op.drop_table("log_link")


def _link_what_is_there() -> None:
    types = {"at": sa.DateTime(), "late": sa.Boolean(), "details": sa.JSON()}
    entry = sa.table("log_entry", sa.column("id"), *(sa.column(name, types.get(name)) for name in chain.FIELDS))
    links = sa.table("log_link", sa.column("number"), sa.column("entry_id"), sa.column("hash"))
    connection = op.get_bind()
    number, digest, rows = 0, chain.START, []
    for row in connection.execute(sa.select(entry).order_by(entry.c.id)).all():
        values = {**row._mapping, "at": row.at.replace(tzinfo=UTC)}
        number, digest = number + 1, chain.link(digest, values)
        rows.append({"number": number, "entry_id": row.id, "hash": digest})
    for start in range(0, len(rows), 5000):
        connection.execute(sa.insert(links), rows[start : start + 5000])


def _refuse_changes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER log_link_no_{verb.lower()} BEFORE {verb} ON log_link "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION log_link_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER log_link_only_grows BEFORE UPDATE OR DELETE ON log_link "
        "FOR EACH ROW EXECUTE FUNCTION log_link_only_grows()"
    )

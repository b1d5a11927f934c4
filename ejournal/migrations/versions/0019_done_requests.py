"""Ids of saves that were carried out: a browser that lost the answer repeats them."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "done_request",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_done_request"),
    )
    op.create_index("ix_done_request_made_at", "done_request", ["made_at"])


def downgrade() -> None:
    op.drop_index("ix_done_request_made_at", "done_request")
    op.drop_table("done_request")

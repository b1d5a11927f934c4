"""Where a form led that was carried out: who sends it again, because the answer was lost, comes to the same page."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("done_request", sa.Column("led_to", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("done_request", "led_to")

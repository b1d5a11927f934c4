"""A student's marks of all years are read from an index alone: their rows lie all over the table."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_cell_student_marks", "cell", ["student_id", "work_id", "attendance", "mark"])
    op.drop_index("ix_cell_student_id", "cell")


def downgrade() -> None:
    op.create_index("ix_cell_student_id", "cell", ["student_id"])
    op.drop_index("ix_cell_student_marks", "cell")

"""A mark of a period, of the year or a final one can be disputed as a lesson's can (п. 4.5)."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("dispute") as batch_op:
        batch_op.add_column(sa.Column("slot", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("period_id", sa.Integer(), nullable=True))
        batch_op.alter_column("cell_id", existing_type=sa.Integer(), nullable=True)
        # «н/а» is a mark of three signs.
        batch_op.alter_column("mark", existing_type=sa.String(length=2), type_=sa.String(3), existing_nullable=False)
        batch_op.alter_column(
            "corrected_to", existing_type=sa.String(length=2), type_=sa.String(3), existing_nullable=True
        )
        batch_op.create_foreign_key(
            op.f("fk_dispute_period_id_period"), "period", ["period_id"], ["id"], ondelete="RESTRICT"
        )
        batch_op.create_unique_constraint(
            op.f("uq_dispute_course_id_slot_student_id_given_at"), ["course_id", "slot", "student_id", "given_at"]
        )
        batch_op.create_check_constraint(op.f("ck_dispute_one_mark"), "(cell_id IS NULL) <> (slot IS NULL)")


def downgrade() -> None:
    op.execute("DELETE FROM dispute WHERE cell_id IS NULL")
    with op.batch_alter_table("dispute") as batch_op:
        batch_op.drop_constraint(op.f("ck_dispute_one_mark"), type_="check")
        batch_op.drop_constraint(op.f("uq_dispute_course_id_slot_student_id_given_at"), type_="unique")
        batch_op.drop_constraint(op.f("fk_dispute_period_id_period"), type_="foreignkey")
        batch_op.alter_column("corrected_to", existing_type=sa.String(length=3), type_=sa.String(2), nullable=True)
        batch_op.alter_column("mark", existing_type=sa.String(length=3), type_=sa.String(2), nullable=False)
        batch_op.alter_column("cell_id", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_column("period_id")
        batch_op.drop_column("slot")

"""Documents about absences with what they ask of journals; disputes of marks."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absence_paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=1), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("number", sa.String(length=50), nullable=False),
        sa.Column("issuer", sa.String(length=250), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("sent_by", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reached_since", sa.Date(), nullable=False),
        sa.Column("reached_until", sa.Date(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("until >= since", name=op.f("ck_absence_paper_dates")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_absence_paper_decided_by_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_absence_paper_file_id_stored_file"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["sent_by"], ["person.id"], name=op.f("fk_absence_paper_sent_by_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["person.id"], name=op.f("fk_absence_paper_student_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence_paper")),
    )
    with op.batch_alter_table("absence_paper", schema=None) as batch_op:
        batch_op.create_index("ix_absence_paper_state", ["state"], unique=False)
        batch_op.create_index("ix_absence_paper_student_since", ["student_id", "since"], unique=False)

    op.create_table(
        "absence_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=32), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["person.id"], name=op.f("fk_absence_request_answered_by_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_absence_request_course_id_course"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["paper_id"],
            ["absence_paper.id"],
            name=op.f("fk_absence_request_paper_id_absence_paper"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence_request")),
        sa.UniqueConstraint("paper_id", "course_id", name=op.f("uq_absence_request_paper_id_course_id")),
    )
    with op.batch_alter_table("absence_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_absence_request_course_id"), ["course_id"], unique=False)

    op.create_table(
        "dispute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("cell_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=2), nullable=False),
        sa.Column("given_at", sa.DateTime(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("corrected_to", sa.String(length=2), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["person.id"], name=op.f("fk_dispute_answered_by_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["cell_id"], ["cell.id"], name=op.f("fk_dispute_cell_id_cell"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_dispute_course_id_course"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["person.id"], name=op.f("fk_dispute_student_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sa.UniqueConstraint("cell_id", "given_at", name=op.f("uq_dispute_cell_id_given_at")),
    )
    with op.batch_alter_table("dispute", schema=None) as batch_op:
        batch_op.create_index("ix_dispute_course_state", ["course_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_dispute_student_id"), ["student_id"], unique=False)

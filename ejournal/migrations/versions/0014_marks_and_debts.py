"""Year marks, unlocks of closed journals, debts with attempts, sheets of exams and credits."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attestation_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("control", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("examiners", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["person.id"], name=op.f("fk_attestation_sheet_closed_by_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_attestation_sheet_course_id_course"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["person.id"], name=op.f("fk_attestation_sheet_created_by_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["period.id"], name=op.f("fk_attestation_sheet_period_id_period"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attestation_sheet")),
        sa.UniqueConstraint("number", name=op.f("uq_attestation_sheet_number")),
    )
    with op.batch_alter_table("attestation_sheet") as batch_op:
        batch_op.create_index(batch_op.f("ix_attestation_sheet_course_id"), ["course_id"], unique=False)

    op.create_table(
        "debt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=True),
        sa.Column("slot", sa.String(length=32), nullable=False),
        sa.Column("mark", sa.String(length=3), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("form", sa.String(length=250), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["person.id"], name=op.f("fk_debt_closed_by_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_debt_course_id_course"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["person.id"], name=op.f("fk_debt_opened_by_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["period.id"], name=op.f("fk_debt_period_id_period"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["person.id"], name=op.f("fk_debt_student_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debt")),
    )
    with op.batch_alter_table("debt") as batch_op:
        batch_op.create_index(batch_op.f("ix_debt_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_debt_student_id"), ["student_id"], unique=False)

    op.create_table(
        "journal_unlock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("unlocked_by", sa.Integer(), nullable=True),
        sa.Column("unlocked_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_journal_unlock_course_id_course"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["period.id"], name=op.f("fk_journal_unlock_period_id_period"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["unlocked_by"], ["person.id"], name=op.f("fk_journal_unlock_unlocked_by_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_unlock")),
    )
    with op.batch_alter_table("journal_unlock") as batch_op:
        batch_op.create_index("ix_journal_unlock_course_period", ["course_id", "period_id"], unique=False)

    op.create_table(
        "year_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=3), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_by", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_year_mark_course_id_course"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["person.id"], name=op.f("fk_year_mark_student_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["person.id"], name=op.f("fk_year_mark_updated_by_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_year_mark")),
        sa.UniqueConstraint("course_id", "kind", "student_id", name=op.f("uq_year_mark_course_id_kind_student_id")),
    )
    with op.batch_alter_table("year_mark") as batch_op:
        batch_op.create_index(batch_op.f("ix_year_mark_student_id"), ["student_id"], unique=False)

    op.create_table(
        "debt_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("debt_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("examiners", sa.Text(), nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=True),
        sa.Column("issued_at", sa.DateTime(), nullable=False),
        sa.Column("result", sa.String(length=8), nullable=True),
        sa.Column("excused", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("result_by", sa.Integer(), nullable=True),
        sa.Column("result_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["debt_id"], ["debt.id"], name=op.f("fk_debt_attempt_debt_id_debt"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["issued_by"], ["person.id"], name=op.f("fk_debt_attempt_issued_by_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["result_by"], ["person.id"], name=op.f("fk_debt_attempt_result_by_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debt_attempt")),
    )
    with op.batch_alter_table("debt_attempt") as batch_op:
        batch_op.create_index(batch_op.f("ix_debt_attempt_debt_id"), ["debt_id"], unique=False)

    op.create_table(
        "debt_pause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("debt_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("ground", sa.String(length=250), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["debt_id"], ["debt.id"], name=op.f("fk_debt_pause_debt_id_debt"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["person.id"], name=op.f("fk_debt_pause_recorded_by_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debt_pause")),
        sa.UniqueConstraint("debt_id", "since", name=op.f("uq_debt_pause_debt_id_since")),
    )
    op.create_table(
        "sheet_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.String(length=16), nullable=False),
        sa.Column("mark", sa.String(length=8), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_by", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sheet_id"],
            ["attestation_sheet.id"],
            name=op.f("fk_sheet_row_sheet_id_attestation_sheet"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["person.id"], name=op.f("fk_sheet_row_student_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["person.id"], name=op.f("fk_sheet_row_updated_by_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_row")),
        sa.UniqueConstraint("sheet_id", "student_id", name=op.f("uq_sheet_row_sheet_id_student_id")),
    )
    with op.batch_alter_table("sheet_row") as batch_op:
        batch_op.create_index(batch_op.f("ix_sheet_row_student_id"), ["student_id"], unique=False)

    op.create_table(
        "sheet_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(length=8), nullable=True),
        sa.Column("after", sa.String(length=8), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_sheet_correction_decided_by_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["person.id"], name=op.f("fk_sheet_correction_proposed_by_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["row_id"], ["sheet_row.id"], name=op.f("fk_sheet_correction_row_id_sheet_row"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_correction")),
    )
    with op.batch_alter_table("sheet_correction") as batch_op:
        batch_op.create_index(batch_op.f("ix_sheet_correction_row_id"), ["row_id"], unique=False)

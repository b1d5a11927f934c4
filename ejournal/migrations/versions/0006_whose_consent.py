"""Consents say who signed and keep a scan; registers of disclosures and of subjects' requests; used codes are known."""

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subject_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("applicant", sa.String(length=250), nullable=False),
        sa.Column("number", sa.String(length=50), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["person.id"], name=op.f("fk_subject_request_answered_by_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_subject_request_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["person.id"], name=op.f("fk_subject_request_recorded_by_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_request")),
    )
    with op.batch_alter_table("subject_request") as batch_op:
        batch_op.create_index(batch_op.f("ix_subject_request_due"), ["due"], unique=False)
        batch_op.create_index(batch_op.f("ix_subject_request_person_id"), ["person_id"], unique=False)

    op.create_table(
        "disclosure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(length=250), nullable=False),
        sa.Column("official", sa.String(length=250), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("document_number", sa.String(length=50), nullable=False),
        sa.Column("document_date", sa.Date(), nullable=True),
        sa.Column("given", sa.Text(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("struck_by", sa.Integer(), nullable=True),
        sa.Column("struck_at", sa.DateTime(), nullable=True),
        sa.Column("struck_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_disclosure_file_id_stored_file"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_disclosure_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["person.id"], name=op.f("fk_disclosure_recorded_by_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["struck_by"], ["person.id"], name=op.f("fk_disclosure_struck_by_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure")),
    )
    with op.batch_alter_table("disclosure") as batch_op:
        batch_op.create_index(batch_op.f("ix_disclosure_given_on"), ["given_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_disclosure_person_id"), ["person_id"], unique=False)

    with op.batch_alter_table("account") as batch_op:
        batch_op.add_column(sa.Column("used_hash", sa.String(length=64), nullable=True))
        batch_op.create_index(batch_op.f("ix_account_used_hash"), ["used_hash"], unique=False)

    with op.batch_alter_table("consent") as batch_op:
        batch_op.add_column(sa.Column("by_guardian", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("signer", sa.String(length=250), server_default="", nullable=False))
        batch_op.add_column(sa.Column("file_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_consent_file_id_stored_file"), "stored_file", ["file_id"], ["id"], ondelete="RESTRICT"
        )

    _say_who_signed()


def _say_who_signed() -> None:
    """Before this revision every answer of a group was entered under the student: a minor's was a representative's."""
    connection = op.get_bind()
    consent = sa.table(
        "consent",
        sa.column("id", sa.Integer),
        sa.column("student_id", sa.Integer),
        sa.column("person_id", sa.Integer),
        sa.column("dated", sa.Date),
        sa.column("by_guardian", sa.Boolean),
    )
    person = sa.table("person", sa.column("id", sa.Integer), sa.column("birth_date", sa.Date))
    own = connection.execute(
        sa.select(consent.c.id, consent.c.dated, person.c.birth_date)
        .join(person, person.c.id == consent.c.student_id)
        .where(consent.c.person_id == consent.c.student_id, person.c.birth_date.is_not(None))
    ).all()
    minors = [{"row": row.id} for row in own if _was_minor(row.birth_date, row.dated)]
    if minors:
        connection.execute(consent.update().where(consent.c.id == sa.bindparam("row")).values(by_guardian=True), minors)


def _was_minor(birth: date, on: date) -> bool:
    return (on.year - birth.year, on.month, on.day) < (18, birth.month, birth.day)


def downgrade() -> None:
    with op.batch_alter_table("consent") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_consent_file_id_stored_file"), type_="foreignkey")
        batch_op.drop_column("file_id")
        batch_op.drop_column("signer")
        batch_op.drop_column("by_guardian")
    with op.batch_alter_table("account") as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_used_hash"))
        batch_op.drop_column("used_hash")
    op.drop_table("disclosure")
    op.drop_table("subject_request")

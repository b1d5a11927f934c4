"""Messages between people."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("low_id", sa.Integer(), nullable=True),
        sa.Column("high_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=250), nullable=False),
        sa.Column("folded", sa.String(length=250), nullable=False),
        sa.Column("audience", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("(low_id IS NULL) = (high_id IS NULL)", name=op.f("ck_conversation_both")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_conversation_author_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["high_id"], ["person.id"], name=op.f("fk_conversation_high_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["low_id"], ["person.id"], name=op.f("fk_conversation_low_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
        sa.UniqueConstraint("low_id", "high_id", name=op.f("uq_conversation_low_id_high_id")),
    )
    with op.batch_alter_table("conversation") as batch_op:
        batch_op.create_index(batch_op.f("ix_conversation_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversation_high_id"), ["high_id"], unique=False)

    op.create_table(
        "inbox_state",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_inbox_state_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_inbox_state")),
    )
    op.create_table(
        "message_block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("blocked_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["blocked_id"], ["person.id"], name=op.f("fk_message_block_blocked_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_message_block_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_block")),
        sa.UniqueConstraint("person_id", "blocked_id", name=op.f("uq_message_block_person_id_blocked_id")),
    )
    with op.batch_alter_table("message_block") as batch_op:
        batch_op.create_index(batch_op.f("ix_message_block_blocked_id"), ["blocked_id"], unique=False)

    op.create_table(
        "conversation_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=True),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=True),
        sa.Column("read_id", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(), nullable=True),
        sa.Column("muted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_conversation_member_conversation_id_conversation"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_conversation_member_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["person.id"], name=op.f("fk_conversation_member_student_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_member")),
        sa.UniqueConstraint(
            "conversation_id", "person_id", name=op.f("uq_conversation_member_conversation_id_person_id")
        ),
    )
    with op.batch_alter_table("conversation_member") as batch_op:
        batch_op.create_index(batch_op.f("ix_conversation_member_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversation_member_student_id"), ["student_id"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.Column("edited_at", sa.DateTime(), nullable=True),
        sa.Column("answers_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answers_id"], ["message.id"], name=op.f("fk_message_answers_id_message"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_message_author_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_message_conversation_id_conversation"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("author_id", "request_id", name=op.f("uq_message_author_id_request_id")),
    )
    with op.batch_alter_table("message") as batch_op:
        batch_op.create_index(batch_op.f("ix_message_answers_id"), ["answers_id"], unique=False)
        batch_op.create_index("ix_message_author_sent", ["author_id", "sent_at"], unique=False)
        batch_op.create_index("ix_message_conversation", ["conversation_id", "id"], unique=False)

    op.create_table(
        "message_access",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("order_number", sa.String(length=50), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("viewed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_message_access_conversation_id_conversation"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["person.id"], name=op.f("fk_message_access_opened_by_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_access")),
    )
    with op.batch_alter_table("message_access") as batch_op:
        batch_op.create_index(batch_op.f("ix_message_access_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_access_opened_by"), ["opened_by"], unique=False)

    op.create_table(
        "message_complaint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("complainer_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["person.id"], name=op.f("fk_message_complaint_closed_by_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["complainer_id"],
            ["person.id"],
            name=op.f("fk_message_complaint_complainer_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_message_complaint_message_id_message"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_complaint")),
        sa.UniqueConstraint("message_id", "complainer_id", name=op.f("uq_message_complaint_message_id_complainer_id")),
    )
    with op.batch_alter_table("message_complaint") as batch_op:
        batch_op.create_index("ix_message_complaint_closed_at", ["closed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_complaint_complainer_id"), ["complainer_id"], unique=False)

    op.create_table(
        "message_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_message_file_file_id_stored_file"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_message_file_message_id_message"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_file")),
    )
    with op.batch_alter_table("message_file") as batch_op:
        batch_op.create_index(batch_op.f("ix_message_file_message_id"), ["message_id"], unique=False)

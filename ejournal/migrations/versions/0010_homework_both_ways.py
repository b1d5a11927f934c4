"""Homework both ways: personal tasks, answers, works owed."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("homework") as batch_op:
        batch_op.add_column(sa.Column("answer", sa.String(length=32), server_default="possible", nullable=False))
    _personal_tasks()
    _answers()
    op.create_table(
        "owed_work",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("marked_by", sa.Integer(), nullable=True),
        sa.Column("marked_at", sa.DateTime(), nullable=False),
        _to("owed_work", "marked_by", "person"),
        _to("owed_work", "student_id", "person"),
        _to("owed_work", "work_id", "work", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owed_work")),
        sa.UniqueConstraint("work_id", "student_id", name=op.f("uq_owed_work_work_id_student_id")),
    )
    op.create_index(op.f("ix_owed_work_student_id"), "owed_work", ["student_id"])


def _personal_tasks() -> None:
    op.create_table(
        "personal_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("answer", sa.String(length=32), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        _to("personal_task", "created_by", "person"),
        _to("personal_task", "lesson_id", "lesson"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_task")),
    )
    op.create_index(op.f("ix_personal_task_lesson_id"), "personal_task", ["lesson_id"])
    op.create_table(
        "personal_task_student",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("ticked_at", sa.DateTime(), nullable=True),
        _to("personal_task_student", "student_id", "person"),
        _to("personal_task_student", "task_id", "personal_task"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_task_student")),
        sa.UniqueConstraint("task_id", "student_id", name=op.f("uq_personal_task_student_task_id_student_id")),
    )
    op.create_index(op.f("ix_personal_task_student_student_id"), "personal_task_student", ["student_id"])
    with op.batch_alter_table("lesson_file") as batch_op:
        batch_op.add_column(sa.Column("task_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_lesson_file_task_id"), ["task_id"])
        batch_op.create_foreign_key(
            op.f("fk_lesson_file_task_id_personal_task"), "personal_task", ["task_id"], ["id"], ondelete="RESTRICT"
        )


def _answers() -> None:
    op.create_table(
        "task_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.Column("verdict", sa.String(length=32), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("checked_by", sa.Integer(), nullable=True),
        sa.Column("checked_at", sa.DateTime(), nullable=True),
        _to("task_answer", "checked_by", "person"),
        _to("task_answer", "lesson_id", "lesson"),
        _to("task_answer", "student_id", "person"),
        _to("task_answer", "task_id", "personal_task"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_answer")),
    )
    op.create_index("ix_task_answer_lesson_student", "task_answer", ["lesson_id", "student_id"])
    op.create_index(op.f("ix_task_answer_student_id"), "task_answer", ["student_id"])
    op.create_index(op.f("ix_task_answer_task_id"), "task_answer", ["task_id"])
    op.create_table(
        "task_answer_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        _to("task_answer_file", "answer_id", "task_answer"),
        _to("task_answer_file", "file_id", "stored_file"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_answer_file")),
    )
    op.create_index(op.f("ix_task_answer_file_answer_id"), "task_answer_file", ["answer_id"])


def _to(table: str, column: str, other: str, ondelete: str = "RESTRICT") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), ondelete=ondelete
    )

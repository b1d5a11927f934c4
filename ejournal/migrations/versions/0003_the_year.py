"""The year of a college: orders, individual plans, streams, replacements, exams, consents, sessions, long work."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bell_date",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("schedule_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["bell_schedule.id"],
            name=op.f("fk_bell_date_schedule_id_bell_schedule"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bell_date")),
        sa.UniqueConstraint("date", name=op.f("uq_bell_date_date")),
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("number", sa.String(length=50), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_consent_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["person.id"], name=op.f("fk_consent_recorded_by_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["person.id"], name=op.f("fk_consent_student_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent") as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_consent_student_person", ["student_id", "person_id", "id"], unique=False)

    op.create_table(
        "individual_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("order_number", sa.String(length=50), nullable=False),
        sa.Column("order_date", sa.Date(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["student_id"], ["person.id"], name=op.f("fk_individual_plan_student_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_individual_plan")),
    )
    with op.batch_alter_table("individual_plan") as batch_op:
        batch_op.create_index(batch_op.f("ix_individual_plan_student_id"), ["student_id"], unique=False)

    op.create_table(
        "job",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=250), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=True),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["person.id"], name=op.f("fk_job_created_by_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    with op.batch_alter_table("job") as batch_op:
        batch_op.create_index(batch_op.f("ix_job_created_by"), ["created_by"], unique=False)

    op.create_table(
        "stream",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=250), nullable=False),
        sa.ForeignKeyConstraint(
            ["year_id"], ["academic_year.id"], name=op.f("fk_stream_year_id_academic_year"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stream")),
    )
    with op.batch_alter_table("stream") as batch_op:
        batch_op.create_index(batch_op.f("ix_stream_year_id"), ["year_id"], unique=False)

    op.create_table(
        "group_mode",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("year_id", sa.Integer(), nullable=False),
        sa.Column("first_pair", sa.Integer(), nullable=False),
        sa.Column("last_pair", sa.Integer(), nullable=True),
        sa.Column("days", sa.String(length=32), nullable=False),
        sa.Column("shift", sa.Integer(), nullable=False),
        sa.Column("room", sa.String(length=32), nullable=False),
        sa.Column("schedule_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["student_group.id"], name=op.f("fk_group_mode_group_id_student_group"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["bell_schedule.id"],
            name=op.f("fk_group_mode_schedule_id_bell_schedule"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["year_id"], ["academic_year.id"], name=op.f("fk_group_mode_year_id_academic_year"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_mode")),
        sa.UniqueConstraint("group_id", "year_id", name=op.f("uq_group_mode_group_id_year_id")),
    )
    with op.batch_alter_table("group_mode") as batch_op:
        batch_op.create_index(batch_op.f("ix_group_mode_year_id"), ["year_id"], unique=False)

    op.create_table(
        "movement_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=50), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("effective", sa.Date(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("leave_until", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["person.id"], name=op.f("fk_movement_order_created_by_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["student_group.id"],
            name=op.f("fk_movement_order_group_id_student_group"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["undone_by"], ["person.id"], name=op.f("fk_movement_order_undone_by_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movement_order")),
    )
    op.create_table(
        "user_session",
        sa.Column("id", sa.String(length=43), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=250), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_user_session_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
    )
    with op.batch_alter_table("user_session") as batch_op:
        batch_op.create_index(batch_op.f("ix_user_session_account_id"), ["account_id"], unique=False)

    op.create_table(
        "movement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("ended_id", sa.Integer(), nullable=True),
        sa.Column("began_id", sa.Integer(), nullable=True),
        sa.Column("until_before", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["began_id"], ["enrollment.id"], name=op.f("fk_movement_began_id_enrollment"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["ended_id"], ["enrollment.id"], name=op.f("fk_movement_ended_id_enrollment"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["movement_order.id"], name=op.f("fk_movement_order_id_movement_order"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["person.id"], name=op.f("fk_movement_student_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movement")),
    )
    with op.batch_alter_table("movement") as batch_op:
        batch_op.create_index(batch_op.f("ix_movement_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_movement_student_id"), ["student_id"], unique=False)

    op.create_table(
        "course_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_course_hours_course_id_course"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_hours")),
        sa.UniqueConstraint("course_id", "number", name=op.f("uq_course_hours_course_id_number")),
    )
    op.create_table(
        "exam",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=True),
        sa.Column("ends", sa.Time(), nullable=True),
        sa.Column("room", sa.String(length=32), nullable=False),
        sa.Column("teacher_id", sa.Integer(), nullable=True),
        sa.Column("consultation_date", sa.Date(), nullable=True),
        sa.Column("consultation_starts", sa.Time(), nullable=True),
        sa.Column("consultation_room", sa.String(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_exam_course_id_course"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["teacher_id"], ["person.id"], name=op.f("fk_exam_teacher_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam")),
    )
    with op.batch_alter_table("exam") as batch_op:
        batch_op.create_index(batch_op.f("ix_exam_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_exam_date"), ["date"], unique=False)

    op.create_table(
        "individual_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("discipline_id", sa.Integer(), nullable=False),
        sa.Column("exempt", sa.Boolean(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("hours", sa.Integer(), nullable=True),
        sa.Column("control", sa.String(length=10), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_individual_row_course_id_course"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["discipline_id"],
            ["discipline.id"],
            name=op.f("fk_individual_row_discipline_id_discipline"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["individual_plan.id"],
            name=op.f("fk_individual_row_plan_id_individual_plan"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_individual_row")),
    )
    with op.batch_alter_table("individual_row") as batch_op:
        batch_op.create_index(batch_op.f("ix_individual_row_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_individual_row_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "substitution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("pair", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("teacher_id", sa.Integer(), nullable=True),
        sa.Column("instead_course_id", sa.Integer(), nullable=True),
        sa.Column("instead_lesson_id", sa.Integer(), nullable=True),
        sa.Column("to_date", sa.Date(), nullable=True),
        sa.Column("to_pair", sa.Integer(), nullable=True),
        sa.Column("room", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_substitution_course_id_course"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["person.id"], name=op.f("fk_substitution_created_by_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["instead_course_id"],
            ["course.id"],
            name=op.f("fk_substitution_instead_course_id_course"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["instead_lesson_id"],
            ["lesson.id"],
            name=op.f("fk_substitution_instead_lesson_id_lesson"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lesson.id"], name=op.f("fk_substitution_lesson_id_lesson"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["teacher_id"], ["person.id"], name=op.f("fk_substitution_teacher_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by"], ["person.id"], name=op.f("fk_substitution_withdrawn_by_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitution")),
    )
    with op.batch_alter_table("substitution") as batch_op:
        batch_op.create_index(batch_op.f("ix_substitution_course_id"), ["course_id"], unique=False)
        batch_op.create_index("ix_substitution_date_course", ["date", "course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_substitution_instead_course_id"), ["instead_course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_substitution_lesson_id"), ["lesson_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_substitution_teacher_id"), ["teacher_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_substitution_to_date"), ["to_date"], unique=False)

    with op.batch_alter_table("bell_schedule") as batch_op:
        batch_op.add_column(sa.Column("special", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("course") as batch_op:
        batch_op.add_column(sa.Column("stream_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("group_title", sa.String(length=32), nullable=True))
        batch_op.create_index(batch_op.f("ix_course_stream_id"), ["stream_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_course_stream_id_stream"), "stream", ["stream_id"], ["id"], ondelete="RESTRICT"
        )

    with op.batch_alter_table("curriculum_hours") as batch_op:
        batch_op.add_column(sa.Column("admission_year", sa.Integer(), server_default="0", nullable=False))
        batch_op.drop_constraint(batch_op.f("uq_curriculum_hours_discipline_id_semester"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_curriculum_hours_discipline_id_semester_admission_year"),
            ["discipline_id", "semester", "admission_year"],
        )

    with op.batch_alter_table("enrollment") as batch_op:
        batch_op.add_column(sa.Column("came_kind", sa.String(length=32), nullable=True))

    with op.batch_alter_table("lesson") as batch_op:
        batch_op.add_column(sa.Column("teacher_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("generated", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index(batch_op.f("ix_lesson_teacher_id"), ["teacher_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_lesson_teacher_id_person"), "person", ["teacher_id"], ["id"], ondelete="RESTRICT"
        )

    with op.batch_alter_table("student_group") as batch_op:
        batch_op.add_column(sa.Column("years", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("study_form", sa.String(length=32), server_default="очная", nullable=False))

    with op.batch_alter_table("thematic_plan") as batch_op:
        batch_op.add_column(sa.Column("year_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_thematic_plan_year_id_academic_year"),
            "academic_year",
            ["year_id"],
            ["id"],
            ondelete="RESTRICT",
        )

    with op.batch_alter_table("timetable_entry") as batch_op:
        batch_op.add_column(sa.Column("teacher_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("hours", sa.Integer(), server_default="2", nullable=False))
        batch_op.create_foreign_key(
            batch_op.f("fk_timetable_entry_teacher_id_person"), "person", ["teacher_id"], ["id"], ondelete="RESTRICT"
        )

    with op.batch_alter_table("vacation") as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=32), server_default="vacation", nullable=False))

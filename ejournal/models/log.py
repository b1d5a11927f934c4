"""The log of changes (п. 4.2): who, when, what, from, to, why. Rows are only ever added."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from ejournal.extensions import Base
from ejournal.models.base import Code, Id, Long, Moment, now, ref


def _of_filled(column: str) -> Index:
    """An index that a save does not touch: it is of mass actions and of undoing alone."""
    filled = text(f"{column} IS NOT NULL")
    return Index(f"ix_log_entry_{column}", column, sqlite_where=filled, postgresql_where=filled)


class LogEntry(Base):
    """One change. `subject` and `action` are words of services/log.py; `late`: after the clause's term."""

    __tablename__ = "log_entry"
    __table_args__ = (
        Index("ix_log_entry_course_id", "course_id", "id"),
        Index("ix_log_entry_work_student", "work_id", "student_id"),
        _of_filled("batch"),
        _of_filled("undoes_id"),
    )

    id: Mapped[Id]
    at: Mapped[Moment] = mapped_column(default=now)
    actor_id: Mapped[int | None] = ref("person.id", index=True)
    role: Mapped[str | None] = mapped_column(String(32))
    address: Mapped[str | None] = mapped_column(String(64))
    subject: Mapped[Code]
    action: Mapped[Code]
    course_id: Mapped[int | None] = ref("course.id")
    lesson_id: Mapped[int | None] = ref("lesson.id", index=True)
    work_id: Mapped[int | None] = ref("work.id")
    student_id: Mapped[int | None] = ref("person.id", index=True)
    # The one mass action (column filled, paste, import) this change was part of; undone together.
    batch: Mapped[str | None] = mapped_column(String(32))
    # The open page the change came from: that page already shows it and need not be told.
    client: Mapped[str | None] = mapped_column(String(32))
    # The entry this one takes back: an undo is itself a change.
    undoes_id: Mapped[int | None] = ref("log_entry.id")
    before: Mapped[Long | None]
    after: Mapped[Long | None]
    reason: Mapped[Long | None]
    late: Mapped[bool] = mapped_column(default=False)
    details: Mapped[Any] = mapped_column(JSON, default=None, nullable=True)


class LogLink(Base):
    """An entry's place in the chain: `hash` covers the entry and the link before it, so that an entry changed,
    removed, put in or moved later is found (`ejournal verify`). Numbered without gaps in the order of commits."""

    __tablename__ = "log_link"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(ForeignKey("log_entry.id", ondelete="RESTRICT"), unique=True)
    hash: Mapped[str] = mapped_column(String(64))

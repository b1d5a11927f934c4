"""Long work that a person started and may leave: what it is, how it ended."""

from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from ejournal.extensions import Base
from ejournal.models.base import Code, Long, Moment, Title, now, ref

JOB_STATES = {
    "queued": "ждёт",
    "running": "выполняется",
    "done": "готово",
    "failed": "не получилось",
    "cancelled": "отменено",
}


class Job(Base):
    """How far it is (`done` of `total`) is kept by the queue while it runs: the work itself may hold the database."""

    __tablename__ = "job"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[Code]
    title: Mapped[Title]
    payload: Mapped[Any] = mapped_column(JSON)
    state: Mapped[Code] = mapped_column(default="queued")
    # What to say when it ended, and what it made.
    message: Mapped[Long] = mapped_column(default="")
    result: Mapped[Any] = mapped_column(JSON, default=None, nullable=True)
    created_by: Mapped[int | None] = ref("person.id", index=True)
    created_at: Mapped[Moment] = mapped_column(default=now)
    started_at: Mapped[Moment | None]
    finished_at: Mapped[Moment | None]

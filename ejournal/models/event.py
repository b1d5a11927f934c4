"""Planned events of the college (п. 2.3)."""

from datetime import time

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ejournal.extensions import Base
from ejournal.models.audience import Audience
from ejournal.models.base import Code, Day, Id, Long, Moment, Title, now, ref
from ejournal.models.people import Person

EVENT_KINDS = {
    "meeting": "собрание",
    "class-hour": "классный час",
    "consultation": "консультация",
    "other": "мероприятие",
}


class Event(Base):
    """A meeting, a class hour … on one day. A cancelled one stays and is shown as such."""

    __tablename__ = "event"
    __table_args__ = (CheckConstraint("ends IS NULL OR starts IS NOT NULL", name="times"),)

    id: Mapped[Id]
    audience_id: Mapped[int] = ref("audience.id", index=True)
    author_id: Mapped[int] = ref("person.id", index=True)
    kind: Mapped[Code]
    title: Mapped[Title]
    date: Mapped[Day] = mapped_column(index=True)
    starts: Mapped[time | None]
    ends: Mapped[time | None]
    place: Mapped[str] = mapped_column(String(100), default="")
    description: Mapped[Long] = mapped_column(default="")
    # So many days before it is shown to those concerned where they start; 0: not at all.
    remind_days: Mapped[int] = mapped_column(default=1, server_default="1")
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    created_at: Mapped[Moment] = mapped_column(default=now)
    updated_at: Mapped[Moment | None]
    cancelled_at: Mapped[Moment | None]
    cancel_reason: Mapped[Title] = mapped_column(default="", server_default="")

    audience: Mapped[Audience] = relationship()
    author: Mapped[Person] = relationship()

"""Reports of compromised accounts (п. 3.11), and notices waiting to be sent."""

from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ejournal.extensions import Base
from ejournal.models.base import Code, Day, Id, Long, Moment, Title, now, ref
from ejournal.models.people import Account, Person

# How the report came, and so whether it proves who made it.
REPORT_SOURCES = {
    "profile": "в профиле",
    "password": "на странице входа, с паролем",
    "link": "по ссылке из письма",
    "admin": "внёс администратор",
    "stranger": "на странице входа, без подтверждения",
}


class Compromise(Base):
    """Somebody else may know how to get into an account: who told it and when, and what was done about it."""

    __tablename__ = "compromise"
    __table_args__ = (Index("ix_compromise_closed_at", "closed_at"),)

    id: Mapped[Id]
    account_id: Mapped[int] = ref("account.id", index=True)
    source: Mapped[Code]
    # The day it became known, and the last working day to report it.
    known_on: Mapped[Day]
    due: Mapped[Day]
    reported_at: Mapped[Moment] = mapped_column(default=now)
    # None: nobody proved who it was.
    reported_by: Mapped[int | None] = ref("person.id")
    address: Mapped[str] = mapped_column(String(64), default="")
    note: Mapped[Long] = mapped_column(default="")
    # Since when the old password is worth nothing; a report without proof locks nobody out.
    secured_at: Mapped[Moment | None]
    closed_at: Mapped[Moment | None]
    closed_by: Mapped[int | None] = ref("person.id")
    outcome: Mapped[Long] = mapped_column(default="")

    account: Mapped[Account] = relationship()
    closer: Mapped[Person | None] = relationship(foreign_keys=[closed_by])


class PendingNotice(Base):
    """What a person is to be told by e-mail; kept until it is sent."""

    __tablename__ = "pending_notice"
    __table_args__ = (Index("ix_pending_notice_sent_at", "sent_at", "id"),)

    id: Mapped[Id]
    kind: Mapped[Code]
    person_id: Mapped[int] = ref("person.id", index=True)
    title: Mapped[Title]
    text: Mapped[Long]
    details: Mapped[Any] = mapped_column(JSON, default=None, nullable=True)
    created_at: Mapped[Moment] = mapped_column(default=now)
    sent_at: Mapped[Moment | None]

    person: Mapped[Person] = relationship()

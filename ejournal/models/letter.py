"""E-mail: letters waiting and sent, a curator's letters to parents, addresses that do not work (п. 4.3)."""

from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ejournal.extensions import Base
from ejournal.models.base import Code, Id, Long, Moment, Title, now, ref
from ejournal.models.college import Group
from ejournal.models.people import Person

# «taken»: a sender has it and has promised nothing yet; «sending»: its text is on the way. Who dies in the first
# has sent nothing; in the second nobody knows, and a person decides.
LETTER_STATES = {
    "queued": "в очереди",
    "taken": "отправляется",
    "sending": "отправляется",
    "sent": "отправлено",
    "failed": "не отправлено",
    "bounced": "адрес не принимает писем",
    "uncertain": "неизвестно, дошло ли",
    "dropped": "отменено: сообщать уже нечего или доступа нет",
}


class Bulletin(Base):
    """A letter of a group's leader to parents (п. 4.3): one text, a letter of its own to each."""

    __tablename__ = "bulletin"

    id: Mapped[Id]
    group_id: Mapped[int] = ref("student_group.id", index=True)
    author_id: Mapped[int] = ref("person.id", index=True)
    subject: Mapped[Title]
    text: Mapped[Long]
    created_at: Mapped[Moment] = mapped_column(default=now)

    group: Mapped[Group] = relationship()
    author: Mapped[Person] = relationship()


class Letter(Base):
    """One letter to one address. `key` is its reason: no second letter has it, so nothing is sent twice.

    Letters of some kinds have no text stored: it is put together when they are sent (services/letter_texts.py).
    """

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_state_not_before", "state", "not_before"),)

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(100), unique=True)
    kind: Mapped[Code]
    person_id: Mapped[int | None] = ref("person.id", index=True)
    bulletin_id: Mapped[int | None] = ref("bulletin.id", index=True)
    address: Mapped[Title]
    subject: Mapped[Title] = mapped_column(default="")
    text: Mapped[Long] = mapped_column(default="")
    details: Mapped[Any] = mapped_column(JSON, default=None, nullable=True)
    message_id: Mapped[Title]
    state: Mapped[str] = mapped_column(String(16), default="queued")
    created_at: Mapped[Moment] = mapped_column(default=now)
    not_before: Mapped[Moment] = mapped_column(default=now)
    tries: Mapped[int] = mapped_column(default=0)
    # Who has taken it and when: the mark of one attempt.
    claim: Mapped[str] = mapped_column(String(32), default="")
    taken_at: Mapped[Moment | None]
    sent_at: Mapped[Moment | None]
    error: Mapped[Long] = mapped_column(default="")

    person: Mapped[Person | None] = relationship()
    bulletin: Mapped[Bulletin | None] = relationship()


class BouncedAddress(Base):
    """An address whose server said for good that it takes no mail; nothing is sent there until somebody tries again."""

    __tablename__ = "bounced_address"

    id: Mapped[Id]
    address: Mapped[Title] = mapped_column(unique=True)
    error: Mapped[Long]
    at: Mapped[Moment] = mapped_column(default=now)


class AddressProof(Base):
    """What a person proved of the own address: `confirmed` was, `wished` waits for the link of a letter."""

    __tablename__ = "address_proof"
    __table_args__ = (UniqueConstraint("person_id"),)

    id: Mapped[Id]
    person_id: Mapped[int] = ref("person.id")
    wished: Mapped[Title] = mapped_column(default="")
    wished_at: Mapped[Moment | None]
    confirmed: Mapped[Title] = mapped_column(default="")
    confirmed_at: Mapped[Moment | None]

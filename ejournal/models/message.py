"""Messages between people (R2.3.communicate): conversations of two, and one message to many."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ejournal.extensions import Base
from ejournal.models.base import Code, Id, Long, Moment, Title, now, ref
from ejournal.models.homework import StoredFile
from ejournal.models.people import Person


class Conversation(Base):
    """Two people, the smaller id first; or one author and many readers (`audience`), who answer the author alone."""

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("low_id", "high_id"),
        CheckConstraint("(low_id IS NULL) = (high_id IS NULL)", name="both"),
    )

    id: Mapped[Id]
    low_id: Mapped[int | None] = ref("person.id")
    high_id: Mapped[int | None] = ref("person.id", index=True)
    # Of a message to many: who writes it, to whom in words (`folded` as it is searched) and as a key («students:12»).
    author_id: Mapped[int | None] = ref("person.id", index=True)
    title: Mapped[Title] = mapped_column(default="")
    folded: Mapped[Title] = mapped_column(default="")
    audience: Mapped[Code] = mapped_column(default="")
    created_at: Mapped[Moment] = mapped_column(default=now)

    author: Mapped[Person | None] = relationship(foreign_keys=[author_id])

    def other_than(self, person_id: int) -> int | None:
        """The second one of two; None for a message to many."""
        return self.high_id if self.low_id == person_id else self.low_id


class Member(Base):
    """Somebody's place in a conversation: how far it was read, the unfinished answer."""

    __tablename__ = "conversation_member"
    __table_args__ = (UniqueConstraint("conversation_id", "person_id"),)

    id: Mapped[Id]
    conversation_id: Mapped[int] = ref("conversation.id")
    person_id: Mapped[int] = ref("person.id", index=True)
    # The student whose diary lets this person in (a student's own, a parent's child); None for the staff.
    student_id: Mapped[int | None] = ref("person.id", index=True)
    # The first message that is theirs, and the last one for whom nothing more is sent.
    first_id: Mapped[int] = mapped_column(default=0)
    last_id: Mapped[int | None]
    read_id: Mapped[int] = mapped_column(default=0)
    read_at: Mapped[Moment | None]
    muted: Mapped[bool] = mapped_column(default=False, server_default=false())
    draft: Mapped[Long] = mapped_column(default="")
    drafted_at: Mapped[Moment | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class Message(Base):
    """`folded` is the text as it is searched. `request_id` comes from the form: sent twice, stored once."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("author_id", "request_id"),
        Index("ix_message_conversation", "conversation_id", "id"),
        Index("ix_message_author_sent", "author_id", "sent_at"),
    )

    id: Mapped[Id]
    conversation_id: Mapped[int] = ref("conversation.id")
    author_id: Mapped[int] = ref("person.id")
    request_id: Mapped[str] = mapped_column(String(40))
    text: Mapped[Long]
    folded: Mapped[Long]
    sent_at: Mapped[Moment] = mapped_column(default=now)
    edited_at: Mapped[Moment | None]
    # The message to many that this one answers.
    answers_id: Mapped[int | None] = ref("message.id", index=True)

    author: Mapped[Person] = relationship()
    answers: Mapped["Message | None"] = relationship(remote_side="Message.id")
    files: Mapped[list["MessageFile"]] = relationship(order_by="MessageFile.id")


class MessageFile(Base):
    __tablename__ = "message_file"

    id: Mapped[Id]
    message_id: Mapped[int] = ref("message.id", index=True)
    file_id: Mapped[int] = ref("stored_file.id")

    file: Mapped[StoredFile] = relationship()


class InboxState(Base):
    """What changed for a person: `version` grows with everything that does, so that a page asks at little cost."""

    __tablename__ = "inbox_state"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="RESTRICT"), primary_key=True, autoincrement=False
    )
    version: Mapped[int] = mapped_column(default=0)
    unread: Mapped[int] = mapped_column(default=0)


class MessageBlock(Base):
    """An employee takes no messages from a student or parent."""

    __tablename__ = "message_block"
    __table_args__ = (UniqueConstraint("person_id", "blocked_id"),)

    id: Mapped[Id]
    person_id: Mapped[int] = ref("person.id")
    blocked_id: Mapped[int] = ref("person.id", index=True)
    created_at: Mapped[Moment] = mapped_column(default=now)


class MessageComplaint(Base):
    """A recipient's complaint about a message, with its text as it was: an edit afterwards hides nothing."""

    __tablename__ = "message_complaint"
    __table_args__ = (
        UniqueConstraint("message_id", "complainer_id"),
        Index("ix_message_complaint_closed_at", "closed_at"),
    )

    id: Mapped[Id]
    message_id: Mapped[int] = ref("message.id")
    complainer_id: Mapped[int] = ref("person.id", index=True)
    reason: Mapped[Long]
    text: Mapped[Long]
    created_at: Mapped[Moment] = mapped_column(default=now)
    closed_at: Mapped[Moment | None]
    closed_by: Mapped[int | None] = ref("person.id")
    outcome: Mapped[Long] = mapped_column(default="")

    message: Mapped[Message] = relationship()
    complainer: Mapped[Person] = relationship(foreign_keys=[complainer_id])
    closer: Mapped[Person | None] = relationship(foreign_keys=[closed_by])


class MessageAccess(Base):
    """An order by which administration reads a conversation, for some days; its people are shown that it did."""

    __tablename__ = "message_access"

    id: Mapped[Id]
    conversation_id: Mapped[int] = ref("conversation.id", index=True)
    ground: Mapped[Long]
    order_number: Mapped[str] = mapped_column(String(50))
    opened_by: Mapped[int] = ref("person.id", index=True)
    opened_at: Mapped[Moment] = mapped_column(default=now)
    viewed_at: Mapped[Moment | None]

    conversation: Mapped[Conversation] = relationship()
    opener: Mapped[Person] = relationship()

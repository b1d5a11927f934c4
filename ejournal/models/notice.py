"""What people are told: notices on the site, how each wants to be told, and what was told last (п. 4.2, 4.3, 4.6)."""

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ejournal.extensions import Base
from ejournal.models.base import Code, Id, Long, Moment, Title, now, ref
from ejournal.models.letter import Letter
from ejournal.models.people import Person


class Notice(Base):
    """One thing new to one person. `key` names what it is about, once a person; told again, the row is renewed.

    `value` is what was told, to compare with what is there when a letter is put together. `mail`: «now» or
    «digest» while it waits for a letter, «letter» once it is in one (`letter_id`), «none».
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("person_id", "key"),
        Index("ix_notice_person_seen", "person_id", "seen_at"),
        Index("ix_notice_mail", "mail", "person_id"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = ref("person.id")
    student_id: Mapped[int | None] = ref("person.id", index=True)
    kind: Mapped[Code]
    key: Mapped[str] = mapped_column(String(64), index=True)
    value: Mapped[str] = mapped_column(String(16), default="", server_default="")
    text: Mapped[Long]
    url: Mapped[Title] = mapped_column(default="", server_default="")
    ready_at: Mapped[Moment] = mapped_column(default=now, index=True)
    seen_at: Mapped[Moment | None]
    mail: Mapped[str] = mapped_column(String(8), default="none", server_default="none")
    letter_id: Mapped[int | None] = ref("letter.id", ondelete="SET NULL", index=True)

    student: Mapped[Person | None] = relationship(foreign_keys=[student_id])
    letter: Mapped[Letter | None] = relationship()


class NoticeChoice(Base):
    """How a person wants to be told of a kind of news, where it is not the usual (domain/notices.py)."""

    __tablename__ = "notice_choice"
    __table_args__ = (UniqueConstraint("person_id", "kind"),)

    id: Mapped[Id]
    person_id: Mapped[int] = ref("person.id")
    kind: Mapped[Code]
    how: Mapped[str] = mapped_column(String(8))


class Told(Base):
    """What was last told of a student's mark or attendance: the next notice is the difference from it.

    `key` is «mark:<work>», «attendance:<lesson>», «period:<course>:<period>» or «year:<course>:<kind>»; an empty
    value: there is none.
    """

    __tablename__ = "told"
    __table_args__ = (UniqueConstraint("student_id", "key"),)

    id: Mapped[Id]
    student_id: Mapped[int] = ref("person.id")
    key: Mapped[str] = mapped_column(String(64))
    value: Mapped[str] = mapped_column(String(16))
    told_at: Mapped[Moment] = mapped_column(default=now)

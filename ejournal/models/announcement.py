"""Announcements, their files, and who has read and acknowledged them (п. 2.3)."""

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ejournal.extensions import Base
from ejournal.models.audience import Audience
from ejournal.models.base import Day, Id, Long, Moment, Title, now, ref
from ejournal.models.homework import StoredFile
from ejournal.models.people import Person


class Announcement(Base):
    """What administration or a group leader tells an audience between two days, both included.

    `version` counts the changes; who has read an earlier one than `asked_version` is asked anew.
    """

    __tablename__ = "announcement"
    __table_args__ = (
        CheckConstraint("ends IS NULL OR ends >= starts", name="dates"),
        Index("ix_announcement_starts", "starts"),
    )

    id: Mapped[Id]
    audience_id: Mapped[int] = ref("audience.id", index=True)
    author_id: Mapped[int] = ref("person.id", index=True)
    title: Mapped[Title]
    text: Mapped[Long]
    starts: Mapped[Day]
    ends: Mapped[Day | None]
    pinned: Mapped[bool] = mapped_column(default=False, server_default=false())
    needs_ack: Mapped[bool] = mapped_column(default=False, server_default=false())
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    asked_version: Mapped[int] = mapped_column(default=1, server_default="1")
    # Title and text as they are searched (ё = е, no capitals).
    skey: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[Moment] = mapped_column(default=now)
    updated_at: Mapped[Moment | None]
    withdrawn_at: Mapped[Moment | None]

    audience: Mapped[Audience] = relationship()
    author: Mapped[Person] = relationship()
    files: Mapped[list["AnnouncementFile"]] = relationship(order_by="AnnouncementFile.id")


class AnnouncementFile(Base):
    """A file attached to an announcement. Removed ones stay, marked."""

    __tablename__ = "announcement_file"

    id: Mapped[Id]
    announcement_id: Mapped[int] = ref("announcement.id", index=True)
    file_id: Mapped[int] = ref("stored_file.id")
    removed_at: Mapped[Moment | None]

    file: Mapped[StoredFile] = relationship()


class AnnouncementReading(Base):
    """Which version a person has seen, and which was acknowledged when («ознакомлен»)."""

    __tablename__ = "announcement_reading"
    __table_args__ = (UniqueConstraint("announcement_id", "person_id"),)

    id: Mapped[Id]
    announcement_id: Mapped[int] = ref("announcement.id")
    person_id: Mapped[int] = ref("person.id", index=True)
    seen_version: Mapped[int] = mapped_column(default=0, server_default="0")
    seen_at: Mapped[Moment] = mapped_column(default=now)
    acknowledged_version: Mapped[int] = mapped_column(default=0, server_default="0")
    acknowledged_at: Mapped[Moment | None]

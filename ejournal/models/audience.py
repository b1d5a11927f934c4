"""To whom something is addressed: announcements, events and resources share this (п. 2.3)."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ejournal.domain.audiences import Target
from ejournal.extensions import Base
from ejournal.models.base import Code, Id, ref
from ejournal.models.college import Group, Programme


class Audience(Base):
    """Who is meant: whoever holds a place that one of the targets describes."""

    __tablename__ = "audience"

    id: Mapped[Id]

    targets: Mapped[list["AudienceTarget"]] = relationship(
        cascade="all, delete-orphan", order_by="AudienceTarget.id", passive_deletes=True
    )


class AudienceTarget(Base):
    """A place with blanks: a role, a group, a course year, a programme; an empty column means any."""

    __tablename__ = "audience_target"
    __table_args__ = (Index("ix_audience_target_audience_id", "audience_id"),)

    id: Mapped[Id]
    audience_id: Mapped[int] = ref("audience.id", ondelete="CASCADE")
    role: Mapped[Code | None]
    group_id: Mapped[int | None] = ref("student_group.id", index=True)
    course_number: Mapped[int | None] = mapped_column()
    programme_id: Mapped[int | None] = ref("programme.id")

    group: Mapped[Group | None] = relationship()
    programme: Mapped[Programme | None] = relationship()

    @property
    def target(self) -> Target:
        return Target(self.role, self.group_id, self.course_number, self.programme_id)

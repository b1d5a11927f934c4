"""The catalogue of recommended educational and leisure resources (п. 2.3)."""

from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ejournal.extensions import Base
from ejournal.models.audience import Audience
from ejournal.models.base import Code, Id, Long, Moment, Title, now, ref
from ejournal.models.people import Person

RESOURCE_KINDS = {"study": "учёба", "leisure": "досуг"}
RESOURCE_STATES = {"suggested": "предложен", "shown": "в каталоге", "refused": "отклонён", "removed": "убран"}


class Resource(Base):
    """A site that the college recommends. The server never opens it."""

    __tablename__ = "resource"
    __table_args__ = (Index("ix_resource_state", "state", "ordinal"),)

    id: Mapped[Id]
    audience_id: Mapped[int] = ref("audience.id", index=True)
    kind: Mapped[Code]
    state: Mapped[Code]
    title: Mapped[Title]
    url: Mapped[str] = mapped_column(String(1000))
    description: Mapped[Long] = mapped_column(default="")
    tags: Mapped[Any] = mapped_column(JSON)
    ordinal: Mapped[int] = mapped_column(default=100, server_default="100")
    # Title, description, tags and host as they are searched (ё = е, no capitals).
    skey: Mapped[str] = mapped_column(Text, default="")
    suggested_by: Mapped[int] = ref("person.id", index=True)
    decided_by: Mapped[int | None] = ref("person.id")
    created_at: Mapped[Moment] = mapped_column(default=now)
    updated_at: Mapped[Moment | None]

    audience: Mapped[Audience] = relationship()
    author: Mapped[Person] = relationship(foreign_keys=[suggested_by])


class DeadLink(Base):
    """Somebody told that a resource does not open; it stays until an editor has looked."""

    __tablename__ = "dead_link"
    __table_args__ = (Index("ix_dead_link_resource_id", "resource_id", "closed_at"),)

    id: Mapped[Id]
    resource_id: Mapped[int] = ref("resource.id")
    person_id: Mapped[int] = ref("person.id", index=True)
    told_at: Mapped[Moment] = mapped_column(default=now)
    closed_at: Mapped[Moment | None]
    closed_by: Mapped[int | None] = ref("person.id")

"""Requests of browsers that were carried out, so that a repeated one is not carried out twice."""

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ejournal.extensions import Base
from ejournal.models.base import Moment


class DoneRequest(Base):
    """`key` is a hash of the account and of the id its browser chose: it names nobody."""

    __tablename__ = "done_request"
    # Every save notes one: without SQLite's own key beside it, and without an index that is wanted once a night.
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    made_at: Mapped[Moment]
    # Of a form that is a page of its own: the address it was answered with.
    led_to: Mapped[str | None] = mapped_column(Text)

"""The register of printed documents: what was issued, to be recognised later (п. 3.7)."""

from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ejournal.extensions import Base
from ejournal.models.base import Code, Id, Moment, Title, now, ref
from ejournal.models.people import Person


class IssuedDocument(Base):
    """One numbered document. `sha256` is of the file that was handed out; several issued in one file share it.

    A number without a hash was taken, but the document never came into being.
    """

    __tablename__ = "issued_document"

    id: Mapped[Id]
    kind: Mapped[Code]
    number: Mapped[Code] = mapped_column(unique=True)
    title: Mapped[Title]
    # Persons it is about, for the answer to «who received my data» (152-ФЗ).
    subject_ids: Mapped[Any] = mapped_column(JSON)
    # For an extract: who asked and on what ground (п. 2.1).
    details: Mapped[Any] = mapped_column(JSON, default=None, nullable=True)
    code: Mapped[Code] = mapped_column(unique=True)
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    pages: Mapped[int | None]
    issued_by: Mapped[int | None] = ref("person.id", index=True)
    issued_at: Mapped[Moment] = mapped_column(default=now)

    issuer: Mapped[Person | None] = relationship()

"""To whom personal data were given: authorised bodies (п. 2.1) and the persons themselves (152-ФЗ, ст. 14, 20)."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ejournal.extensions import Base
from ejournal.models.base import Day, Id, Long, Moment, Title, now, ref
from ejournal.models.homework import StoredFile
from ejournal.models.people import Person


class Disclosure(Base):
    """Data about a person given to an authorised body. A mistaken entry is struck out with a reason, never deleted."""

    __tablename__ = "disclosure"

    id: Mapped[Id]
    person_id: Mapped[int] = ref("person.id", index=True)
    body: Mapped[Title]
    official: Mapped[Title] = mapped_column(default="")
    ground: Mapped[Long]
    document_number: Mapped[str] = mapped_column(String(50), default="")
    document_date: Mapped[Day | None]
    given: Mapped[Long]
    given_on: Mapped[Day] = mapped_column(index=True)
    # The time that the extract covers.
    since: Mapped[Day]
    until: Mapped[Day]
    file_id: Mapped[int | None] = ref("stored_file.id")
    recorded_by: Mapped[int | None] = ref("person.id")
    recorded_at: Mapped[Moment] = mapped_column(default=now)
    struck_by: Mapped[int | None] = ref("person.id")
    struck_at: Mapped[Moment | None]
    struck_reason: Mapped[Long] = mapped_column(default="")

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    recorder: Mapped[Person | None] = relationship(foreign_keys=[recorded_by])
    striker: Mapped[Person | None] = relationship(foreign_keys=[struck_by])
    file: Mapped[StoredFile | None] = relationship()


class SubjectRequest(Base):
    """A person (or the representative) asked what is held about him; `due` is the last day to answer."""

    __tablename__ = "subject_request"

    id: Mapped[Id]
    person_id: Mapped[int] = ref("person.id", index=True)
    asked_on: Mapped[Day]
    due: Mapped[Day] = mapped_column(index=True)
    # Who asked, where it was not the person: the representative and the paper that says so.
    applicant: Mapped[Title] = mapped_column(default="")
    number: Mapped[str] = mapped_column(String(50), default="")
    note: Mapped[Long] = mapped_column(default="")
    recorded_by: Mapped[int | None] = ref("person.id")
    recorded_at: Mapped[Moment] = mapped_column(default=now)
    # The file was made, first.
    answered_by: Mapped[int | None] = ref("person.id")
    answered_at: Mapped[Moment | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    recorder: Mapped[Person | None] = relationship(foreign_keys=[recorded_by])
    answerer: Mapped[Person | None] = relationship(foreign_keys=[answered_by])

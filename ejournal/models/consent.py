"""The register of consents to personal data processing (п. 4.1, 152-ФЗ)."""

from sqlalchemy import Index, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ejournal.extensions import Base
from ejournal.models.base import Code, Day, Id, Long, Moment, Title, now, ref
from ejournal.models.homework import StoredFile
from ejournal.models.people import Person

CONSENTS = {"agreed": "согласие", "refused": "отказ", "withdrawn": "отозвано"}


class Consent(Base):
    """One answer of one person about one student's data; a new answer is a new row, the last one counts.

    `person_id` is who answered: a parent, or the student. Where a legal representative signed who is not in the
    system, `person_id` is the student's, `by_guardian` is set and `signer` may hold the name.
    """

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_student_person", "student_id", "person_id", "id"),)

    id: Mapped[Id]
    student_id: Mapped[int] = ref("person.id")
    person_id: Mapped[int] = ref("person.id", index=True)
    kind: Mapped[Code]
    dated: Mapped[Day]
    number: Mapped[str] = mapped_column(String(50), default="")
    note: Mapped[Long] = mapped_column(default="")
    by_guardian: Mapped[bool] = mapped_column(default=False, server_default=false())
    signer: Mapped[Title] = mapped_column(default="", server_default="")
    file_id: Mapped[int | None] = ref("stored_file.id")
    recorded_by: Mapped[int | None] = ref("person.id")
    recorded_at: Mapped[Moment] = mapped_column(default=now)

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    recorder: Mapped[Person | None] = relationship(foreign_keys=[recorded_by])
    file: Mapped[StoredFile | None] = relationship()

    @property
    def own(self) -> bool:
        """Whether the student answered."""
        return self.person_id == self.student_id and not self.by_guardian

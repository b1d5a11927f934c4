"""The register of consents to personal data processing (п. 4.1, 152-ФЗ)."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ejournal.extensions import Base
from ejournal.models.base import Code, Day, Id, Long, Moment, now, ref

CONSENTS = {"agreed": "согласие", "refused": "отказ", "withdrawn": "отозвано"}


class Consent(Base):
    """One answer of one person about one student's data; a new answer is a new row, the last one counts."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_student_person", "student_id", "person_id", "id"),)

    id: Mapped[Id]
    student_id: Mapped[int] = ref("person.id")
    # Who answered: the student (adult) or a parent.
    person_id: Mapped[int] = ref("person.id", index=True)
    kind: Mapped[Code]
    dated: Mapped[Day]
    number: Mapped[str] = mapped_column(String(50), default="")
    note: Mapped[Long] = mapped_column(default="")
    recorded_by: Mapped[int | None] = ref("person.id")
    recorded_at: Mapped[Moment] = mapped_column(default=now)

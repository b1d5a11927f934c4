"""Ведомости of exams and credits: who was examined, with what result, and how a closed one was corrected (п. 4.4)."""

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ejournal.extensions import Base
from ejournal.models.base import Code, Day, Id, Long, Moment, now, ref
from ejournal.models.college import Period
from ejournal.models.journal import Course
from ejournal.models.people import Person

SHEET_KINDS = {
    "main": "основная",
    "retake": "повторная",
    "commission": "комиссионная",
    "individual": "индивидуальная",
}


class AttestationSheet(Base):
    """A ведомость of a journal's period. `control` is the form of attestation as plans write it: Э, ДЗ, З …"""

    __tablename__ = "attestation_sheet"

    id: Mapped[Id]
    course_id: Mapped[int] = ref("course.id", index=True)
    period_id: Mapped[int] = ref("period.id")
    kind: Mapped[Code]
    control: Mapped[Code]
    number: Mapped[Code] = mapped_column(unique=True)
    date: Mapped[Day]
    # Full names, one a line.
    examiners: Mapped[Long] = mapped_column(default="")
    created_by: Mapped[int | None] = ref("person.id")
    created_at: Mapped[Moment] = mapped_column(default=now)
    closed_by: Mapped[int | None] = ref("person.id")
    closed_at: Mapped[Moment | None]

    course: Mapped[Course] = relationship()
    period: Mapped[Period] = relationship()
    rows: Mapped[list["SheetRow"]] = relationship(back_populates="sheet", order_by="SheetRow.id")


class SheetRow(Base):
    """A student's line. `mark`: 5 4 3 2, ЗЧ, НЗ or «неявка»; None while it is not entered."""

    __tablename__ = "sheet_row"
    __table_args__ = (UniqueConstraint("sheet_id", "student_id"),)

    id: Mapped[Id]
    sheet_id: Mapped[int] = ref("attestation_sheet.id", ondelete="CASCADE")
    student_id: Mapped[int] = ref("person.id", index=True)
    ticket: Mapped[str] = mapped_column(String(16), default="")
    mark: Mapped[str | None] = mapped_column(String(8))
    version: Mapped[int] = mapped_column(default=1)
    updated_by: Mapped[int | None] = ref("person.id")
    updated_at: Mapped[Moment] = mapped_column(default=now)

    sheet: Mapped[AttestationSheet] = relationship(back_populates="rows")
    student: Mapped[Person] = relationship(foreign_keys=[student_id])


class SheetCorrection(Base):
    """A change of a closed sheet: one proposes it with a reason, another of administration decides."""

    __tablename__ = "sheet_correction"

    id: Mapped[Id]
    row_id: Mapped[int] = ref("sheet_row.id", index=True)
    before: Mapped[str | None] = mapped_column(String(8))
    after: Mapped[str | None] = mapped_column(String(8))
    reason: Mapped[Long]
    proposed_by: Mapped[int | None] = ref("person.id")
    proposed_at: Mapped[Moment] = mapped_column(default=now)
    # "confirmed" or "rejected"; None while it waits.
    decision: Mapped[str | None] = mapped_column(String(16))
    decided_by: Mapped[int | None] = ref("person.id")
    decided_at: Mapped[Moment | None]

    row: Mapped[SheetRow] = relationship()
    proposer: Mapped[Person | None] = relationship(foreign_keys=[proposed_by])

"""Disputes of marks (п. 4.5): a student asks, the teacher corrects the mark or upholds it, with a reason."""

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ejournal.extensions import Base
from ejournal.models.base import Code, Day, Id, Long, Moment, now, ref
from ejournal.models.closing import YEAR_MARKS
from ejournal.models.college import Period
from ejournal.models.journal import Cell, Course
from ejournal.models.people import Person


class Dispute(Base):
    """One question about one mark as it was given at `given_at`: asked again it is refused. `due`: of the answer.

    The mark is that of a lesson (`cell_id`), or one of a journal's columns of periods and the year: `slot` is then the
    period's number, "year" or "final", as in Debt.
    """

    __tablename__ = "dispute"
    __table_args__ = (
        UniqueConstraint("cell_id", "given_at"),
        UniqueConstraint("course_id", "slot", "student_id", "given_at"),
        CheckConstraint("(cell_id IS NULL) <> (slot IS NULL)", name="one_mark"),
        Index("ix_dispute_course_state", "course_id", "state"),
    )

    id: Mapped[Id]
    student_id: Mapped[int] = ref("person.id", index=True)
    course_id: Mapped[int] = ref("course.id")
    cell_id: Mapped[int | None] = ref("cell.id")
    slot: Mapped[Code | None]
    period_id: Mapped[int | None] = ref("period.id")
    # The mark that is disputed, and when it was given.
    mark: Mapped[str] = mapped_column(String(3))
    given_at: Mapped[Moment]
    text: Mapped[Long]
    asked_at: Mapped[Moment] = mapped_column(default=now)
    due: Mapped[Day]
    state: Mapped[Code]
    answered_by: Mapped[int | None] = ref("person.id")
    answered_at: Mapped[Moment | None]
    reason: Mapped[Long] = mapped_column(default="")
    # The mark that stands instead, where it was corrected.
    corrected_to: Mapped[str | None] = mapped_column(String(3))

    student: Mapped[Person] = relationship(foreign_keys=[student_id])
    answerer: Mapped[Person | None] = relationship(foreign_keys=[answered_by])
    course: Mapped[Course] = relationship()
    cell: Mapped[Cell | None] = relationship()
    period: Mapped[Period | None] = relationship()

    @property
    def phrase(self) -> str:
        """«за I семестр», «за год», «итоговая»; of a lesson's mark the day: «за 12.10.2026»."""
        if self.cell is not None:
            return f"за {self.cell.work.lesson.date:%d.%m.%Y}"
        return f"за {self.period.title}" if self.period else YEAR_MARKS.get(self.slot or "", "")

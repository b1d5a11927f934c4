"""Академическая задолженность: what opened it, its term and form, and at most two attempts (ст. 58 273-ФЗ; п. 4.4)."""

from sqlalchemy import String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ejournal.extensions import Base
from ejournal.models.base import Code, Day, Id, Long, Moment, Title, now, ref
from ejournal.models.journal import Course
from ejournal.models.people import Person


class Debt(Base):
    """A debt of a student in a journal. `slot` is the mark that opened it: a period's number, "year" or "final"."""

    __tablename__ = "debt"

    id: Mapped[Id]
    student_id: Mapped[int] = ref("person.id", index=True)
    course_id: Mapped[int] = ref("course.id", index=True)
    period_id: Mapped[int | None] = ref("period.id")
    slot: Mapped[Code]
    mark: Mapped[str] = mapped_column(String(3))
    # The term and form of passing that the teacher set (п. 4.4).
    due: Mapped[Day]
    form: Mapped[Title]
    opened_on: Mapped[Day]
    opened_by: Mapped[int | None] = ref("person.id")
    # "passed" or "withdrawn" (the mark that opened it was corrected); None while it is open.
    outcome: Mapped[str | None] = mapped_column(String(16))
    closed_at: Mapped[Moment | None]
    closed_by: Mapped[int | None] = ref("person.id")
    version: Mapped[int] = mapped_column(default=1)

    student: Mapped[Person] = relationship(foreign_keys=[student_id])
    course: Mapped[Course] = relationship()
    attempts: Mapped[list["DebtAttempt"]] = relationship(
        back_populates="debt", order_by="DebtAttempt.number, DebtAttempt.id"
    )
    pauses: Mapped[list["DebtPause"]] = relationship(back_populates="debt", order_by="DebtPause.since, DebtPause.id")


class DebtAttempt(Base):
    """An attempt to pass. `examiners`: full names, one a line; an excused absence does not use the attempt up."""

    __tablename__ = "debt_attempt"

    id: Mapped[Id]
    debt_id: Mapped[int] = ref("debt.id", index=True)
    number: Mapped[int]
    day: Mapped[Day]
    examiners: Mapped[Long]
    issued_by: Mapped[int | None] = ref("person.id")
    issued_at: Mapped[Moment] = mapped_column(default=now)
    # A mark or «неявка»; None until it is known.
    result: Mapped[str | None] = mapped_column(String(8))
    excused: Mapped[bool] = mapped_column(default=False, server_default=false())
    result_by: Mapped[int | None] = ref("person.id")
    result_at: Mapped[Moment | None]

    debt: Mapped[Debt] = relationship(back_populates="attempts")


class DebtPause(Base):
    """Days on which the year for passing does not run: illness, or a leave no order of ours tells of."""

    __tablename__ = "debt_pause"
    __table_args__ = (UniqueConstraint("debt_id", "since"),)

    id: Mapped[Id]
    debt_id: Mapped[int] = ref("debt.id", ondelete="CASCADE")
    since: Mapped[Day]
    until: Mapped[Day]
    ground: Mapped[Title]
    recorded_by: Mapped[int | None] = ref("person.id")

    debt: Mapped[Debt] = relationship(back_populates="pauses")

"""Индивидуальные учебные планы: a student's own disciplines, hours and terms (п. 4.2)."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ejournal.extensions import Base
from ejournal.models.base import Day, Id, Long, Moment, now, ref
from ejournal.models.curriculum import Discipline
from ejournal.models.people import Person


class IndividualPlan(Base):
    """A student's own plan by an order, from–to (both days included)."""

    __tablename__ = "individual_plan"

    id: Mapped[Id]
    student_id: Mapped[int] = ref("person.id", index=True)
    order_number: Mapped[str] = mapped_column(String(50), default="")
    order_date: Mapped[Day | None]
    since: Mapped[Day]
    until: Mapped[Day | None]
    note: Mapped[Long] = mapped_column(default="")
    created_at: Mapped[Moment] = mapped_column(default=now)

    student: Mapped[Person] = relationship()
    rows: Mapped[list["IndividualRow"]] = relationship(
        back_populates="plan", order_by="IndividualRow.id", cascade="all, delete-orphan"
    )


class IndividualRow(Base):
    """A discipline of the plan. `exempt`: not studied with the own group (перезачтено, освобождён).

    `course_id`: the journal of another group that lists the student instead. Neither: the own group's journal,
    with hours or a term of the student's own.
    """

    __tablename__ = "individual_row"

    id: Mapped[Id]
    plan_id: Mapped[int] = ref("individual_plan.id", ondelete="CASCADE", index=True)
    discipline_id: Mapped[int] = ref("discipline.id")
    exempt: Mapped[bool] = mapped_column(default=False)
    course_id: Mapped[int | None] = ref("course.id", index=True)
    hours: Mapped[int | None]
    control: Mapped[str | None] = mapped_column(String(10))
    due: Mapped[Day | None]

    plan: Mapped[IndividualPlan] = relationship(back_populates="rows")
    discipline: Mapped[Discipline] = relationship()

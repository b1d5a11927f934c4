"""Движение контингента: orders and what each did to whose membership (п. 4.2)."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ejournal.extensions import Base
from ejournal.models.base import Code, Day, Id, Long, Moment, now, ref
from ejournal.models.college import Enrollment, Group
from ejournal.models.people import Person

MOVEMENTS = {
    "enrol": "зачисление",
    "move": "перевод в другую группу",
    "leave": "академический отпуск",
    "restore": "восстановление",
    "expel": "отчисление",
    "graduate": "выпуск",
}


class MovementOrder(Base):
    """An order (приказ) about one or more students. A mistaken one is undone, never deleted."""

    __tablename__ = "movement_order"

    id: Mapped[Id]
    kind: Mapped[Code]
    number: Mapped[str] = mapped_column(String(50))
    dated: Mapped[Day]
    # The first day on which it holds.
    effective: Mapped[Day]
    group_id: Mapped[int | None] = ref("student_group.id")
    # An academic leave ends on this day.
    leave_until: Mapped[Day | None]
    reason: Mapped[Long] = mapped_column(default="")
    created_by: Mapped[int | None] = ref("person.id")
    created_at: Mapped[Moment] = mapped_column(default=now)
    undone_by: Mapped[int | None] = ref("person.id")
    undone_at: Mapped[Moment | None]

    group: Mapped[Group | None] = relationship()
    movements: Mapped[list["Movement"]] = relationship(back_populates="order", order_by="Movement.id")


class Movement(Base):
    """What an order did to one student: the membership it ended, the one it began, and what must come back on undo."""

    __tablename__ = "movement"

    id: Mapped[Id]
    order_id: Mapped[int] = ref("movement_order.id", index=True)
    student_id: Mapped[int] = ref("person.id", index=True)
    ended_id: Mapped[int | None] = ref("enrollment.id", ondelete="SET NULL")
    began_id: Mapped[int | None] = ref("enrollment.id", ondelete="SET NULL")
    # Last day of the ended membership before the order, where it already had one.
    until_before: Mapped[Day | None]

    order: Mapped[MovementOrder] = relationship(back_populates="movements")
    student: Mapped[Person] = relationship()
    ended: Mapped[Enrollment | None] = relationship(foreign_keys=[ended_id])

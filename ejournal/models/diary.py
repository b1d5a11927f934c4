"""What belongs to the diary alone: visits, one's own ticks on homework, calendar addresses (п. 4.5, 4.6)."""

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ejournal.extensions import Base
from ejournal.models.base import Id, Moment, now, ref


class DiaryVisit(Base):
    """When an account last looked into a student's diary. `seen_at` moves on while it is open; what is newer than
    `before_at`, the end of the visit before, is shown as new."""

    __tablename__ = "diary_visit"
    __table_args__ = (UniqueConstraint("account_id", "student_id"),)

    id: Mapped[Id]
    account_id: Mapped[int] = ref("account.id", ondelete="CASCADE")
    student_id: Mapped[int] = ref("person.id", index=True)
    seen_at: Mapped[Moment]
    before_at: Mapped[Moment | None]


class HomeworkTick(Base):
    """«Сделано», ticked by the student for herself; nobody is graded by it. Withdrawn homework takes it along."""

    __tablename__ = "homework_tick"
    __table_args__ = (UniqueConstraint("homework_id", "student_id"),)

    id: Mapped[Id]
    homework_id: Mapped[int] = ref("homework.id", ondelete="CASCADE")
    student_id: Mapped[int] = ref("person.id", index=True)
    ticked_at: Mapped[Moment] = mapped_column(default=now)


class CalendarFeed(Base):
    """A secret address under which a telephone reads a student's lessons. Only its hash is stored; whether its owner
    may still read the diary is asked anew each time."""

    __tablename__ = "calendar_feed"

    id: Mapped[Id]
    account_id: Mapped[int] = ref("account.id", ondelete="CASCADE", index=True)
    student_id: Mapped[int] = ref("person.id", index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[Moment] = mapped_column(default=now)
    revoked_at: Mapped[Moment | None]

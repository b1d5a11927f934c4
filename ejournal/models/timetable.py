"""When lessons are: bells and the weekly timetable."""

from datetime import time

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ejournal.extensions import Base
from ejournal.models.base import Day, Id, Title, ref


class BellSchedule(Base):
    """Звонки. `weekday` None: every day without a schedule of its own; 6 is Saturday."""

    __tablename__ = "bell_schedule"

    id: Mapped[Id]
    title: Mapped[Title]
    weekday: Mapped[int | None] = mapped_column(unique=True)


class Bell(Base):
    __tablename__ = "bell"
    __table_args__ = (UniqueConstraint("schedule_id", "pair"),)

    id: Mapped[Id]
    schedule_id: Mapped[int] = ref("bell_schedule.id", ondelete="CASCADE")
    pair: Mapped[int]
    starts: Mapped[time]
    ends: Mapped[time]


class TimetableEntry(Base):
    """A course's place in the week. `week`: both, odd (числитель) or even (знаменатель); weekday 1 is Monday."""

    __tablename__ = "timetable_entry"

    id: Mapped[Id]
    course_id: Mapped[int] = ref("course.id", index=True)
    weekday: Mapped[int]
    pair: Mapped[int]
    week: Mapped[str] = mapped_column(String(4), default="both")
    room: Mapped[str] = mapped_column(String(32), default="")
    since: Mapped[Day | None]
    until: Mapped[Day | None]

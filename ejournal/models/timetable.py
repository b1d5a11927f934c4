"""When lessons are: bells, a group's working mode, the weekly timetable, exams (п. 4.2)."""

from datetime import time

from sqlalchemy import String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ejournal.extensions import Base
from ejournal.models.base import Code, Day, Id, Long, Title, ref
from ejournal.models.journal import Course
from ejournal.models.people import Person


class BellSchedule(Base):
    """Звонки. `weekday` None: every day without a schedule of its own; 6 is Saturday.

    A `special` one has no weekday and rings only on its dates (BellDate) and for the groups whose mode names it.
    """

    __tablename__ = "bell_schedule"

    id: Mapped[Id]
    title: Mapped[Title]
    weekday: Mapped[int | None] = mapped_column(unique=True)
    special: Mapped[bool] = mapped_column(default=False, server_default=false())


class Bell(Base):
    __tablename__ = "bell"
    __table_args__ = (UniqueConstraint("schedule_id", "pair"),)

    id: Mapped[Id]
    schedule_id: Mapped[int] = ref("bell_schedule.id", ondelete="CASCADE")
    pair: Mapped[int]
    starts: Mapped[time]
    ends: Mapped[time]


class BellDate(Base):
    """A date with bells of its own: a short day before a holiday."""

    __tablename__ = "bell_date"

    id: Mapped[Id]
    date: Mapped[Day] = mapped_column(unique=True)
    schedule_id: Mapped[int] = ref("bell_schedule.id", ondelete="CASCADE")


class GroupMode(Base):
    """Режим работы of a group in a year: what its timetable is checked against. `days` are weekdays, «123456»."""

    __tablename__ = "group_mode"
    __table_args__ = (UniqueConstraint("group_id", "year_id"),)

    id: Mapped[Id]
    group_id: Mapped[int] = ref("student_group.id")
    year_id: Mapped[int] = ref("academic_year.id", index=True)
    first_pair: Mapped[int] = mapped_column(default=1)
    last_pair: Mapped[int | None]
    days: Mapped[Code] = mapped_column(default="123456")
    shift: Mapped[int] = mapped_column(default=1)
    room: Mapped[str] = mapped_column(String(32), default="")
    schedule_id: Mapped[int | None] = ref("bell_schedule.id")


class TimetableEntry(Base):
    """A course's place in the week. `week`: both, odd (числитель) or even (знаменатель); weekday 1 is Monday."""

    __tablename__ = "timetable_entry"

    id: Mapped[Id]
    course_id: Mapped[int] = ref("course.id", index=True)
    weekday: Mapped[int]
    pair: Mapped[int]
    week: Mapped[str] = mapped_column(String(4), default="both")
    room: Mapped[str] = mapped_column(String(32), default="")
    # Which of several teachers of the course; None: all of them.
    teacher_id: Mapped[int | None] = ref("person.id")
    hours: Mapped[int] = mapped_column(default=2, server_default="2")
    since: Mapped[Day | None]
    until: Mapped[Day | None]


class Exam(Base):
    """An exam or credit of the session: расписание промежуточной аттестации. `kind` is a form of control."""

    __tablename__ = "exam"

    id: Mapped[Id]
    course_id: Mapped[int] = ref("course.id", index=True)
    kind: Mapped[Code]
    date: Mapped[Day] = mapped_column(index=True)
    starts: Mapped[time | None]
    ends: Mapped[time | None]
    room: Mapped[str] = mapped_column(String(32), default="")
    # Who examines where it is not the course's teachers.
    teacher_id: Mapped[int | None] = ref("person.id")
    consultation_date: Mapped[Day | None]
    consultation_starts: Mapped[time | None]
    consultation_room: Mapped[str] = mapped_column(String(32), default="")
    note: Mapped[Long] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    course: Mapped[Course] = relationship()
    teacher: Mapped[Person | None] = relationship()

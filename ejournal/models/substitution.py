"""Замены и переносы: what is otherwise than in the timetable on a date (п. 4.2)."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ejournal.extensions import Base
from ejournal.models.base import Code, Day, Id, Long, Moment, now, ref
from ejournal.models.journal import Course
from ejournal.models.people import Person


class SubstitutionKind(StrEnum):
    TEACHER = "teacher"
    DISCIPLINE = "discipline"
    CANCELLED = "cancelled"
    MOVED = "moved"
    ROOM = "room"


class Substitution(Base):
    """One published replacement. `course_id`, `date` and `pair` say what stood in the timetable; the rest what is
    instead. Withdrawn ones stay."""

    __tablename__ = "substitution"
    __table_args__ = (Index("ix_substitution_date_course", "date", "course_id"),)

    id: Mapped[Id]
    date: Mapped[Day]
    pair: Mapped[int]
    course_id: Mapped[int] = ref("course.id", index=True)
    lesson_id: Mapped[int | None] = ref("lesson.id", index=True)
    kind: Mapped[Code]
    teacher_id: Mapped[int | None] = ref("person.id", index=True)
    # Another discipline: its journal and the lesson made there.
    instead_course_id: Mapped[int | None] = ref("course.id", index=True)
    instead_lesson_id: Mapped[int | None] = ref("lesson.id")
    to_date: Mapped[Day | None] = mapped_column(index=True)
    to_pair: Mapped[int | None]
    room: Mapped[str] = mapped_column(String(32), default="")
    reason: Mapped[Long] = mapped_column(default="")
    # What the lesson was before: room, teacher_id, state, date, pair, moved_from, reason, attendance_at. Withdrawing
    # puts it back.
    before: Mapped[Any] = mapped_column(JSON, default=None, nullable=True)
    created_by: Mapped[int | None] = ref("person.id")
    created_at: Mapped[Moment] = mapped_column(default=now)
    withdrawn_by: Mapped[int | None] = ref("person.id")
    withdrawn_at: Mapped[Moment | None]

    course: Mapped[Course] = relationship(foreign_keys=[course_id])
    instead_course: Mapped[Course | None] = relationship(foreign_keys=[instead_course_id])
    teacher: Mapped[Person | None] = relationship(foreign_keys=[teacher_id])

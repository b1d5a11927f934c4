"""Замечания по ведению журнала (п. 4.2): by administration, or by the system about lessons that are not filled in."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ejournal.extensions import Base
from ejournal.models.base import Code, Day, Id, Long, Moment, now, ref
from ejournal.models.journal import Course, Lesson
from ejournal.models.people import Person


class Remark(Base):
    """`kind`: "" by a person, else what an automatic one is about. `lesson_date` stays when the lesson goes."""

    __tablename__ = "remark"
    __table_args__ = (Index("ix_remark_course_state", "course_id", "state"),)

    id: Mapped[Id]
    course_id: Mapped[int] = ref("course.id")
    lesson_id: Mapped[int | None] = ref("lesson.id", ondelete="SET NULL", index=True)
    lesson_date: Mapped[Day | None]
    kind: Mapped[Code] = mapped_column(default="")
    text: Mapped[Long]
    due: Mapped[Day]
    state: Mapped[Code]
    created_by: Mapped[int | None] = ref("person.id")
    created_at: Mapped[Moment] = mapped_column(default=now)
    # The teacher's word, and why administration returned it.
    answer: Mapped[Long] = mapped_column(default="")
    answered_by: Mapped[int | None] = ref("person.id")
    answered_at: Mapped[Moment | None]
    decision: Mapped[Long] = mapped_column(default="")
    decided_by: Mapped[int | None] = ref("person.id")
    decided_at: Mapped[Moment | None]

    course: Mapped[Course] = relationship()
    lesson: Mapped[Lesson | None] = relationship()
    author: Mapped[Person | None] = relationship(foreign_keys=[created_by])
    answerer: Mapped[Person | None] = relationship(foreign_keys=[answered_by])
    decider: Mapped[Person | None] = relationship(foreign_keys=[decided_by])

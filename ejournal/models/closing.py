"""The end of a period: marks of the year and final ones, and a closed journal opened for some days (п. 4.4)."""

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ejournal.extensions import Base
from ejournal.models.base import Code, Day, Id, Long, Moment, now, ref

YEAR_MARKS = {"year": "за год", "final": "итоговая"}


class YearMark(Base):
    """The mark for the year, or the final one of the discipline. `kind`: "year" or "final"; may be «н/а»."""

    __tablename__ = "year_mark"
    __table_args__ = (UniqueConstraint("course_id", "kind", "student_id"),)

    id: Mapped[Id]
    course_id: Mapped[int] = ref("course.id")
    kind: Mapped[Code]
    student_id: Mapped[int] = ref("person.id", index=True)
    mark: Mapped[str | None] = mapped_column(String(3))
    version: Mapped[int] = mapped_column(default=1)
    updated_by: Mapped[int | None] = ref("person.id")
    updated_at: Mapped[Moment] = mapped_column(default=now)


class JournalUnlock(Base):
    """A closed period of a journal may be written in up to a day, this day included; then it is closed by itself."""

    __tablename__ = "journal_unlock"
    __table_args__ = (Index("ix_journal_unlock_course_period", "course_id", "period_id"),)

    id: Mapped[Id]
    course_id: Mapped[int] = ref("course.id")
    period_id: Mapped[int] = ref("period.id")
    until: Mapped[Day]
    reason: Mapped[Long]
    unlocked_by: Mapped[int | None] = ref("person.id")
    unlocked_at: Mapped[Moment] = mapped_column(default=now)
    # The teacher has finished before the last day and closed the journal again.
    ended_at: Mapped[Moment | None]

"""Documents about absences and the teachers' answers to them (п. 4.3, 4.4). A diagnosis is never stored."""

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ejournal.extensions import Base
from ejournal.models.base import Code, Day, Id, Long, Moment, Title, now, ref
from ejournal.models.homework import StoredFile
from ejournal.models.journal import Course
from ejournal.models.people import Person

PAPER_KINDS = {
    "certificate": "справка",
    "statement": "заявление родителя",
    "order": "приказ или распоряжение",
    "other": "другой документ",
}


class AbsencePaper(Base):
    """A document that gives the reason of absences from `since` to `until`, both included; `code` is «б» or «п».

    Sent by the family (`sent`) it waits for the group's leader; registered by her it asks the teachers. `reached_*`
    are the widest dates it ever had, so that a correction finds what earlier ones led to; `corrected_at`: its dates or
    code were changed, or it was withdrawn.
    """

    __tablename__ = "absence_paper"
    __table_args__ = (
        Index("ix_absence_paper_student_since", "student_id", "since"),
        Index("ix_absence_paper_state", "state"),
        CheckConstraint("until >= since", name="dates"),
    )

    id: Mapped[Id]
    student_id: Mapped[int] = ref("person.id")
    kind: Mapped[Code]
    code: Mapped[str] = mapped_column(String(1))
    since: Mapped[Day]
    until: Mapped[Day]
    number: Mapped[str] = mapped_column(String(50), default="")
    issuer: Mapped[Title] = mapped_column(default="")
    file_id: Mapped[int | None] = ref("stored_file.id")
    state: Mapped[Code]
    sent_by: Mapped[int | None] = ref("person.id")
    sent_at: Mapped[Moment] = mapped_column(default=now)
    decided_by: Mapped[int | None] = ref("person.id")
    decided_at: Mapped[Moment | None]
    # Why it was not taken, or was withdrawn.
    reason: Mapped[Long] = mapped_column(default="")
    reached_since: Mapped[Day]
    reached_until: Mapped[Day]
    corrected_at: Mapped[Moment | None]

    student: Mapped[Person] = relationship(foreign_keys=[student_id])
    sender: Mapped[Person | None] = relationship(foreign_keys=[sent_by])
    decider: Mapped[Person | None] = relationship(foreign_keys=[decided_by])
    file: Mapped[StoredFile | None] = relationship()
    requests: Mapped[list["AbsenceRequest"]] = relationship(back_populates="paper", order_by="AbsenceRequest.id")

    @property
    def kind_title(self) -> str:
        return PAPER_KINDS.get(self.kind, self.kind)


class AbsenceRequest(Base):
    """What a document asks of one journal, and what its teacher answered: waiting, accepted or declined."""

    __tablename__ = "absence_request"
    __table_args__ = (UniqueConstraint("paper_id", "course_id"),)

    id: Mapped[Id]
    paper_id: Mapped[int] = ref("absence_paper.id")
    # An empty journal that is taken away takes its request along; one with lessons is never taken away.
    course_id: Mapped[int] = ref("course.id", ondelete="CASCADE", index=True)
    answer: Mapped[Code] = mapped_column(default="waiting")
    answered_by: Mapped[int | None] = ref("person.id")
    answered_at: Mapped[Moment | None]
    reason: Mapped[Long] = mapped_column(default="")
    reminded_at: Mapped[Moment | None]

    paper: Mapped[AbsencePaper] = relationship(back_populates="requests")
    course: Mapped[Course] = relationship()
    answerer: Mapped[Person | None] = relationship()

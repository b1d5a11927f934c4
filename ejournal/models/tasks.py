"""Homework both ways (п. 4.5): tasks for named students, answers to tasks, works a student still owes."""

from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ejournal.extensions import Base
from ejournal.models.base import Code, Day, Id, Long, Moment, now, ref
from ejournal.models.homework import StoredFile


class AnswerMode(StrEnum):
    """Whether a task is answered in the diary: as the student likes, it must be, or it is not."""

    POSSIBLE = "possible"
    REQUIRED = "required"
    NONE = "none"


ANSWER_MODES = {
    AnswerMode.POSSIBLE: "ответ можно прислать",
    AnswerMode.REQUIRED: "нужен ответ",
    AnswerMode.NONE: "ответ не нужен",
}


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    RETURNED = "returned"


VERDICTS = {Verdict.ACCEPTED: "принято", Verdict.RETURNED: "на доработку"}


class PersonalTask(Base):
    """Homework of a lesson for some students only; its files are LessonFile rows that name it. A withdrawn one stays,
    marked: students have seen it."""

    __tablename__ = "personal_task"

    id: Mapped[Id]
    lesson_id: Mapped[int] = ref("lesson.id", index=True)
    text: Mapped[Long] = mapped_column(default="")
    due_date: Mapped[Day | None]
    answer: Mapped[Code] = mapped_column(default=AnswerMode.POSSIBLE)
    published_at: Mapped[Moment] = mapped_column(default=now)
    withdrawn_at: Mapped[Moment | None]
    created_by: Mapped[int | None] = ref("person.id")


class PersonalTaskStudent(Base):
    """A student a personal task is for. `ticked_at`: «сделано», ticked by the student for herself."""

    __tablename__ = "personal_task_student"
    __table_args__ = (UniqueConstraint("task_id", "student_id"),)

    id: Mapped[Id]
    task_id: Mapped[int] = ref("personal_task.id")
    student_id: Mapped[int] = ref("person.id", index=True)
    ticked_at: Mapped[Moment | None]


class TaskAnswer(Base):
    """One round of a student's answer to a lesson's homework, or to a personal task of it where `task_id` names one.

    The teacher's verdict stands in the round it is about; what is sent again is a new round.
    """

    __tablename__ = "task_answer"
    __table_args__ = (Index("ix_task_answer_lesson_student", "lesson_id", "student_id"),)

    id: Mapped[Id]
    lesson_id: Mapped[int] = ref("lesson.id")
    task_id: Mapped[int | None] = ref("personal_task.id", index=True)
    student_id: Mapped[int] = ref("person.id", index=True)
    round: Mapped[int] = mapped_column(default=1)
    text: Mapped[Long] = mapped_column(default="")
    sent_at: Mapped[Moment] = mapped_column(default=now)
    verdict: Mapped[Code | None]
    comment: Mapped[Long] = mapped_column(default="")
    checked_by: Mapped[int | None] = ref("person.id")
    checked_at: Mapped[Moment | None]

    files: Mapped[list["TaskAnswerFile"]] = relationship(order_by="TaskAnswerFile.id")


class TaskAnswerFile(Base):
    """A file a student sent with an answer."""

    __tablename__ = "task_answer_file"

    id: Mapped[Id]
    answer_id: Mapped[int] = ref("task_answer.id", index=True)
    file_id: Mapped[int] = ref("stored_file.id")

    file: Mapped[StoredFile] = relationship()


class OwedWork(Base):
    """«Не сдано»: a student still owes the work of a journal's column, by `due` where a term was set. A mark put into
    the cell closes it: such rows are left out when debts are read, and come back if the mark is taken away."""

    __tablename__ = "owed_work"
    __table_args__ = (UniqueConstraint("work_id", "student_id"),)

    id: Mapped[Id]
    work_id: Mapped[int] = ref("work.id", ondelete="CASCADE")
    student_id: Mapped[int] = ref("person.id", index=True)
    due: Mapped[Day | None]
    note: Mapped[Long] = mapped_column(default="")
    marked_by: Mapped[int | None] = ref("person.id")
    marked_at: Mapped[Moment] = mapped_column(default=now)

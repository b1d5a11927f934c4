"""Homework and materials of a lesson, and stored files (п. 4.4)."""

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ejournal.extensions import Base
from ejournal.models.base import Code, Day, Id, Long, Moment, Title, now, ref


class Homework(Base):
    """Homework given on a lesson. `published_at` is when it first could be read: the 19:00 term looks at it."""

    __tablename__ = "homework"
    __table_args__ = (UniqueConstraint("lesson_id"),)

    id: Mapped[Id]
    lesson_id: Mapped[int] = ref("lesson.id")
    text: Mapped[Long] = mapped_column(default="")
    due_date: Mapped[Day | None]
    # Whether the students answer it in the diary: a models.AnswerMode.
    answer: Mapped[Code] = mapped_column(default="possible", server_default="possible")
    published_at: Mapped[Moment]


class StoredFile(Base):
    """A file kept under instance/files by its hash; the name given by a person is only ever shown."""

    __tablename__ = "stored_file"

    id: Mapped[Id]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[Title]
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    uploaded_by: Mapped[int | None] = ref("person.id")
    uploaded_at: Mapped[Moment] = mapped_column(default=now)


class LessonFile(Base):
    """A file attached to a lesson as homework or as material for students; to a personal task where `task_id` names
    one, and then for its students only. Removed ones stay, marked."""

    __tablename__ = "lesson_file"

    id: Mapped[Id]
    lesson_id: Mapped[int] = ref("lesson.id", index=True)
    file_id: Mapped[int] = ref("stored_file.id")
    # homework, material, or personal where the file belongs to a personal task.
    purpose: Mapped[str] = mapped_column(String(16), default="homework")
    task_id: Mapped[int | None] = ref("personal_task.id", index=True)
    removed_at: Mapped[Moment | None]

    file: Mapped[StoredFile] = relationship()

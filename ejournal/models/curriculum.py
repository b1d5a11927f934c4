"""What is to be taught: disciplines with hours by semester, and thematic plans (КТП)."""

from enum import StrEnum

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ejournal.extensions import Base
from ejournal.models.base import Code, Id, Long, Title, ref


class DisciplineKind(StrEnum):
    """Kind of a curriculum row by its index."""

    OUD = "oud"
    OGSE = "ogse"
    EN = "en"
    SG = "sg"
    OP = "op"
    PM = "pm"
    MDK = "mdk"
    UP = "up"
    PP = "pp"
    GIA = "gia"
    OTHER = "other"


class Discipline(Base):
    """A row of a programme's curriculum. A module (ПМ) is a container: it has no journal of its own."""

    __tablename__ = "discipline"
    __table_args__ = (UniqueConstraint("programme_id", "index"),)

    id: Mapped[Id]
    programme_id: Mapped[int] = ref("programme.id")
    module_id: Mapped[int | None] = ref("discipline.id")
    index: Mapped[Code]
    title: Mapped[Title]
    kind: Mapped[Code]

    @property
    def label(self) -> str:
        return f"{self.index} {self.title}".strip()


class CurriculumHours(Base):
    """Hours and form of control of a discipline in one semester (1…8 of the whole programme).

    `admission_year` 0: the plan of every admission (набор). A group whose admission has rows of its own in the
    programme is taught by those alone.
    """

    __tablename__ = "curriculum_hours"
    __table_args__ = (UniqueConstraint("discipline_id", "semester", "admission_year"),)

    id: Mapped[Id]
    discipline_id: Mapped[int] = ref("discipline.id", ondelete="CASCADE")
    semester: Mapped[int]
    hours: Mapped[int]
    control: Mapped[str | None] = mapped_column(String(10))
    admission_year: Mapped[int] = mapped_column(default=0, server_default="0")


class ThematicPlan(Base):
    """КТП: ordered topics with hours, used by one or more journals."""

    __tablename__ = "thematic_plan"

    id: Mapped[Id]
    discipline_id: Mapped[int] = ref("discipline.id", index=True)
    title: Mapped[Title]
    author_id: Mapped[int | None] = ref("person.id")
    # The academic year it was made for; last year's plan stays as it was when it is copied.
    year_id: Mapped[int | None] = ref("academic_year.id")


class Topic(Base):
    __tablename__ = "topic"
    __table_args__ = (UniqueConstraint("plan_id", "ordinal"),)

    id: Mapped[Id]
    plan_id: Mapped[int] = ref("thematic_plan.id", ondelete="CASCADE")
    ordinal: Mapped[int]
    section: Mapped[Title] = mapped_column(default="")
    title: Mapped[Long]
    hours: Mapped[int] = mapped_column(default=2)
    kind: Mapped[Title] = mapped_column(default="")
    homework: Mapped[Long] = mapped_column(default="")

"""The journal: courses, lessons, works, cells (п. 3, 4.4). One Course is one journal."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ejournal.extensions import Base
from ejournal.models.base import Code, Day, Id, Long, Moment, Title, now, ref
from ejournal.models.college import AcademicYear, Group, Subgroup
from ejournal.models.curriculum import Discipline


class Stream(Base):
    """Поток: one lesson given to several courses together (объединение). Each course keeps its own journal."""

    __tablename__ = "stream"

    id: Mapped[Id]
    year_id: Mapped[int] = ref("academic_year.id", index=True)
    title: Mapped[Title]


class Course(Base):
    """Учебная нагрузка: a group (or subgroup) × discipline × year. Its teachers are dated CourseTeacher rows."""

    __tablename__ = "course"
    __table_args__ = (Index("ix_course_group_year", "group_id", "year_id"),)

    id: Mapped[Id]
    year_id: Mapped[int] = ref("academic_year.id")
    group_id: Mapped[int] = ref("student_group.id")
    subgroup_id: Mapped[int | None] = ref("subgroup.id")
    discipline_id: Mapped[int] = ref("discipline.id", index=True)
    plan_id: Mapped[int | None] = ref("thematic_plan.id")
    # Academic hours the load gives for the whole year.
    hours: Mapped[int] = mapped_column(default=0)
    stream_id: Mapped[int | None] = ref("stream.id", index=True)
    # The group's name in that year, kept when a group is renamed on the way to the next course.
    group_title: Mapped[str | None] = mapped_column(String(32))

    year: Mapped[AcademicYear] = relationship()
    group: Mapped[Group] = relationship()
    subgroup: Mapped[Subgroup | None] = relationship()
    discipline: Mapped[Discipline] = relationship()

    @property
    def audience(self) -> str:
        """«ИС-21» or «ИС-21, подгруппа 1»."""
        group = self.group_title or self.group.title
        return f"{group}, {self.subgroup.title}" if self.subgroup else group

    @property
    def title(self) -> str:
        return f"{self.discipline.label} — {self.audience}"


class CourseHours(Base):
    """Academic hours of the load in one period of the year; `number` is the period's (1, 2 …)."""

    __tablename__ = "course_hours"
    __table_args__ = (UniqueConstraint("course_id", "number"),)

    id: Mapped[Id]
    course_id: Mapped[int] = ref("course.id", ondelete="CASCADE")
    number: Mapped[int]
    hours: Mapped[int]


class CourseTeacher(Base):
    """Who teaches a course, dated: who taught it then is asked as of the lesson's date."""

    __tablename__ = "course_teacher"
    __table_args__ = (Index("ix_course_teacher_teacher_course", "teacher_id", "course_id"),)

    id: Mapped[Id]
    course_id: Mapped[int] = ref("course.id", index=True)
    teacher_id: Mapped[int] = ref("person.id")
    since: Mapped[Day | None]
    until: Mapped[Day | None]


class LessonState(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    MOVED = "moved"
    CANCELLED = "cancelled"


LESSON_STATES = {
    LessonState.PLANNED: "запланировано",
    LessonState.HELD: "проведено",
    LessonState.MOVED: "перенесено",
    LessonState.CANCELLED: "отменено",
}


class Lesson(Base):
    """A pair on a date. A moved lesson keeps its old date in `moved_from`. `hours` are academic (a pair is 2)."""

    __tablename__ = "lesson"
    __table_args__ = (
        Index("ix_lesson_course_date", "course_id", "date", "pair"),
        Index("ix_lesson_date", "date"),
        CheckConstraint("hours > 0", name="hours"),
    )

    id: Mapped[Id]
    course_id: Mapped[int] = ref("course.id")
    date: Mapped[Day]
    pair: Mapped[int]
    hours: Mapped[int] = mapped_column(default=2)
    room: Mapped[str] = mapped_column(String(32), default="")
    # Who gives this lesson instead of the course's teachers (замена): may fill it, and nothing else of the journal.
    teacher_id: Mapped[int | None] = ref("person.id", index=True)
    # Made from the timetable: while nothing is filled in, generating again may move it or take it away.
    generated: Mapped[bool] = mapped_column(default=False, server_default=false())
    state: Mapped[Code] = mapped_column(default=LessonState.PLANNED)
    moved_from: Mapped[Day | None]
    reason: Mapped[Long] = mapped_column(default="")
    topic: Mapped[Long] = mapped_column(default="")
    topic_id: Mapped[int | None] = ref("topic.id")
    recommendations: Mapped[Long] = mapped_column(default="")
    # Attendance was gone through: an empty list of absentees is then a fact, not an omission (п. 4.4).
    attendance_at: Mapped[Moment | None]
    version: Mapped[int] = mapped_column(default=0)

    course: Mapped[Course] = relationship()
    works: Mapped[list["Work"]] = relationship(
        back_populates="lesson", order_by="Work.ordinal", cascade="all, delete-orphan"
    )


class WorkKind(Base):
    """Вид работы: ответ, самостоятельная, контрольная …, with its usual weight."""

    __tablename__ = "work_kind"

    id: Mapped[Id]
    title: Mapped[Title] = mapped_column(unique=True)
    short: Mapped[str] = mapped_column(String(8))
    weight: Mapped[int] = mapped_column(default=1)
    ordinal: Mapped[int] = mapped_column(default=0)


class Work(Base):
    """What was graded on a lesson; one grid column. `mark_due` is its own, longer checking term (п. 4.4)."""

    __tablename__ = "work"
    __table_args__ = (UniqueConstraint("lesson_id", "ordinal"), CheckConstraint("weight > 0", name="weight"))

    id: Mapped[Id]
    lesson_id: Mapped[int] = ref("lesson.id")
    kind_id: Mapped[int] = ref("work_kind.id")
    ordinal: Mapped[int] = mapped_column(default=0)
    title: Mapped[Title] = mapped_column(default="")
    weight: Mapped[int] = mapped_column(default=1)
    mark_due: Mapped[Day | None]

    lesson: Mapped[Lesson] = relationship(back_populates="works")
    kind: Mapped[WorkKind] = relationship()


class Cell(Base):
    """A student × a work: attendance code and/or mark. An emptied cell stays, so that its version goes on."""

    __tablename__ = "cell"
    __table_args__ = (
        UniqueConstraint("work_id", "student_id"),
        # The marks of a student, of all years, without a look into the table: its rows lie by journal and day.
        Index("ix_cell_student_marks", "student_id", "work_id", "attendance", "mark"),
        # What changed since a moment is asked twice a minute (services/news_marks.py).
        Index("ix_cell_updated_at", "updated_at"),
    )

    id: Mapped[Id]
    work_id: Mapped[int] = ref("work.id")
    student_id: Mapped[int] = ref("person.id")
    attendance: Mapped[str | None] = mapped_column(String(1))
    mark: Mapped[str | None] = mapped_column(String(2))
    version: Mapped[int] = mapped_column(default=1)
    updated_by: Mapped[int | None] = ref("person.id")
    updated_at: Mapped[Moment] = mapped_column(default=now)

    work: Mapped[Work] = relationship()

    # Written as it was read or not at all (R4.2.g), by a long list too, beside which somebody saves a mark; the save
    # itself goes past the ORM (services/cells.py).
    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012 - as SQLAlchemy has it


class PeriodMark(Base):
    """The mark of a student for a period (п. 4.4); may be «н/а»."""

    __tablename__ = "period_mark"
    __table_args__ = (UniqueConstraint("course_id", "period_id", "student_id"),)

    id: Mapped[Id]
    course_id: Mapped[int] = ref("course.id")
    period_id: Mapped[int] = ref("period.id")
    student_id: Mapped[int] = ref("person.id", index=True)
    mark: Mapped[str | None] = mapped_column(String(3))
    version: Mapped[int] = mapped_column(default=1)
    updated_by: Mapped[int | None] = ref("person.id")
    updated_at: Mapped[Moment] = mapped_column(default=now)


class PeriodClosing(Base):
    """The journal of a period is closed: from here on its cells change only after an unlock (п. 4.4)."""

    __tablename__ = "period_closing"
    __table_args__ = (UniqueConstraint("course_id", "period_id"),)

    id: Mapped[Id]
    course_id: Mapped[int] = ref("course.id")
    period_id: Mapped[int] = ref("period.id")
    closed_by: Mapped[int | None] = ref("person.id")
    closed_at: Mapped[Moment] = mapped_column(default=now)

"""The college: settings, years and periods, programmes, groups and who is in them (п. 4.2)."""

from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ejournal.domain import calendar
from ejournal.extensions import Base
from ejournal.models.base import Code, Day, Id, Moment, Title, ref
from ejournal.models.people import Person


class Setting(Base):
    """A setting of the college; defaults live in services/settings.py."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


class AcademicYear(Base):
    __tablename__ = "academic_year"

    id: Mapped[Id]
    title: Mapped[Code] = mapped_column(unique=True)
    starts: Mapped[Day]
    ends: Mapped[Day]
    closed_at: Mapped[Moment | None]


class Period(Base):
    """A semester, trimester or module. `course_number` None: all courses; `group_id` wins over the course."""

    __tablename__ = "period"
    __table_args__ = (CheckConstraint("ends >= starts", name="dates"),)

    id: Mapped[Id]
    year_id: Mapped[int] = ref("academic_year.id", index=True)
    course_number: Mapped[int | None]
    group_id: Mapped[int | None] = ref("student_group.id")
    number: Mapped[int]
    title: Mapped[Title]
    starts: Mapped[Day]
    ends: Mapped[Day]


class Vacation(Base):
    """Days without lessons: vacations by course (None: all) and state holidays."""

    __tablename__ = "vacation"

    id: Mapped[Id]
    year_id: Mapped[int] = ref("academic_year.id", index=True)
    course_number: Mapped[int | None]
    title: Mapped[Title]
    starts: Mapped[Day]
    ends: Mapped[Day]
    # "vacation" or "holiday": a holiday of the production calendar is everybody's.
    kind: Mapped[Code] = mapped_column(default="vacation", server_default="vacation")


class Programme(Base):
    """Специальность or профессия, such as 09.02.07."""

    __tablename__ = "programme"

    id: Mapped[Id]
    code: Mapped[Code] = mapped_column(unique=True)
    title: Mapped[Title]
    qualification: Mapped[str] = mapped_column(String(250), default="")
    years: Mapped[int] = mapped_column(default=4)


class Group(Base):
    """Учебная группа. `gkey` is the title as spelling variants share it («ИС 21» = «ис-21»)."""

    __tablename__ = "student_group"

    id: Mapped[Id]
    title: Mapped[Code] = mapped_column(unique=True)
    gkey: Mapped[Code] = mapped_column(unique=True)
    programme_id: Mapped[int | None] = ref("programme.id")
    admission_year: Mapped[int]
    # Years of study where they differ from the programme's (after 11 classes, в заочной форме).
    years: Mapped[int | None]
    study_form: Mapped[Code] = mapped_column(default="очная", server_default="очная")
    released_on: Mapped[Day | None]

    programme: Mapped[Programme | None] = relationship()

    def course_number(self, year_starts: int) -> int:
        """Курс of the group in the academic year that starts in `year_starts`; below 1 it is not admitted yet."""
        return calendar.course_number(year_starts, self.admission_year)


class Curatorship(Base):
    """Who leads a group, dated."""

    __tablename__ = "curatorship"

    id: Mapped[Id]
    group_id: Mapped[int] = ref("student_group.id", index=True)
    person_id: Mapped[int] = ref("person.id", index=True)
    since: Mapped[Day]
    until: Mapped[Day | None]


class Subgroup(Base):
    __tablename__ = "subgroup"
    __table_args__ = (UniqueConstraint("group_id", "title"),)

    id: Mapped[Id]
    group_id: Mapped[int] = ref("student_group.id")
    title: Mapped[Title]


class SubgroupMember(Base):
    __tablename__ = "subgroup_member"
    __table_args__ = (Index("ix_subgroup_member_both", "subgroup_id", "student_id"),)

    id: Mapped[Id]
    subgroup_id: Mapped[int] = ref("subgroup.id")
    student_id: Mapped[int] = ref("person.id", index=True)
    since: Mapped[Day]
    until: Mapped[Day | None]


class Enrollment(Base):
    """A student in a group from–to (both days included) with the orders (движение контингента)."""

    __tablename__ = "enrollment"
    __table_args__ = (
        Index("ix_enrollment_group_student", "group_id", "student_id"),
        CheckConstraint("until IS NULL OR until >= since", name="dates"),
    )

    id: Mapped[Id]
    student_id: Mapped[int] = ref("person.id", index=True)
    group_id: Mapped[int] = ref("student_group.id")
    since: Mapped[Day]
    until: Mapped[Day | None]
    # What began it: see COMING; None for lists imported without an order.
    came_kind: Mapped[str | None] = mapped_column(String(32))
    order_in: Mapped[str | None] = mapped_column(String(50))
    order_in_date: Mapped[Day | None]
    # What ended it: EXPELLED, MOVED … (see LEAVING), with its own order.
    left_kind: Mapped[str | None] = mapped_column(String(32))
    order_out: Mapped[str | None] = mapped_column(String(50))
    order_out_date: Mapped[Day | None]

    student: Mapped[Person] = relationship()
    group: Mapped[Group] = relationship()


COMING = {
    "enrolled": "зачислен",
    "moved": "переведён",
    "restored": "восстановлен",
}
LEAVING = {
    "moved": "переведён",
    "expelled": "отчислен",
    "leave": "академический отпуск",
    "graduated": "выпущен",
}

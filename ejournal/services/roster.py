"""Who is in a journal: everybody who ever was in its group or subgroup, with the days of membership, and who studies
in it by an individual plan (п. 4.2)."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from ejournal.access import lasting, prepared
from ejournal.extensions import db
from ejournal.models import LEAVING, Course, Enrollment, Person, SubgroupMember
from ejournal.services import individual_lists, stats
from ejournal.services.individual_lists import EVER, Span, overlap

# A cell as the page writes it: can't be edited, version, text. A plain tuple: a large grid has thousands.
Shown = tuple[bool, int, str]
NOTHING = (0, "")


@dataclass(slots=True)
class Student:
    """A row. `note` says with which order the student left or studies otherwise; `days` are the spans of membership."""

    id: int
    name: str
    full_name: str
    skey: str = ""
    days: list[Span] = field(default_factory=list)
    note: str = ""
    # An individual plan changes when the student is in the list; a guest is of another group.
    is_individual: bool = False
    is_guest: bool = False
    cells: list[Shown] = field(default_factory=list)
    figures: stats.RowStats = stats.NO_STATS
    period_marks: list[str] = field(default_factory=list)
    # «есть документ: б с 3 по 8.11»: what a registered document says of the days shown (п. 4.3).
    paper: str = ""
    # The columns of marks as the grid writes them (see grid_marks).
    marks: list[Any] = field(default_factory=list)

    def was_there(self, day: date) -> bool:
        return any(since <= day <= until for since, until in self.days)

    def was_within(self, first: date, last: date) -> bool:
        """Whether the student was in the list on any of those days."""
        return any(since <= last and until >= first for since, until in self.days)

    def is_listed(self, first: date, last: date) -> bool:
        """Whether a list of those days names the student: whom a plan keeps off it is in no part of them."""
        return not self.is_individual or any(since <= last and until >= first for since, until in self.days)


def students_of(course: Course) -> list[Student]:
    """Everybody who was ever in the journal's group or subgroup, by surname; who left stays, with the order.

    Whom an individual plan keeps off the journal is there with the days that are left, perhaps none: see is_listed.
    """
    members = _subgroup_spans(course)
    students: dict[int, Student] = {}
    for row in db.session.execute(*_in_group(course.group_id, course.year.starts, course.year.ends)):
        own = (row.since, row.until or EVER)
        spans = [own] if members is None else overlap(own, members.get(row.id, []))
        if not spans:
            continue
        student = students.setdefault(
            row.id,
            Student(
                row.id,
                f"{row.surname} {row.name}".strip(),
                f"{row.surname} {row.name} {row.patronymic}".strip(),
                row.skey,
            ),
        )
        student.days.extend(spans)
        student.note = leaving_note(row)
    return _with_plans(course, students)


@prepared
def _in_group(group_id: int, starts: date, ends: date) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Person.id, Person.skey, Person.surname, Person.name, Person.patronymic,
            Enrollment.since, Enrollment.until, Enrollment.left_kind, Enrollment.order_out, Enrollment.order_out_date,
        )
        .join(Enrollment, Enrollment.student_id == Person.id)
        .where(
            Enrollment.group_id == group_id,
            Enrollment.since <= ends,
            lasting(Enrollment, starts),
        )
        .order_by(Person.skey, Person.id, Enrollment.since)
    )  # fmt: skip


def _with_plans(course: Course, students: dict[int, Student]) -> list[Student]:
    """The list as individual plans change it, still by surname."""
    joined = False
    for listing in individual_lists.of_course(course):
        student = students.get(listing.student_id)
        if listing.joins:
            if student is None:
                student = Student(listing.student_id, listing.name, listing.full_name, listing.skey, is_guest=True)
                students[student.id] = student
                joined = True
            student.days.extend(listing.days)
        elif student:
            student.days = individual_lists.without(student.days, listing.span)
        if student:
            student.is_individual = True
            student.note = student.note or listing.note
    found = list(students.values())
    return sorted(found, key=lambda student: (student.skey, student.id)) if joined else found


def _subgroup_spans(course: Course) -> dict[int, list[Span]] | None:
    if course.subgroup_id is None:
        return None
    spans: dict[int, list[Span]] = {}
    for student_id, since, until in db.session.execute(
        select(SubgroupMember.student_id, SubgroupMember.since, SubgroupMember.until).where(
            SubgroupMember.subgroup_id == course.subgroup_id
        )
    ):
        spans.setdefault(student_id, []).append((since, until or EVER))
    return spans


def leaving_note(row: Any) -> str:
    """«отчислен, приказ № 12 от 01.10.2026» of a membership; "" of one that goes on."""
    if row.until is None or row.left_kind is None:
        return ""
    order = f", приказ № {row.order_out}" if row.order_out else ""
    dated = f" от {row.order_out_date:%d.%m.%Y}" if row.order_out_date else ""
    return f"{LEAVING.get(row.left_kind, row.left_kind)}{order}{dated}"

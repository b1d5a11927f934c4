"""Who is in a journal: everybody who ever was in its group or subgroup, with the days of membership."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from ejournal.extensions import db
from ejournal.models import LEAVING, Course, Enrollment, Person, SubgroupMember
from ejournal.services import stats

EVER = date(2200, 1, 1)
# A cell as the page writes it: can't be edited, version, text. A plain tuple: a large grid has thousands.
Shown = tuple[bool, int, str]
NOTHING = (0, "")


@dataclass(slots=True)
class Student:
    """A row. `note` says with which order the student left; `days` are the spans of membership."""

    id: int
    name: str
    full_name: str
    days: list[tuple[date, date]] = field(default_factory=list)
    note: str = ""
    cells: list[Shown] = field(default_factory=list)
    figures: stats.RowStats = stats.NO_STATS
    period_marks: list[str] = field(default_factory=list)

    def was_there(self, day: date) -> bool:
        return any(since <= day <= until for since, until in self.days)


def students_of(course: Course) -> list[Student]:
    """Everybody who was ever in the journal's group or subgroup, by surname; who left stays, with the order."""
    query = (
        select(
            Person.id, Person.surname, Person.name, Person.patronymic,
            Enrollment.since, Enrollment.until, Enrollment.left_kind, Enrollment.order_out, Enrollment.order_out_date,
        )
        .join(Enrollment, Enrollment.student_id == Person.id)
        .where(
            Enrollment.group_id == course.group_id,
            Enrollment.since <= course.year.ends,
            or_(Enrollment.until.is_(None), Enrollment.until >= course.year.starts),
        )
        .order_by(Person.skey, Person.id, Enrollment.since)
    )  # fmt: skip
    members = _subgroup_spans(course)
    students: dict[int, Student] = {}
    for row in db.session.execute(query):
        spans = _overlap((row.since, row.until or EVER), None if members is None else members.get(row.id, []))
        if not spans:
            continue
        student = students.setdefault(
            row.id,
            Student(
                row.id,
                f"{row.surname} {row.name}".strip(),
                f"{row.surname} {row.name} {row.patronymic}".strip(),
            ),
        )
        student.days.extend(spans)
        student.note = leaving_note(row)
    return list(students.values())


def _subgroup_spans(course: Course) -> dict[int, list[tuple[date, date]]] | None:
    if course.subgroup_id is None:
        return None
    spans: dict[int, list[tuple[date, date]]] = {}
    for student_id, since, until in db.session.execute(
        select(SubgroupMember.student_id, SubgroupMember.since, SubgroupMember.until).where(
            SubgroupMember.subgroup_id == course.subgroup_id
        )
    ):
        spans.setdefault(student_id, []).append((since, until or EVER))
    return spans


def _overlap(span: tuple[date, date], within: Sequence[tuple[date, date]] | None) -> list[tuple[date, date]]:
    if within is None:
        return [span]
    both = [(max(span[0], first), min(span[1], last)) for first, last in within]
    return [(first, last) for first, last in both if first <= last]


def leaving_note(row: Any) -> str:
    """«отчислен, приказ № 12 от 01.10.2026» of a membership; "" of one that goes on."""
    if row.until is None or row.left_kind is None:
        return ""
    order = f", приказ № {row.order_out}" if row.order_out else ""
    dated = f" от {row.order_out_date:%d.%m.%Y}" if row.order_out_date else ""
    return f"{LEAVING.get(row.left_kind, row.left_kind)}{order}{dated}"

"""Everybody who was in a group in a year, with how the membership ended (п. 4.2: движение контингента)."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import select

from ejournal.access import lasting
from ejournal.domain.names import full_name
from ejournal.extensions import db
from ejournal.models import AcademicYear, Enrollment, Group, Person
from ejournal.services import roster


class Line(NamedTuple):
    """`note`: with which order the student left; "" of who stayed."""

    student_id: int
    name: str
    since: date
    note: str


def of_year(group: Group, year: AcademicYear) -> list[Line]:
    """By surname; who came back has one line, of the last membership. One query."""
    rows = db.session.execute(
        select(
            Person.id, Person.surname, Person.name, Person.patronymic,
            Enrollment.since, Enrollment.until, Enrollment.left_kind, Enrollment.order_out, Enrollment.order_out_date,
        )
        .join(Enrollment, Enrollment.student_id == Person.id)
        .where(
            Enrollment.group_id == group.id,
            Enrollment.since <= year.ends,
            lasting(Enrollment, year.starts),
        )
        .order_by(Person.skey, Person.id, Enrollment.since)
    )  # fmt: skip
    lines = {
        row.id: Line(row.id, full_name(row.surname, row.name, row.patronymic), row.since, roster.leaving_note(row))
        for row in rows
    }
    return list(lines.values())

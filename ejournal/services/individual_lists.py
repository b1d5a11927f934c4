"""Which journals list a student with an individual plan (п. 4.2), as of a day: a discipline that is exempt, or studied
with another group, takes the student off the own group's journal of it; a named journal lists the student as a guest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from ejournal.access import in_force, lasting, prepared
from ejournal.domain.names import full_name
from ejournal.extensions import db
from ejournal.models import Course, Enrollment, Group, IndividualPlan, IndividualRow, Person

EVER = date(2200, 1, 1)
Span = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Listing:
    """A row of a plan as one journal meets it: the student joins it as a guest, or stays away from it."""

    student_id: int
    skey: str
    name: str
    full_name: str
    joins: bool
    span: Span
    # Between these days the student was in some group of the college: a guest who is expelled is no guest.
    enrolled: Span
    note: str

    @property
    def days(self) -> list[Span]:
        return overlap(self.span, [self.enrolled])


class Away(NamedTuple):
    """How a plan has a student study a discipline other than with the own group: in a journal, whose discipline may be
    the one of that name in another programme; exempt where there is none."""

    course_id: int | None
    discipline_id: int

    @property
    def is_exempt(self) -> bool:
        return self.course_id is None


def away_on(group_id: int, day: date) -> dict[tuple[int, int], Away]:
    """What plans say of the students of a group on a day, by student and discipline of the plan. One query."""
    rows = db.session.execute(
        select(IndividualPlan.student_id, IndividualRow.discipline_id, Course.id, Course.discipline_id.label("there"))
        .join(IndividualRow, IndividualRow.plan_id == IndividualPlan.id)
        .join(Enrollment, Enrollment.student_id == IndividualPlan.student_id)
        .outerjoin(Course, and_(Course.id == IndividualRow.course_id, ~IndividualRow.exempt))
        .where(
            Enrollment.group_id == group_id,
            in_force(Enrollment, day),
            in_force(IndividualPlan, day),
            or_(IndividualRow.exempt, IndividualRow.course_id.is_not(None)),
        )
        # Who is exempt by one plan of two is exempt.
        .order_by(IndividualRow.exempt, IndividualRow.id)
    )
    return {(row.student_id, row.discipline_id): Away(row.id, row.there or row.discipline_id) for row in rows}


def of_course(course: Course) -> list[Listing]:
    """What individual plans change in the list of a journal, in alphabetical order. One query."""
    year = course.year
    return [
        _listing(course, row)
        for row in db.session.execute(*_listed(course.id, course.discipline_id, year.starts, year.ends))
    ]


@prepared
def _listed(course_id: int, discipline_id: int, starts: date, ends: date) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Person.id, Person.skey, Person.surname, Person.name, Person.patronymic,
            IndividualRow.exempt, IndividualRow.course_id,
            IndividualPlan.since, IndividualPlan.until, IndividualPlan.order_number,
            Enrollment.since.label("came"), Enrollment.until.label("went"), Group.title,
        )
        .join(IndividualPlan, IndividualPlan.id == IndividualRow.plan_id)
        .join(Person, Person.id == IndividualPlan.student_id)
        .join(Enrollment, Enrollment.student_id == Person.id)
        .join(Group, Group.id == Enrollment.group_id)
        .where(
            or_(IndividualRow.course_id == course_id, _elsewhere(discipline_id, course_id)),
            IndividualPlan.since <= ends,
            lasting(IndividualPlan, starts),
            Enrollment.since <= ends,
            lasting(Enrollment, starts),
        )
        .order_by(Person.skey, Person.id, IndividualPlan.since, Enrollment.since)
    )  # fmt: skip


def stays_away(student_id: Any, day: Any, course: Any = Course) -> ColumnElement[bool]:
    """The condition that a plan takes a student off the enclosing query's Course on a day."""
    return exists().where(
        IndividualPlan.student_id == student_id,
        in_force(IndividualPlan, day),
        IndividualRow.plan_id == IndividualPlan.id,
        _elsewhere(course.discipline_id, course.id),
    )


def is_guest(student_id: Any, day: Any, course: Any = Course) -> ColumnElement[bool]:
    """The condition that a plan puts a student on the enclosing query's Course on a day."""
    return and_(
        exists().where(
            IndividualPlan.student_id == student_id,
            in_force(IndividualPlan, day),
            IndividualRow.plan_id == IndividualPlan.id,
            IndividualRow.course_id == course.id,
        ),
        exists().where(Enrollment.student_id == student_id, in_force(Enrollment, day)),
    )


def overlap(span: Span, within: Sequence[Span]) -> list[Span]:
    """The days that are in the span and in one of the others."""
    both = [(max(span[0], first), min(span[1], last)) for first, last in within]
    return [(first, last) for first, last in both if first <= last]


def without(spans: Sequence[Span], taken: Span) -> list[Span]:
    """The days of spans that are not in the one taken away."""
    before, after = (date.min, taken[0] - timedelta(days=1)), (taken[1] + timedelta(days=1), date.max)
    return [part for span in spans for part in overlap(span, [before, after])]


def _elsewhere(discipline_id: Any, course_id: Any) -> ColumnElement[bool]:
    return and_(
        IndividualRow.discipline_id == discipline_id,
        or_(IndividualRow.exempt, and_(IndividualRow.course_id.is_not(None), IndividualRow.course_id != course_id)),
    )


def _listing(course: Course, row: Any) -> Listing:
    joins = row.course_id == course.id
    if joins:
        what = f"{row.title}, инд. план"
    else:
        what = "инд. план: не изучает с группой" if row.exempt else "инд. план: изучает с другой группой"
    dates = f" с {row.since:%d.%m}" + (f" по {row.until:%d.%m.%Y}" if row.until else "")
    order = f", приказ № {row.order_number}" if row.order_number else ""
    return Listing(
        row.id,
        row.skey,
        f"{row.surname} {row.name}".strip(),
        full_name(row.surname, row.name, row.patronymic),
        joins,
        (row.since, row.until or EVER),
        (row.came, row.went or EVER),
        f"{what}{dates}{order}",
    )

"""Marks of a period and a year on papers about students: of several journals of one discipline, which one speaks."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import aliased

from ejournal.access import prepared
from ejournal.extensions import db
from ejournal.models import AcademicYear, Course, Group, Period, PeriodMark, Person, YearMark
from ejournal.services import settings
from ejournal.services.cell_context import enrolled_on, period_like


def of_period(student_ids: Sequence[int], period: Period) -> dict[int, dict[int, str]]:
    """The marks of a period by student and discipline: each journal's of its own period with that number, for a guest's
    or a former group's may have other dates (п. 4.2). One query."""
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for student_id, discipline_id, mark in db.session.execute(
        *_of_period(student_ids, period.year_id, period.id, period.number, _last_day(period))
    ):
        found[student_id][discipline_id] = mark
    return found


@prepared
def _of_period(
    students: Sequence[int], year_id: int, period_id: int, number: int, last: date
) -> Select[*tuple[Any, ...]]:
    return (
        select(PeriodMark.student_id, Course.discipline_id, PeriodMark.mark)
        .join(Course, Course.id == PeriodMark.course_id)
        .join(Group, Group.id == Course.group_id)
        .join(AcademicYear, AcademicYear.id == Course.year_id)
        .where(
            PeriodMark.student_id.in_(students),
            Course.year_id == year_id,
            PeriodMark.period_id == period_like(period_id, number),
            PeriodMark.mark.is_not(None),
            _speaks(PeriodMark.student_id, last),
        )
        .order_by(Course.id)
    )


def of_year(student_ids: Sequence[int], period: Period) -> dict[int, dict[int, dict[str, str]]]:
    """Marks for the year and final ones by student, discipline and kind; none where a later period of the year is still
    to come, so that a semester's paper printed again after the year says what it said. Two queries."""
    found: dict[int, dict[int, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    later = select(Period.id).where(
        Period.year_id == period.year_id,
        Period.starts > period.ends,
        Period.group_id.is_not_distinct_from(period.group_id),
        Period.course_number.is_not_distinct_from(period.course_number),
    )
    if db.session.scalar(later.limit(1)):
        return {}
    for student_id, discipline_id, kind, mark in db.session.execute(
        *_of_year(student_ids, period.year_id, _last_day(period))
    ):
        found[student_id][discipline_id][kind] = mark
    return found


@prepared
def _of_year(students: Sequence[int], year_id: int, last: date) -> Select[*tuple[Any, ...]]:
    return (
        select(YearMark.student_id, Course.discipline_id, YearMark.kind, YearMark.mark)
        .join(Course, Course.id == YearMark.course_id)
        .where(
            YearMark.student_id.in_(students),
            Course.year_id == year_id,
            YearMark.mark.is_not(None),
            _speaks(YearMark.student_id, last),
        )
        .order_by(Course.id)
    )


def _last_day(period: Period) -> date:
    """The period's last day, or today while it runs."""
    return min(period.ends, settings.today())


def _speaks(student_id: Any, last: date) -> ColumnElement[bool]:
    """The condition that a mark of the query's Course is the discipline's: the journal lists the student on the last
    day, as reports have it (reports.marks). Of who is in none of the discipline's by then a mark is not lost. Where two
    do at once (lectures and a subgroup's practice), the newer one is read last."""
    other, student = aliased(Course), aliased(Person)
    another = (
        select(other.id)
        .join(student, student.id == student_id)
        .where(
            other.discipline_id == Course.discipline_id,
            other.year_id == Course.year_id,
            enrolled_on(student.id, last, other),
        )
    )
    return or_(enrolled_on(student_id, last), ~another.exists())

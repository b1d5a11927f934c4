"""Groups that study in a year."""

from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from ejournal.access import running
from ejournal.extensions import db
from ejournal.models import AcademicYear, Course, Enrollment, Group, Programme
from ejournal.services import settings

USUAL_YEARS = 4


class Named(NamedTuple):
    """A group as lists name it, with its курс in the year."""

    id: int
    title: str
    number: int


def studying(year: AcademicYear) -> list[Group]:
    """The groups of a year: admitted, not released before it; by course and name. One query."""
    rows = db.session.scalars(_of_year(select(Group), year).options(joinedload(Group.programme)))
    return [group for group in rows if group.course_number(year.starts.year) <= years_of_study(group)]


def named(year: AcademicYear) -> list[Named]:
    """The same as plain rows: a large college's lists have hundreds. One query."""
    columns: Any = (Group.id, Group.title, Group.admission_year, Group.years, Programme.years)
    query = select(*columns).outerjoin(Group.programme)
    next_year = year.starts.year + 1
    return [
        Named(id_, title, next_year - admitted)
        for id_, title, admitted, own, of_programme in db.session.connection().execute(_of_year(query, year)).all()
        if next_year - admitted <= _lasting(own, of_programme)
    ]


def title_on(group: Group, day: date) -> str:
    """What the journals of the year of a day call the group: papers of that year keep the name it had then.

    A journal that keeps no name is called as the group is now, and so is its year; else the latest made has it right.
    """
    kept = (
        select(Course.group_title)
        .join(AcademicYear, AcademicYear.id == Course.year_id)
        .where(Course.group_id == group.id, running(day))
        .order_by(Course.group_title.is_(None).desc(), Course.id.desc())
    )
    return db.session.scalar(kept.limit(1)) or group.title


def _of_year(query: Select[Any], year: AcademicYear) -> Select[Any]:
    return query.where(
        Group.admission_year <= year.starts.year,
        or_(Group.released_on.is_(None), Group.released_on >= year.starts),
    ).order_by(Group.admission_year.desc(), Group.gkey)


def years_of_study(group: Group) -> int:
    return _lasting(group.years, group.programme.years if group.programme else None)


def _lasting(own: int | None, of_programme: int | None) -> int:
    """How many courses a group has: its own number, else its programme's."""
    return own or (USUAL_YEARS if of_programme is None else of_programme)


def find(group_id: int) -> Group | None:
    return db.session.get(Group, group_id)


def titles_of(student_ids: Collection[int]) -> dict[int, str]:
    """The group each student is in today, or was in last; a coming transfer does not count yet. One query."""
    rows = db.session.execute(
        select(Enrollment.student_id, Group.title)
        .join(Group, Group.id == Enrollment.group_id)
        .where(Enrollment.student_id.in_(student_ids), Enrollment.since <= settings.today())
        .order_by(Enrollment.since, Enrollment.id)
    )
    return {row.student_id: row.title for row in rows}

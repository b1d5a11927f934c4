"""Groups that study in a year."""

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from ejournal.extensions import db
from ejournal.models import AcademicYear, Group

USUAL_YEARS = 4


def studying(year: AcademicYear) -> list[Group]:
    """The groups of a year: admitted, not released before it; by course and name. One query."""
    rows = db.session.scalars(
        select(Group)
        .where(
            Group.admission_year <= year.starts.year,
            or_(Group.released_on.is_(None), Group.released_on >= year.starts),
        )
        .options(joinedload(Group.programme))
        .order_by(Group.admission_year.desc(), Group.gkey)
    )
    return [group for group in rows if group.course_number(year.starts.year) <= years_of_study(group)]


def years_of_study(group: Group) -> int:
    """How many courses the group has: its own number, else its programme's."""
    return group.years or (group.programme.years if group.programme else USUAL_YEARS)


def find(group_id: int) -> Group | None:
    return db.session.get(Group, group_id)

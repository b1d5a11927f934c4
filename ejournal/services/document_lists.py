"""What the pages of printed documents offer: groups and journals of the viewer, a group's students, periods, months."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import joinedload

from ejournal.access import OVERSEERS, Viewer, courses_seen_by, leads
from ejournal.domain import calendar
from ejournal.extensions import db
from ejournal.models import Course, Discipline, Group, Period, Person
from ejournal.services import courses, group_admin, group_list, groups, movement_plan, periods, settings, statements
from ejournal.services.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class GroupPage:
    """A group with everything its documents are chosen by. `months`: («2026-11», «ноябрь 2026»), the newest first."""

    group: Group
    students: list[Person]
    period_choices: list[tuple[int, str]]
    months: list[tuple[str, str]]
    courses: list[Course]


def groups_led(viewer: Viewer) -> list[Group]:
    """The groups whose documents the viewer prints: the led ones, for administration all of the year."""
    if viewer.holds(OVERSEERS):
        return groups.studying(periods.chosen())
    return group_list.led(viewer)


def journals_seen(viewer: Viewer) -> list[Course]:
    """The year's journals a teacher or a group leader may print; administration goes by groups."""
    if viewer.holds(OVERSEERS):
        return []
    today = settings.today()
    year = periods.current(today)
    if year is None:
        return []
    return list(
        db.session.scalars(
            courses_seen_by(viewer, today)
            .where(Course.year_id == year.id)
            .join(Discipline, Discipline.id == Course.discipline_id)
            .join(Group, Group.id == Course.group_id)
            .options(joinedload(Course.group), joinedload(Course.subgroup), joinedload(Course.discipline))
            .order_by(Group.gkey, Discipline.index, Course.id)
        )
    )


def of_group(viewer: Viewer, group_id: int) -> GroupPage:
    """Raises NotFoundError where the viewer does not lead the group."""
    today = settings.today()
    group = group_admin.find(group_id)
    if not leads(viewer, group_id, today):
        raise NotFoundError
    year = periods.chosen()
    return GroupPage(
        group, movement_plan.in_group(group_id, today), _choices(statements.periods_of(group)),
        _months(year.starts, today), courses.of_group(group_id, year.id),
    )  # fmt: skip


def _choices(rows: list[Period]) -> list[tuple[int, str]]:
    return [(row.id, row.title) for row in rows]


def _months(first: date, last: date) -> list[tuple[str, str]]:
    """From a day's month to another's, the newest first; none where the year is still to come."""
    return [(f"{month:%Y-%m}", calendar.format_month(month)) for month in reversed(calendar.months(first, last))]

"""Journals whose hours stand by semesters in a year of three or more periods, and putting them right (п. 4.1, 4.2).

Journals made before hours were shared out by period have those of the year's two halves as periods 1 and 2, so that
later periods have none. Whoever has set a journal's hours by hand has a row for each period: those are left alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from ejournal.access import Viewer
from ejournal.domain import calendar
from ejournal.extensions import db
from ejournal.models import AcademicYear, Course, CourseHours, Group, Period
from ejournal.services import log, periods, plan_hours
from ejournal.services.plan_hours import PlanRow

SEMESTERS = (1, 2)


@dataclass(frozen=True, slots=True)
class BySemester:
    """A journal of which later periods have no hours; by the number of the period as they are, and shared out."""

    course: Course
    before: dict[int, int]
    after: dict[int, int]

    @property
    def words(self) -> tuple[str, str]:
        """«40 + 60 + 0», «40 + 30 + 30»."""
        return " + ".join(str(self.before.get(n, 0)) for n in self.after), " + ".join(map(str, self.after.values()))


def by_semester(
    year: AcademicYear, groups: Sequence[Group], plans: Mapping[int, Sequence[PlanRow]] | None = None
) -> dict[int, list[BySemester]]:
    """Such journals by group; `plans` by group as plan_hours has them. One query where a group has three or more
    periods, another where the plans are not given; none else besides the year's periods. A closed year is as it is."""
    if year.closed_at:
        return {}
    of_year = periods.of_year(year)
    own = {group.id: periods.narrowest(of_year, group, year) for group in groups}
    wanted = [group for group in groups if len(own[group.id]) > len(SEMESTERS)]
    if not wanted:
        return {}
    rows = {
        (group_id, row.discipline_id): row
        for group_id, of_group in (plan_hours.for_groups(wanted, year) if plans is None else plans).items()
        for row in of_group
    }
    found: dict[int, list[BySemester]] = {}
    for course, before in _stored(year, [group.id for group in wanted]):
        row, of_group = rows.get((course.group_id, course.discipline_id)), own[course.group_id]
        if row and _lacks(before, plan_hours.by_period(row, of_group)):
            after = _shared(before, of_group)
            if before != {number: hours for number, hours in after.items() if hours}:
                found.setdefault(course.group_id, []).append(BySemester(course, before, after))
    return found


def _lacks(before: Mapping[int, int], planned: Mapping[int, int]) -> bool:
    """Whether hours stand by semesters only, while the plan gives some to later periods."""
    return set(before) <= set(SEMESTERS) and any(hours for n, hours in planned.items() if n not in before)


def share_out(actor: Viewer, year: AcademicYear, groups: Sequence[Group]) -> int:
    """Share the hours of such journals out among their periods; the year's stay. How many. Raises ClosedError."""
    periods.check_open(year)
    found = [one for journals in by_semester(year, groups).values() for one in journals]
    for one in found:
        db.session.execute(delete(CourseHours).where(CourseHours.course_id == one.course.id))
        db.session.add_all(
            CourseHours(course_id=one.course.id, number=number, hours=hours)
            for number, hours in one.after.items()
            if hours
        )
    if found:
        entries = [
            {
                "before": f"{one.course.title}: {one.words[0]} ч", "after": f"{one.words[1]} ч",
                "course_id": one.course.id, "reason": "часы разнесены по периодам года (п. 4.2)",
            }
            for one in found
        ]  # fmt: skip
        log.record_many(actor, "load", "update", entries)
    db.session.commit()
    return len(found)


def _stored(year: AcademicYear, group_ids: Sequence[int]) -> list[tuple[Course, dict[int, int]]]:
    if not group_ids:
        return []
    rows: dict[Course, dict[int, int]] = {}
    for course, number, hours in db.session.execute(
        select(Course, CourseHours.number, CourseHours.hours)
        .join(CourseHours, CourseHours.course_id == Course.id)
        .where(Course.year_id == year.id, Course.group_id.in_(group_ids))
        .options(joinedload(Course.discipline), joinedload(Course.group), joinedload(Course.subgroup))
        .order_by(Course.id)
    ):
        rows.setdefault(course, {})[number] = hours
    return list(rows.items())


def _shared(before: Mapping[int, int], of_group: Sequence[Period]) -> dict[int, int]:
    first, second = (before.get(number, 0) for number in SEMESTERS)
    hours = calendar.hours_by_period((first, second), len(of_group))
    return dict(zip([period.number for period in of_group], hours, strict=True))

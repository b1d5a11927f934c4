"""The checklist of a year: facts about every group, read in bulk (п. 4.1, R4.1.e)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, distinct, exists, func, or_, select

from ejournal.access import in_force, lasting
from ejournal.domain import readiness, terms
from ejournal.domain.readiness import Check, Facts
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Account,
    Course,
    CourseTeacher,
    Curatorship,
    Enrollment,
    Group,
    Lesson,
    TimetableEntry,
)
from ejournal.services import consent_lists, groups, period_hours, periods, plan_hours, settings, subgroups


@dataclass(frozen=True, slots=True)
class Line:
    """A group with its checks."""

    group: Group
    course_number: int
    checks: tuple[Check, ...]

    @property
    def ready(self) -> bool:
        return all(check.ready for check in self.checks)


@dataclass(frozen=True, slots=True)
class Checklist:
    """`days_left` to the term of п. 4.1 (negative: days past it)."""

    lines: list[Line]
    percent: int
    term: date
    days_left: int


def load(year: AcademicYear) -> Checklist:
    """Fourteen queries however many groups (one more in a year of three or more periods)."""
    studying = groups.studying(year)
    facts = _facts(year, studying)
    lines = [
        Line(group, group.course_number(year.starts.year), readiness.checks(facts[group.id])) for group in studying
    ]
    term = terms.year_setup_due(year.starts.year, settings.get("terms"))
    return Checklist(lines, readiness.share([line.checks for line in lines]), term, (term - settings.today()).days)


def _facts(year: AcademicYear, studying: Sequence[Group]) -> dict[int, Facts]:
    ids = [group.id for group in studying]
    on = min(max(settings.today(), year.starts), year.ends)
    all_periods = periods.of_year(year)
    plans = plan_hours.for_groups(studying, year)
    students = _count(_members(on).with_only_columns(Enrollment.group_id, func.count(distinct(Enrollment.student_id))))
    consents, slips = consent_lists.summaries(on), _given(on)
    nobody = consent_lists.Summary()
    curators = set(
        db.session.scalars(select(Curatorship.group_id).where(Curatorship.group_id.in_(ids), in_force(Curatorship, on)))
    )
    journals, covered = _journals(year, on)
    empty = subgroups.empty_in(year, on)
    unshared = period_hours.by_semester(year, studying, plans)
    entries, lessons = _of_course(year, TimetableEntry), _of_course(year, Lesson)
    result = {}
    for group in studying:
        own = journals.get(group.id, [])
        planned = {row.discipline_id for row in plans[group.id]}
        result[group.id] = Facts(
            periods=len(periods.narrowest(all_periods, group, year)),
            students=students.get(group.id, 0),
            curator=group.id in curators,
            plan_rows=len(planned),
            plan_without_journal=len(planned - {row.discipline_id for row in own}),
            journals=len(own),
            journals_without_teacher=sum(row.id not in covered for row in own),
            empty_subgroups=len(empty.get(group.id, ())),
            hours_by_semester=len(unshared.get(group.id, ())),
            journals_with_plan=sum(row.plan_id is not None for row in own),
            entries=entries.get(group.id, 0),
            lessons=lessons.get(group.id, 0),
            consents=consents.get(group.id, nobody).answered,
            parents=consents.get(group.id, nobody).parents,
            parents_answered=consents.get(group.id, nobody).parents_answered,
            slips=slips.get(group.id, 0),
        )
    return result


def _members(on: date) -> Any:
    return select(Enrollment).where(in_force(Enrollment, on)).group_by(Enrollment.group_id)


def _given(on: date) -> dict[int, int]:
    """Students who have signed in, or were given a code to do so."""
    given = exists().where(
        and_(
            Account.person_id == Enrollment.student_id,
            or_(Account.password_hash.is_not(None), Account.activation_hash.is_not(None)),
        )
    )
    return _count(
        _members(on).where(given).with_only_columns(Enrollment.group_id, func.count(distinct(Enrollment.student_id)))
    )


def _journals(year: AcademicYear, on: date) -> tuple[dict[int, list[Any]], set[int]]:
    """Journals by group, and which of them have a teacher."""
    found: dict[int, list[Any]] = {}
    for row in db.session.execute(
        select(Course.id, Course.group_id, Course.discipline_id, Course.plan_id).where(Course.year_id == year.id)
    ):
        found.setdefault(row.group_id, []).append(row)
    covered = db.session.scalars(
        select(CourseTeacher.course_id)
        .join(Course, Course.id == CourseTeacher.course_id)
        .where(Course.year_id == year.id, lasting(CourseTeacher, on))
        .distinct()
    )
    return found, set(covered)


def _of_course(year: AcademicYear, what: Any) -> dict[int, int]:
    return _count(
        select(Course.group_id, func.count(what.id))
        .join(what, what.course_id == Course.id)
        .where(Course.year_id == year.id)
        .group_by(Course.group_id)
    )


def _count(query: Any) -> dict[int, int]:
    rows: Iterable[Any] = db.session.execute(query)
    return {row[0]: row[1] for row in rows}


def part(listed: Checklist, key: str) -> list[tuple[Group, Check]]:
    """One part of the checklist, group by group."""
    return [(line.group, check) for line in listed.lines for check in line.checks if check.key == key]

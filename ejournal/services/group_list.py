"""The groups a leader or administration may look at, each with a line of how it is today (п. 4.3)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, distinct, func, or_, select
from sqlalchemy.orm import joinedload

from ejournal.access import OVERSEERS, Viewer, curates, in_force
from ejournal.domain import attestation, numbers
from ejournal.domain.grading import MISSING
from ejournal.domain.names import normalize_group_title
from ejournal.extensions import db
from ejournal.models import Cell, Course, Enrollment, Group, Lesson, PeriodMark, Work
from ejournal.services import consent_lists, group_access, group_admin, groups, periods, settings, stats

PAGE = 40


@dataclass(frozen=True, slots=True)
class State:
    """A group today: students, who leads it, how many are missing, owe a period mark, never signed in (students and
    parents), have not answered about their data."""

    group: Group
    course_number: int | None
    curator: str
    students: int
    missing: int
    in_debt: int
    never: int
    silent: int


@dataclass(frozen=True, slots=True)
class Listing:
    states: list[State]
    page: int
    pages: int
    total: int
    searchable: bool


def load(viewer: Viewer, text: str = "", archived: bool = False, page: int = 1) -> Listing:
    """A curator's own groups; for administration all, by title, those of this year or the released ones."""
    today = settings.today()
    if not viewer.holds(OVERSEERS):
        found = led(viewer)
        return Listing(states(found, today), 1, 1, len(found), False)
    query = _matching(text, archived, today)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    pages = numbers.pages(total, PAGE)
    page = min(page, pages)
    rows = db.session.scalars(
        query.options(joinedload(Group.programme)).order_by(Group.gkey).limit(PAGE).offset((page - 1) * PAGE)
    ).all()
    return Listing(states(rows, today), page, pages, total, True)


def led(viewer: Viewer) -> list[Group]:
    """The groups the viewer leads as their curator, whatever else the viewer may."""
    leading = curates(viewer, Group.id, settings.today())
    return list(
        db.session.scalars(select(Group).where(leading).options(joinedload(Group.programme)).order_by(Group.gkey))
    )


def states(found: Sequence[Group], today: date) -> list[State]:
    """The lines of some groups. A fixed number of queries."""
    ids = [group.id for group in found]
    year = periods.current(today)
    curators = group_admin.curators(today)
    students, missing, owed = (_counted(query) for query in (_students(ids, today), _missing(ids, today), _owed(ids)))
    never: dict[int, set[int]] = {}
    for one in group_access.never(group_access.everybody(ids)):
        never.setdefault(one.group_id, set()).add(one.person.id)
    consents = consent_lists.summaries(today, ids)
    nobody = consent_lists.Summary()
    lines = []
    for group in found:
        answers = consents.get(group.id, nobody)
        lines.append(
            State(
                group=group,
                course_number=_course(group, year.starts.year) if year else None,
                curator=curators[group.id].short_name if group.id in curators else "",
                students=students.get(group.id, 0),
                missing=missing.get(group.id, 0),
                in_debt=owed.get(group.id, 0),
                never=len(never.get(group.id, ())),
                silent=answers.students - answers.answered + answers.parents - answers.parents_answered,
            )
        )
    return lines


def _matching(text: str, archived: bool, today: date) -> Select[Group]:
    released = Group.released_on <= today
    query = select(Group).where(released if archived else or_(Group.released_on.is_(None), ~released))
    key = normalize_group_title(text) if text.strip() else ""
    return query.where(Group.gkey.contains(key, autoescape=True)) if key else query


def _course(group: Group, year_starts: int) -> int | None:
    number = group.course_number(year_starts)
    return number if 1 <= number <= groups.years_of_study(group) else None


def _students(ids: Collection[int], today: date) -> Any:
    return (
        select(Enrollment.group_id, func.count(distinct(Enrollment.student_id)))
        .where(Enrollment.group_id.in_(ids), in_force(Enrollment, today))
        .group_by(Enrollment.group_id)
    )


def _missing(ids: Collection[int], today: date) -> Any:
    """Who missed a lesson today or more."""
    return (
        select(Course.group_id, func.count(distinct(Cell.student_id)))
        .join(Lesson, Lesson.course_id == Course.id)
        .join(Work, Work.lesson_id == Lesson.id)
        .join(Cell, Cell.work_id == Work.id)
        .where(
            Course.group_id.in_(ids),
            Lesson.date == today,
            Cell.attendance.in_(MISSING),
            stats.is_missed(),
        )
        .group_by(Course.group_id)
    )


def _owed(ids: Collection[int]) -> Any:
    """Who of the group's own students of today has a period mark that is owed."""
    return (
        select(Enrollment.group_id, func.count(distinct(PeriodMark.student_id)))
        .join(PeriodMark, PeriodMark.student_id == Enrollment.student_id)
        .where(
            Enrollment.group_id.in_(ids), in_force(Enrollment, settings.today()), PeriodMark.mark.in_(attestation.DEBTS)
        )
        .group_by(Enrollment.group_id)
    )  # fmt: skip


def _counted(query: Any) -> dict[int, int]:
    return {row[0]: row[1] for row in db.session.execute(query)}

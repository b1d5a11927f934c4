"""The journals of a group at the end of a period, for administration: what is closed, what is not (п. 4.2, 4.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import joinedload

from ejournal.access import OVERSEERS, Viewer
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    Course,
    Enrollment,
    Group,
    IndividualPlan,
    IndividualRow,
    JournalUnlock,
    Lesson,
    LessonState,
    Period,
    PeriodClosing,
    PeriodMark,
    Person,
)
from ejournal.services import closed, closing, periods, settings
from ejournal.services.cell_context import enrolled_on
from ejournal.services.errors import ForbiddenError, NotFoundError, RefusedError


@dataclass(slots=True)
class Line:
    """A journal: students `missing` a mark, lessons `unfilled` (topic or attendance), lessons still `ahead`."""

    course: Course
    missing: int = 0
    unfilled: int = 0
    ahead: int = 0
    closed: bool = False
    unlocked_until: date | None = None

    @property
    def is_ready(self) -> bool:
        return not (self.missing or self.unfilled or self.ahead)


@dataclass(frozen=True, slots=True)
class Listing:
    year: AcademicYear
    groups: list[Group]
    group: Group | None
    periods: list[Period]
    period: Period | None
    lines: list[Line]


def load(viewer: Viewer, group_id: int | None, period_id: int | None) -> Listing:
    """The journals of one group in one period; the first group and the last period begun by itself.

    Raises ForbiddenError, NoYearError. A fixed number of queries.
    """
    if not viewer.holds(OVERSEERS):
        raise ForbiddenError("Закрытием периодов распоряжается администрация (п. 4.2).")
    year = periods.chosen()
    groups = list(
        db.session.scalars(
            select(Group)
            .where(exists().where(Course.group_id == Group.id, Course.year_id == year.id))
            .order_by(Group.gkey)
        )
    )
    group = next((one for one in groups if one.id == group_id), groups[0] if groups else None)
    offered = periods.of_group(group, year) if group else []
    begun = [one for one in offered if one.starts <= settings.today()] or offered[:1]
    over = [one for one in begun if one.ends <= settings.today()]
    period = next((one for one in offered if one.id == period_id), next(reversed(over or begun), None))
    lines = _lines(group, year, period) if group and period else []
    return Listing(year, groups, group, offered, period, lines)


def close_many(actor: Viewer, period_id: int, course_ids: Sequence[int]) -> tuple[int, list[str]]:
    """Close the period of several journals; returns how many, and what was in the way of the others."""
    if not actor.holds(OVERSEERS):
        raise ForbiddenError("Закрыть период во всех журналах может администрация (п. 4.2).")
    try:
        closed.close_alone()
    except RefusedError as error:
        return 0, [error.message]
    done, refused = 0, []
    for course_id in course_ids:
        try:
            page = closing.load(actor, course_id, period_id)
            if page.is_closed:
                continue
            closing.check(page, anyway=True, oversees=True)
        except (RefusedError, NotFoundError) as error:
            refused.append(error.message)
            continue
        closing.put(actor, page)
        done += 1
    db.session.commit()
    return done, refused


def _lines(group: Group, year: AcademicYear, period: Period) -> list[Line]:
    courses = db.session.scalars(
        select(Course)
        .where(Course.group_id == group.id, Course.year_id == year.id)
        .options(joinedload(Course.discipline), joinedload(Course.subgroup), joinedload(Course.group))
        .order_by(Course.id)
    ).all()
    lines = {course.id: Line(course) for course in courses}
    _lessons(lines, period)
    for course_id, number in _missing(group, period):
        if course_id in lines:
            lines[course_id].missing = number
    _states(lines, period)
    return sorted(lines.values(), key=lambda line: (line.course.discipline.title, line.course.id))


def _lessons(lines: dict[int, Line], period: Period) -> None:
    today = settings.today()
    late = or_(Lesson.topic == "", Lesson.attendance_at.is_(None))
    for ahead in (False, True):
        day = Lesson.date > today if ahead else and_(Lesson.date <= today, late)
        rows = db.session.execute(
            select(Lesson.course_id, func.count(Lesson.id))
            .where(
                Lesson.course_id.in_(lines),
                Lesson.date.between(period.starts, period.ends),
                Lesson.state != LessonState.CANCELLED,
                day,
            )
            .group_by(Lesson.course_id)
        )
        for course_id, number in rows:
            setattr(lines[course_id], "ahead" if ahead else "unfilled", number)


def _missing(group: Group, period: Period) -> Sequence[tuple[int, int]]:
    day = min(period.ends, settings.today())
    members = select(Enrollment.student_id).where(Enrollment.group_id == group.id)
    own = select(Course.id).where(Course.group_id == group.id, Course.year_id == period.year_id)
    # Whom an individual plan sends here is of another group; `enrolled_on` decides about all of them.
    guests = (
        select(IndividualPlan.student_id)
        .join(IndividualRow, IndividualRow.plan_id == IndividualPlan.id)
        .where(IndividualRow.course_id.in_(own))
    )
    given = exists().where(
        PeriodMark.course_id == Course.id,
        PeriodMark.student_id == Person.id,
        PeriodMark.period_id == period.id,
        PeriodMark.mark.is_not(None),
    )
    rows = db.session.execute(
        select(Course.id, func.count(Person.id))
        .select_from(Course)
        .join(Person, Person.id.in_(members.union(guests)))
        .where(Course.group_id == group.id, Course.year_id == period.year_id, enrolled_on(Person.id, day), ~given)
        .group_by(Course.id)
    )
    return [(row[0], row[1]) for row in rows]


def _states(lines: dict[int, Line], period: Period) -> None:
    closings = db.session.scalars(
        select(PeriodClosing.course_id).where(
            PeriodClosing.course_id.in_(lines), PeriodClosing.period_id == period.id
        )
    )  # fmt: skip
    for course_id in closings:
        lines[course_id].closed = True
    unlocks = db.session.execute(
        select(JournalUnlock.course_id, func.max(JournalUnlock.until))
        .where(
            JournalUnlock.course_id.in_(lines),
            JournalUnlock.period_id == period.id,
            closed.is_lifting(settings.today()),
        )
        .group_by(JournalUnlock.course_id)
    )
    for course_id, until in unlocks:
        lines[course_id].unlocked_until, lines[course_id].closed = until, False

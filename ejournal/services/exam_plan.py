"""What a group's session is made of: the forms of control that its curriculum has in the semester (п. 4.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy import select

from ejournal.domain import session_plan
from ejournal.domain.calendar import semester_of
from ejournal.extensions import db
from ejournal.models import AcademicYear, Course, Group, GroupMode, Period
from ejournal.services import courses, exams, periods, plan_hours, school_days, settings
from ejournal.services.exams import Sitting

SEMESTERS = (1, 2)
# The session is looked for in the last days of the semester.
SESSION_DAYS = 24
USUAL_START = time(9, 0)


@dataclass(frozen=True, slots=True)
class Offer:
    """A form of control that has no day yet. `course_id` None: there is no journal to hang it on."""

    course_id: int | None
    kind: str
    title: str
    discipline: str
    audience: str
    date: date | None
    starts: time


@dataclass(frozen=True, slots=True)
class Session:
    """A semester of a group: its first and last day for the session, what stands, what is still to be put."""

    semester: int
    first: date
    last: date
    sittings: list[Sitting]
    offers: list[Offer]


def load(year: AcademicYear, group: Group, semester: int) -> Session:
    """Ten queries however many disciplines."""
    first, last, ends = _span(periods.of_group(group, year), year, semester)
    sittings = exams.of_groups([group.id], first, last)
    wanted = _wanted(year, group, semester, {(each.course_id, each.kind) for each in sittings})
    days = _days(year, group, max(settings.today() + timedelta(days=1), ends - timedelta(days=SESSION_DAYS)), ends)
    # Halves of a group are examined side by side.
    forms = list(dict.fromkeys((discipline, kind) for _course, kind, discipline in wanted))
    suggested = session_plan.suggest([kind for _d, kind in forms], days, {each.date for each in sittings})
    day_of = dict(zip(forms, suggested, strict=True))
    offers = [
        Offer(
            course.id if course else None, kind, session_plan.title(kind), discipline,
            course.audience if course and course.subgroup_id else "", day_of[discipline, kind], USUAL_START,
        )
        for course, kind, discipline in wanted
    ]  # fmt: skip
    return Session(semester, first, last, sittings, offers)


def running(year: AcademicYear, group: Group) -> int:
    """The semester whose session comes next: the first until it is over."""
    _first, last, _ends = _span(periods.of_group(group, year), year, 1)
    return 1 if settings.today() <= last else 2


def _span(rows: Sequence[Period], year: AcademicYear, semester: int) -> tuple[date, date, date]:
    """The first and last day that count to a semester (a winter session may follow its end), and its end proper.

    Of trimesters and modules the first half makes the first semester of the curriculum.
    """
    early = [row for row in rows if len(rows) > 1 and semester_of(row.number, len(rows)) == 1]
    late = [row for row in rows if row not in early]
    turn = min((row.starts for row in late), default=year.ends) if early else year.ends + timedelta(days=1)
    if semester == 1:
        ends = max((row.ends for row in early), default=year.ends)
        return year.starts, turn - timedelta(days=1), min(ends, year.ends)
    return turn, year.ends, max((row.ends for row in late), default=year.ends)


def _wanted(
    year: AcademicYear, group: Group, semester: int, there: set[tuple[int, str]]
) -> list[tuple[Course | None, str, str]]:
    """Course, form of control and discipline of what has no day yet; a discipline taught by halves is two."""
    by_discipline: dict[int, list[Course]] = {}
    for course in courses.of_group(group.id, year.id):
        by_discipline.setdefault(course.discipline_id, []).append(course)
    found: list[tuple[Course | None, str, str]] = []
    for row in plan_hours.for_groups([group], year)[group.id]:
        for kind in session_plan.forms(row.control_1 if semester == 1 else row.control_2):
            own: Sequence[Course | None] = by_discipline.get(row.discipline_id) or (None,)
            found += [(course, kind, row.label) for course in own if not course or (course.id, kind) not in there]
    return found


def _days(year: AcademicYear, group: Group, first: date, last: date) -> list[date]:
    """The days on which the group may come."""
    off, number = school_days.load(year), group.course_number(year.starts.year)
    days = db.session.scalar(select(GroupMode.days).where(GroupMode.group_id == group.id, GroupMode.year_id == year.id))
    span = [first + timedelta(days=n) for n in range(max(0, (last - first).days + 1))]
    return [day for day in span if off.may_study(day, number, days or school_days.EVERY_DAY)]

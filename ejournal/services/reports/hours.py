"""Hours of journals for вычитка: planned, given, taken off, and what the timetable still holds (R2.3.control)."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import func, select

from ejournal.domain import lesson_plan, reports
from ejournal.domain.lesson_plan import Entry
from ejournal.models import Course, CourseHours, Lesson, LessonState, TimetableEntry
from ejournal.services import generation, group_modes, periods, plan_hours, school_days
from ejournal.services.reports import facts
from ejournal.services.reports.scope import Scope
from ejournal.services.reports.spans import WHOLE_YEAR, chosen_period


@dataclass(slots=True)
class Given:
    """Hours of a journal: held by month, cancelled, given by somebody else (замена), in lessons still to come."""

    months: dict[date, int] = field(default_factory=lambda: defaultdict(int))
    cancelled: int = 0
    substituted: int = 0
    overdue: int = 0
    ahead: int = 0

    @property
    def held(self) -> int:
        return sum(self.months.values())


def given(scope: Scope) -> dict[int, Given]:
    """By journal, to the period's end; four queries."""
    found: dict[int, Given] = defaultdict(Given)
    for course_id, day, hours, state, teacher_id in facts.fetch(
        select(Lesson.course_id, Lesson.date, Lesson.hours, Lesson.state, Lesson.teacher_id)
        .where(scope.during(Lesson.course_id, whole=True))
        .order_by(Lesson.date, Lesson.id)
    ):
        own = found[course_id]
        if state == LessonState.CANCELLED:
            own.cancelled += hours
        elif state == LessonState.HELD:
            own.months[day.replace(day=1)] += hours
            if teacher_id and not scope.taught_by(course_id, teacher_id, day):
                own.substituted += hours
        elif day < scope.today:
            own.overdue += hours
        else:
            own.ahead += hours
    for course_id, hours in _timetable(scope, _horizon(scope)).items():
        found[course_id].ahead += hours
    return found


def _horizon(scope: Scope) -> dict[int, date]:
    """Up to which day lessons were made from the timetable: of the whole group, whatever journals are shown.

    One put far ahead by hand, or moved there, says nothing of the days before it.
    """
    rows = facts.fetch(
        select(Course.group_id, func.max(func.coalesce(Lesson.moved_from, Lesson.date)))
        .join(Lesson, Lesson.course_id == Course.id)
        .where(Course.year_id == scope.year.id, Course.group_id.in_(scope.groups), Lesson.generated)
        .group_by(Course.group_id)
    )
    return {row[0]: row[1] for row in rows}


def _timetable(scope: Scope, horizon: dict[int, date]) -> dict[int, int]:
    """Hours the timetable holds after a group's last lesson made from it: those are in the journal already."""
    entries: dict[int, list[Entry]] = defaultdict(list)
    at = TimetableEntry
    for row in facts.fetch(
        select(Course.group_id, at.course_id, at.weekday, at.pair, at.week, at.room, at.hours, at.since, at.until)
        .join(Course, Course.id == at.course_id)
        .where(at.course_id.in_(scope.journals))
        .order_by(at.id)
    ):
        entries[row[0]].append(Entry(*row[1:]))
    free, modes = school_days.load(scope.year), group_modes.of(scope.year, list(scope.groups))
    anchor = generation.anchor(scope.year)
    found: dict[int, int] = defaultdict(int)
    for group_id, of_group in entries.items():
        if group_id not in scope.whole:
            continue
        first = max(horizon.get(group_id, scope.today), scope.today) + timedelta(days=1)
        span = (max(first, scope.whole[group_id][0]), scope.whole[group_id][1])
        number, days = scope.number_of(group_id), modes.get(group_id, group_modes.Mode()).days
        planned = lesson_plan.lessons(of_group, anchor, [span], _free(free, number, days))
        for lesson in planned.values():
            found[lesson.course_id] += lesson.hours
    return found


def _free(free: school_days.SchoolDays, number: int, days: str) -> Callable[[date], bool]:
    return lambda day: not free.may_study(day, number, days)


def planned(scope: Scope) -> dict[int, int]:
    """Hours of each journal in the chosen period: of the load by period, else of the curriculum, whose semesters are
    shared out; of the year, as the load has it. Days and months have no plan of their own: the year's. Two queries."""
    period = chosen_period(scope)
    number = int(period[1:]) if period.startswith("s") and period[1:].isdecimal() else 0
    if not number:
        return {journal.id: journal.hours for journal in scope.journals.values()}
    of_load: dict[int, dict[int, int]] = defaultdict(dict)
    for course_id, part, hours in facts.fetch(
        select(CourseHours.course_id, CourseHours.number, CourseHours.hours).where(
            CourseHours.course_id.in_(scope.journals)
        )
    ):
        of_load[course_id][part] = hours
    of_group = {id_: periods.narrowest(scope.year_periods, group, scope.year) for id_, group in scope.groups.items()}
    curriculum = {
        (group_id, row.discipline_id): plan_hours.by_period(row, of_group[group_id])
        for group_id, rows in plan_hours.for_groups(list(scope.groups.values()), scope.year).items()
        for row in rows
    }
    return {
        one.id: (of_load.get(one.id) or curriculum.get((one.group_id, one.discipline_id), {})).get(number, 0)
        for one in scope.journals.values()
    }


def has_plan_of_year(scope: Scope) -> bool:
    """Whether the plan compared with is the whole year's."""
    return not chosen_period(scope).startswith("s") and chosen_period(scope) != WHOLE_YEAR


def of_journals(scope: Scope) -> dict[int, tuple[Given, reports.Hours]]:
    """What is given and how it stands against the plan, by journal."""
    plans, done = planned(scope), given(scope)
    return {
        id_: (done[id_], reports.Hours(plans.get(id_, 0), done[id_].held, done[id_].ahead)) for id_ in scope.journals
    }


def lessons_held(scope: Scope) -> dict[int, int]:
    """How many lessons were held in each journal; one query."""
    rows = facts.fetch(
        select(Lesson.course_id, func.count())
        .where(scope.during(Lesson.course_id), Lesson.state == LessonState.HELD)
        .group_by(Lesson.course_id)
    )
    return {row[0]: row[1] for row in rows}

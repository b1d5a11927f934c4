"""What reports count from, for many journals at once: a fixed number of queries however many students (п. 2.3)."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, and_, case, cast, extract, func, or_, select

from ejournal.access import lasting
from ejournal.domain import grading
from ejournal.domain.names import full_name
from ejournal.extensions import db
from ejournal.models import (
    Cell,
    Enrollment,
    IndividualPlan,
    IndividualRow,
    Lesson,
    LessonState,
    PeriodMark,
    Person,
    SubgroupMember,
    Work,
)
from ejournal.services.individual_lists import EVER, Span, overlap, without
from ejournal.services.reports.scope import Scope

# Marks are summed up in the database, in hundredths: «4,7» of a college's own «5-» is no whole number.
MARKS = {mark: int(value * 100) for mark in ("1", "2", "3", "4", "5", "5-", "5+") if (value := grading.numeric(mark))}


def fetch(statement: Select[*tuple[Any, ...]]) -> Iterable[Any]:
    """Run a statement of plain columns. Past the ORM's session, a thousand rows at a time: of 240,000 rows it takes
    half the time."""
    for rows in db.session.connection().execute(statement).partitions(1000):
        yield from rows


@dataclass(slots=True)
class Roster:
    """Who is in which journal when, as membership, subgroups and individual plans say; four queries.

    `names`: (sort key, full name) by student; `in_group`: (student, first, last) by group; `of_course`: by journal.
    """

    names: dict[int, tuple[str, str]] = field(default_factory=dict)
    in_group: dict[int, list[tuple[int, date, date]]] = field(default_factory=lambda: defaultdict(list))
    of_course: dict[int, dict[int, list[Span]]] = field(default_factory=lambda: defaultdict(dict))

    def group_on(self, group_id: int, day: date) -> list[int]:
        """The students of a group on a day, in alphabetical order."""
        return [student for student, since, until in self.in_group.get(group_id, ()) if since <= day <= until]

    def journal_on(self, course_id: int, day: date) -> list[int]:
        """The students of a journal on a day."""
        return [student for student in self.of_course.get(course_id, ()) if self.lists(course_id, student, day)]

    def lists(self, course_id: int, student_id: int, day: date) -> bool:
        """Whether a journal lists a student on a day."""
        days = self.of_course.get(course_id, {}).get(student_id, ())
        return any(since <= day <= until for since, until in days)


def roster(scope: Scope) -> Roster:
    """Everybody who was ever in the groups of the scope; guests of other groups where a plan sends them."""
    found = Roster()
    enrolled: dict[int, list[Span]] = defaultdict(list)
    for row in _enrollments(scope):
        found.names[row.student_id] = (row.skey, full_name(row.surname, row.name, row.patronymic))
        enrolled[row.student_id].append((row.since, row.until or EVER))
        if row.group_id in scope.groups:
            found.in_group[row.group_id].append((row.student_id, row.since, row.until or EVER))
    members = _subgroups(scope)
    kept_off, guests = _individual()
    for journal in scope.journals.values():
        days_in = found.of_course[journal.id]
        for student, since, until in found.in_group.get(journal.group_id, ()):
            days = [(since, until)]
            if journal.subgroup_id:
                days = overlap(days[0], members.get((student, journal.subgroup_id), []))
            for taken, course_id in kept_off.get((student, journal.discipline_id), ()):
                days = days if course_id == journal.id else without(days, taken)
            if days:
                days_in.setdefault(student, []).extend(days)
        for student, span in guests.get(journal.id, ()):
            if student in found.names:
                days = overlap(span, enrolled[student])
                for taken in days_in.get(student, ()):
                    days = without(days, taken)
                days_in.setdefault(student, []).extend(days)
    return found


def _enrollments(scope: Scope) -> Iterable[Any]:
    planned = select(IndividualPlan.student_id)
    return fetch(
        select(
            Enrollment.student_id, Enrollment.group_id, Enrollment.since, Enrollment.until,
            Person.skey, Person.surname, Person.name, Person.patronymic,
        )
        .join(Person, Person.id == Enrollment.student_id)
        .where(
            or_(Enrollment.group_id.in_(scope.groups), Enrollment.student_id.in_(planned)),
            Enrollment.since <= scope.year.ends,
            lasting(Enrollment, scope.year.starts),
        )
        .order_by(Person.skey, Person.id, Enrollment.since)
    )  # fmt: skip


def _subgroups(scope: Scope) -> dict[tuple[int, int], list[Span]]:
    ids = {journal.subgroup_id for journal in scope.journals.values() if journal.subgroup_id}
    found: dict[tuple[int, int], list[Span]] = defaultdict(list)
    for row in fetch(
        select(SubgroupMember.student_id, SubgroupMember.subgroup_id, SubgroupMember.since, SubgroupMember.until).where(
            SubgroupMember.subgroup_id.in_(ids)
        )
    ):
        found[row.student_id, row.subgroup_id].append((row.since, row.until or EVER))
    return found


def _individual() -> tuple[dict[tuple[int, int], list[tuple[Span, int | None]]], dict[int, list[tuple[int, Span]]]]:
    """Disciplines a plan takes a student off (unless it is the journal it names), and the guests of journals."""
    kept_off: dict[tuple[int, int], list[tuple[Span, int | None]]] = defaultdict(list)
    guests: dict[int, list[tuple[int, Span]]] = defaultdict(list)
    for row in fetch(
        select(
            IndividualPlan.student_id, IndividualPlan.since, IndividualPlan.until, IndividualRow.discipline_id,
            IndividualRow.exempt, IndividualRow.course_id,
        ).join(IndividualRow, IndividualRow.plan_id == IndividualPlan.id)
    ):  # fmt: skip
        days = (row.since, row.until or EVER)
        if row.exempt or row.course_id:
            kept_off[row.student_id, row.discipline_id].append((days, row.course_id))
        if row.course_id and not row.exempt:
            guests[row.course_id].append((row.student_id, days))
    return kept_off, guests


class Held(NamedTuple):
    """A lesson held."""

    id: int
    course_id: int
    date: date
    hours: int


def held(scope: Scope) -> list[Held]:
    """The lessons held in the journals of the scope, by date; one query."""
    rows = fetch(
        select(Lesson.id, Lesson.course_id, Lesson.date, Lesson.hours)
        .where(scope.during(Lesson.course_id), Lesson.state == LessonState.HELD)
        .order_by(Lesson.date, Lesson.pair, Lesson.id)
    )
    return [Held(*row) for row in rows]


class HoursHeld:
    """Hours of one journal's lessons, added up between any two days without going through them."""

    def __init__(self, lessons: Iterable[Held]) -> None:
        self.dates: list[date] = []
        self.sums = [0]
        for lesson in lessons:
            self.dates.append(lesson.date)
            self.sums.append(self.sums[-1] + lesson.hours)

    def between(self, spans: Iterable[Span]) -> int:
        return sum(
            self.sums[bisect_right(self.dates, last)] - self.sums[bisect_left(self.dates, first)]
            for first, last in spans
        )

    def lessons_between(self, spans: Iterable[Span]) -> int:
        return sum(bisect_right(self.dates, last) - bisect_left(self.dates, first) for first, last in spans)


def hours_held(lessons: Iterable[Held]) -> dict[int, HoursHeld]:
    """By journal; the lessons come by date."""
    by_course: dict[int, list[Held]] = defaultdict(list)
    for lesson in lessons:
        by_course[lesson.course_id].append(lesson)
    return {course_id: HoursHeld(found) for course_id, found in by_course.items()}


class Missed(NamedTuple):
    """A student's code of a whole lesson held."""

    student_id: int
    course_id: int
    date: date
    hours: int
    code: str


def missed(scope: Scope, people: Roster) -> list[Missed]:
    """Absences and latenesses of lessons held, of who was listed on their day, as planned hours are (see also
    stats.is_missed): with several works a lesson is missed once; one query."""
    codes: dict[tuple[int, int], list[str | None]] = defaultdict(list)
    about: dict[int, tuple[int, date, int]] = {}
    for row in fetch(
        select(Cell.student_id, Lesson.id, Lesson.course_id, Lesson.date, Lesson.hours, Cell.attendance)
        .join(Work, Work.id == Cell.work_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .where(scope.during(Lesson.course_id), Lesson.state == LessonState.HELD, Cell.attendance.is_not(None))
    ):
        codes[row[0], row[1]].append(row[5])
        about[row[1]] = (row[2], row[3], row[4])
    found = []
    for (student_id, lesson_id), given in codes.items():
        worst = grading.lesson_attendance(given)
        course_id, day, hours = about[lesson_id]
        if worst and people.lists(course_id, student_id, day):
            found.append(Missed(student_id, course_id, day, hours, worst))
    return found


class Sums(NamedTuple):
    """Numeric marks of a student in a journal (in a month, 0: in all of them): how many, and the weighted mean."""

    student_id: int
    course_id: int
    month: int
    number: int
    mean: Decimal


def mark_sums(scope: Scope, by_month: bool = False) -> list[Sums]:
    """Summed up by the database; one query."""
    value = case(MARKS, value=Cell.mark)
    keys: list[Any] = [Cell.student_id, Lesson.course_id]
    if by_month:
        keys.append(cast(extract("month", Lesson.date), Integer))
    rows = fetch(
        select(*keys, func.count(), func.sum(value * Work.weight), func.sum(Work.weight))
        .join(Work, Work.id == Cell.work_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .where(and_(scope.during(Lesson.course_id), Lesson.state != LessonState.CANCELLED, Cell.mark.in_(MARKS)))
        .group_by(*keys)
    )
    return [
        Sums(row[0], row[1], int(row[2]) if by_month else 0, int(row[-3]), Decimal(int(row[-2])) / int(row[-1]) / 100)
        for row in rows
    ]


def period_marks(scope: Scope) -> dict[tuple[int, int], str]:
    """The marks of the chosen periods by (student, journal), each journal's of its group's period; one query. None
    where days are chosen, not a period."""
    journals: dict[int, list[int]] = defaultdict(list)
    for journal in scope.journals.values():
        if journal.group_id in scope.periods:
            journals[scope.periods[journal.group_id].id].append(journal.id)
    if not journals:
        return {}
    of_period = (and_(PeriodMark.course_id.in_(ids), PeriodMark.period_id == id_) for id_, ids in journals.items())
    rows = fetch(
        select(PeriodMark.student_id, PeriodMark.course_id, PeriodMark.mark).where(
            or_(*of_period), PeriodMark.mark.is_not(None)
        )
    )
    return {(row[0], row[1]): row[2] or "" for row in rows}


class Contingent:
    """How many students a journal lists on a day, from their spans, without going through them."""

    def __init__(self, spans_of_students: Iterable[Iterable[Span]]) -> None:
        spans = [span for spans in spans_of_students for span in spans]
        self.firsts = sorted(first for first, _last in spans)
        self.lasts = sorted(last for _first, last in spans)

    def on(self, day: date) -> int:
        return bisect_right(self.firsts, day) - bisect_left(self.lasts, day)

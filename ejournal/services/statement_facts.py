"""What a statement is counted from: lessons held, who had to attend them, cells and period marks. A fixed number of
queries however many students."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, or_, select

from ejournal.access import lasting, prepared
from ejournal.extensions import db
from ejournal.models import (
    Cell,
    Course,
    Discipline,
    Enrollment,
    IndividualPlan,
    IndividualRow,
    Lesson,
    LessonState,
    Period,
    Person,
    SubgroupMember,
    Work,
)
from ejournal.services import statement_marks, stats
from ejournal.services.individual_lists import EVER, overlap
from ejournal.services.roster import leaving_note

Days = tuple[date, date]
Spans = dict[tuple[int, int], list[Days]]
ALWAYS = ((date.min, date.max),)


class Held(NamedTuple):
    """A lesson held that a student had to attend."""

    lesson_id: int
    date: datetime.date
    discipline_id: int
    hours: int


class Given(NamedTuple):
    """A cell of a student: attendance code, mark and the weight of the work."""

    lesson_id: int
    date: datetime.date
    discipline_id: int
    attendance: str | None
    mark: str | None
    weight: int
    hours: int
    # Whether the attendance counts (stats.is_missed): of who was not listed that day it is shown, and no more.
    is_missed: bool = True

    @property
    def missed(self) -> str | None:
        return self.attendance if self.is_missed else None


class Memberships(NamedTuple):
    """The days on which a student is bound to a course: by an individual plan, its subgroup, its group; or kept off."""

    elsewhere: tuple[Days, ...]
    in_subgroup: tuple[Days, ...]
    in_group: tuple[Days, ...]
    kept_off: tuple[Days, ...]

    def had_to_attend(self, day: datetime.date) -> bool:
        if holds(self.elsewhere, day):
            return True
        return holds(self.in_subgroup, day) and holds(self.in_group, day) and not holds(self.kept_off, day)


@dataclass(slots=True)
class Facts:
    """`given` and `period_marks` are by student; spans by (student, group), (student, subgroup), (student, discipline)
    and so on. `kept_off`: exempt, or `elsewhere`."""

    titles: dict[int, str]
    lessons: list[Any]
    in_group: Spans
    in_subgroup: Spans
    kept_off: Spans
    elsewhere: Spans
    given: dict[int, list[Given]]
    period_marks: dict[int, dict[int, str]]
    # Of the year's last period: (за год, итоговая) by student and discipline.
    year_marks: dict[int, dict[int, dict[str, str]]]
    _courses: dict[int, list[Any]] = field(default_factory=dict)
    _held: dict[tuple[int, Memberships], list[Held]] = field(default_factory=dict)

    def held(self, student_id: int) -> list[Held]:
        """The lessons held that the student had to attend, as the membership of each date says; in no order."""
        found: list[Held] = []
        for lessons in self._by_course().values():
            found += self._held_of(lessons[0], self._memberships(student_id, lessons[0]))
        return found

    def _by_course(self) -> dict[int, list[Any]]:
        if not self._courses:
            for lesson in self.lessons:
                self._courses.setdefault(lesson.course_id, []).append(lesson)
        return self._courses

    def _memberships(self, student_id: int, course: Any) -> Memberships:
        """What decides about a student's lessons of a course; most of a group have the same."""
        return Memberships(
            tuple(self.elsewhere.get((student_id, course.course_id), ())),
            tuple(self.in_subgroup.get((student_id, course.subgroup_id), ())) if course.subgroup_id else ALWAYS,
            tuple(self.in_group.get((student_id, course.group_id), ())),
            tuple(self.kept_off.get((student_id, course.discipline_id), ())),
        )

    def _held_of(self, course: Any, memberships: Memberships) -> list[Held]:
        key = course.course_id, memberships
        if key not in self._held:
            self._held[key] = [
                Held(lesson.id, lesson.date, lesson.discipline_id, lesson.hours)
                for lesson in self._by_course()[course.course_id]
                if memberships.had_to_attend(lesson.date)
            ]
        return self._held[key]


def members(group_id: int, span: tuple[date, date]) -> list[tuple[Person, str]]:
    """Everybody who was in a group on some day of a span, by surname; who left, with the order."""
    rows = db.session.execute(
        select(Person, Enrollment)
        .join(Enrollment, Enrollment.student_id == Person.id)
        .where(
            Enrollment.group_id == group_id,
            Enrollment.since <= span[1],
            lasting(Enrollment, span[0]),
        )
        .order_by(Person.skey, Person.id, Enrollment.since)
    )
    found: dict[int, tuple[Person, str]] = {}
    for person, enrollment in rows:
        left = enrollment.until is not None and enrollment.until <= span[1]
        found[person.id] = (person, leaving_note(enrollment) if left else "")
    return list(found.values())


def load(
    student_ids: Sequence[int], span: tuple[date, date], period: Period | None = None, *, of_year: bool = False
) -> Facts:
    """Everything of some students between two dates, both included; seven queries. `of_year`: marks of the year too."""
    in_group = _in_groups(student_ids, span)
    kept_off, elsewhere = _individual(student_ids, in_group)
    groups, courses = {key[1] for key in in_group}, {key[1] for key in elsewhere}
    lessons = db.session.execute(
        select(Lesson.id, Lesson.course_id, Lesson.date, Lesson.hours, Course.group_id, Course.subgroup_id,
               Course.discipline_id)
        .join(Course, Course.id == Lesson.course_id)
        .where(
            or_(Course.group_id.in_(groups), Course.id.in_(courses)),
            Lesson.date.between(*span),
            Lesson.state == LessonState.HELD,
        )
    ).all()  # fmt: skip
    given = cells_of(student_ids, span)
    marks = statement_marks.of_period(student_ids, period) if period else {}
    years = statement_marks.of_year(student_ids, period) if period and of_year else {}
    disciplines = {lesson.discipline_id for lesson in lessons}
    disciplines |= {cell.discipline_id for cells in given.values() for cell in cells}
    disciplines |= {one for found in (marks, years) for own in found.values() for one in own}
    titles = {row.id: row.label for row in db.session.scalars(select(Discipline).where(Discipline.id.in_(disciplines)))}
    in_subgroup = _in_subgroups(student_ids)
    return Facts(titles, list(lessons), in_group, in_subgroup, kept_off, elsewhere, given, marks, years)


def _in_groups(student_ids: Sequence[int], span: tuple[date, date]) -> Spans:
    spans: Spans = defaultdict(list)
    for row in db.session.execute(
        select(Enrollment.student_id, Enrollment.group_id, Enrollment.since, Enrollment.until).where(
            Enrollment.student_id.in_(student_ids),
            Enrollment.since <= span[1],
            lasting(Enrollment, span[0]),
        )
    ):
        spans[row.student_id, row.group_id].append((row.since, row.until or EVER))
    return spans


def _in_subgroups(student_ids: Sequence[int]) -> Spans:
    spans: Spans = defaultdict(list)
    for row in db.session.execute(
        select(SubgroupMember.student_id, SubgroupMember.subgroup_id, SubgroupMember.since, SubgroupMember.until).where(
            SubgroupMember.student_id.in_(student_ids)
        )
    ):
        spans[row.student_id, row.subgroup_id].append((row.since, row.until or EVER))
    return spans


def _individual(student_ids: Sequence[int], in_group: Spans) -> tuple[Spans, Spans]:
    """Disciplines a student is exempt of or studies elsewhere, and the journals of other groups that list the student,
    by days: those of the plan on which the student was in some group at all."""
    enrolled: dict[int, list[Days]] = defaultdict(list)
    for (student_id, _group_id), spans in in_group.items():
        enrolled[student_id] += spans
    kept_off: Spans = defaultdict(list)
    elsewhere: Spans = defaultdict(list)
    for row in db.session.execute(
        select(
            IndividualPlan.student_id, IndividualPlan.since, IndividualPlan.until, IndividualRow.discipline_id,
            IndividualRow.exempt, IndividualRow.course_id,
        )
        .join(IndividualRow, IndividualRow.plan_id == IndividualPlan.id)
        .where(IndividualPlan.student_id.in_(student_ids))
    ):  # fmt: skip
        days = (row.since, row.until or EVER)
        if row.exempt or row.course_id:
            kept_off[row.student_id, row.discipline_id].append(days)
        there = overlap(days, enrolled[row.student_id])
        if row.course_id and not row.exempt and there:
            elsewhere[row.student_id, row.course_id] += there
    return kept_off, elsewhere


def cells_of(
    student_ids: Sequence[int], span: tuple[date, date], *, missed_alone: bool = False
) -> dict[int, list[Given]]:
    """The cells of students in every journal between two dates, by student, in the order of lessons; `missed_alone`:
    of marks nothing, they are nine of ten. One query."""
    given: dict[int, list[Given]] = defaultdict(list)
    statement, values = _cells(student_ids, *span, missed_alone)
    # Past the ORM: thousands of rows of a group cost half of it.
    for student_id, *cell in db.session.connection().execute(statement, values).all():
        given[student_id].append(Given(*cell))
    return given


@prepared
def _cells(student_ids: Sequence[int], first: date, last: date, missed_alone: bool) -> Select[*tuple[Any, ...]]:
    wanted = stats.is_missed() if missed_alone else or_(Cell.attendance.is_not(None), Cell.mark.is_not(None))
    return (
        select(
            Cell.student_id, Lesson.id, Lesson.date, Course.discipline_id, Cell.attendance, Cell.mark, Work.weight,
            Lesson.hours, stats.is_missed(),
        )
        .join(Work, Work.id == Cell.work_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
        .where(
            Cell.student_id.in_(student_ids),
            Lesson.date.between(first, last),
            Lesson.state != LessonState.CANCELLED,
            wanted,
        )
        .order_by(Lesson.date, Lesson.pair, Lesson.id, Work.ordinal)
    )  # fmt: skip


def holds(spans: Sequence[Days], day: date) -> bool:
    return any(since <= day <= until for since, until in spans)

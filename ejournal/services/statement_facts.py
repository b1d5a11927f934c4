"""What a statement is counted from: lessons held, who had to attend them, cells and period marks. A fixed number of
queries however many students."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import or_, select

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
    PeriodMark,
    Person,
    SubgroupMember,
    Work,
    YearMark,
)
from ejournal.services.roster import EVER, leaving_note

Spans = dict[tuple[int, int], list[tuple[date, date]]]


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


@dataclass(slots=True)
class Facts:
    """`given` and `period_marks` are by student; spans by (student, group), (student, subgroup) and so on."""

    titles: dict[int, str]
    lessons: list[Any]
    in_group: Spans
    in_subgroup: Spans
    exempt: Spans
    elsewhere: Spans
    given: dict[int, list[Given]]
    period_marks: dict[int, dict[int, str]]
    # Of the year's last period: (за год, итоговая) by student and discipline.
    year_marks: dict[int, dict[int, dict[str, str]]]

    def held(self, student_id: int) -> list[Held]:
        """The lessons held that the student had to attend, as the membership of each date says."""
        return [
            Held(lesson.id, lesson.date, lesson.discipline_id, lesson.hours)
            for lesson in self.lessons
            if self._had_to_attend(student_id, lesson)
        ]

    def _had_to_attend(self, student_id: int, lesson: Any) -> bool:
        if within(self.elsewhere, (student_id, lesson.course_id), lesson.date):
            return True
        if lesson.subgroup_id and not within(self.in_subgroup, (student_id, lesson.subgroup_id), lesson.date):
            return False
        if not within(self.in_group, (student_id, lesson.group_id), lesson.date):
            return False
        return not within(self.exempt, (student_id, lesson.discipline_id), lesson.date)


def members(group_id: int, span: tuple[date, date]) -> list[tuple[Person, str]]:
    """Everybody who was in a group on some day of a span, by surname; who left, with the order."""
    rows = db.session.execute(
        select(Person, Enrollment)
        .join(Enrollment, Enrollment.student_id == Person.id)
        .where(
            Enrollment.group_id == group_id,
            Enrollment.since <= span[1],
            or_(Enrollment.until.is_(None), Enrollment.until >= span[0]),
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
    exempt, elsewhere = _individual(student_ids)
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
    given = _given(student_ids, span)
    marks = _period_marks(student_ids, period) if period else {}
    years = _year_marks(student_ids, period) if period and of_year else {}
    disciplines = {lesson.discipline_id for lesson in lessons}
    disciplines |= {cell.discipline_id for cells in given.values() for cell in cells}
    disciplines |= {one for found in (marks, years) for own in found.values() for one in own}
    titles = {row.id: row.label for row in db.session.scalars(select(Discipline).where(Discipline.id.in_(disciplines)))}
    return Facts(titles, list(lessons), in_group, _in_subgroups(student_ids), exempt, elsewhere, given, marks, years)


def _in_groups(student_ids: Sequence[int], span: tuple[date, date]) -> Spans:
    spans: Spans = defaultdict(list)
    for row in db.session.execute(
        select(Enrollment.student_id, Enrollment.group_id, Enrollment.since, Enrollment.until).where(
            Enrollment.student_id.in_(student_ids),
            Enrollment.since <= span[1],
            or_(Enrollment.until.is_(None), Enrollment.until >= span[0]),
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


def _individual(student_ids: Sequence[int]) -> tuple[Spans, Spans]:
    """Disciplines of which a student is exempt, and journals of other groups that list the student, by days."""
    exempt: Spans = defaultdict(list)
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
            exempt[row.student_id, row.discipline_id].append(days)
        if row.course_id and not row.exempt:
            elsewhere[row.student_id, row.course_id].append(days)
    return exempt, elsewhere


def _given(student_ids: Sequence[int], span: tuple[date, date]) -> dict[int, list[Given]]:
    given: dict[int, list[Given]] = defaultdict(list)
    for row in db.session.execute(
        select(
            Cell.student_id, Lesson.id, Lesson.date, Course.discipline_id, Cell.attendance, Cell.mark, Work.weight,
            Lesson.hours,
        )
        .join(Work, Work.id == Cell.work_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
        .where(
            Cell.student_id.in_(student_ids),
            Lesson.date.between(*span),
            Lesson.state != LessonState.CANCELLED,
            or_(Cell.attendance.is_not(None), Cell.mark.is_not(None)),
        )
        .order_by(Lesson.date, Lesson.pair, Lesson.id, Work.ordinal)
    ):  # fmt: skip
        given[row[0]].append(Given(*row[1:]))
    return given


def _period_marks(student_ids: Sequence[int], period: Period) -> dict[int, dict[int, str]]:
    marks: dict[int, dict[int, str]] = defaultdict(dict)
    for student_id, discipline_id, mark in db.session.execute(
        select(PeriodMark.student_id, Course.discipline_id, PeriodMark.mark)
        .join(Course, Course.id == PeriodMark.course_id)
        .where(PeriodMark.student_id.in_(student_ids), PeriodMark.period_id == period.id, PeriodMark.mark.is_not(None))
    ):
        marks[student_id][discipline_id] = mark or ""
    return marks


def _year_marks(student_ids: Sequence[int], period: Period) -> dict[int, dict[int, dict[str, str]]]:
    """Marks for the year and final ones; none where a later period of the year is still to come, so that a
    semester's paper printed again after the year says what it said."""
    marks: dict[int, dict[int, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    later = select(Period.id).where(
        Period.year_id == period.year_id,
        Period.starts > period.ends,
        Period.group_id.is_not_distinct_from(period.group_id),
        Period.course_number.is_not_distinct_from(period.course_number),
    )
    if db.session.scalar(later.limit(1)):
        return {}
    for student_id, discipline_id, kind, mark in db.session.execute(
        select(YearMark.student_id, Course.discipline_id, YearMark.kind, YearMark.mark)
        .join(Course, Course.id == YearMark.course_id)
        .where(YearMark.student_id.in_(student_ids), Course.year_id == period.year_id, YearMark.mark.is_not(None))
    ):
        marks[student_id][discipline_id][kind] = mark or ""
    return marks


def within(spans: Spans, key: tuple[int, int], day: date) -> bool:
    """Whether one of the spans kept under the key holds the day."""
    own = spans.get(key)
    return own is not None and any(since <= day <= until for since, until in own)

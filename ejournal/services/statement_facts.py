"""What a statement is counted from: lessons held, who had to attend them, cells and period marks. A fixed number of
queries however many students."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

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
)
from ejournal.services import movement_plan
from ejournal.services.roster import EVER

Spans = dict[tuple[int, int], list[tuple[date, date]]]


@dataclass(slots=True)
class Facts:
    """`given`: (lesson, discipline, attendance, mark, weight, hours) of each student, by date."""

    titles: dict[int, str]
    lessons: list[Any]
    in_group: Spans
    in_subgroup: Spans
    exempt: Spans
    elsewhere: Spans
    given: dict[int, list[tuple[int, int, str | None, str | None, int, int]]]
    period_marks: dict[int, dict[int, str]]

    def held(self, student_id: int) -> list[tuple[int, int, int]]:
        """(lesson, discipline, hours) of the lessons held that the student had to attend, of those days."""
        return [
            (lesson.id, lesson.discipline_id, lesson.hours)
            for lesson in self.lessons
            if self._had_to_attend(student_id, lesson)
        ]

    def _had_to_attend(self, student_id: int, lesson: Any) -> bool:
        if _within(self.elsewhere, (student_id, lesson.course_id), lesson.date):
            return True
        if lesson.subgroup_id and not _within(self.in_subgroup, (student_id, lesson.subgroup_id), lesson.date):
            return False
        if not _within(self.in_group, (student_id, lesson.group_id), lesson.date):
            return False
        return not _within(self.exempt, (student_id, lesson.discipline_id), lesson.date)


def students(group_id: int, on: date) -> list[Person]:
    """Who is in a group on a day, by surname."""
    return movement_plan.in_group(group_id, on)


def load(student_ids: Sequence[int], span: tuple[date, date], period: Period) -> Facts:
    """Everything of some students between two dates, both included; seven queries."""
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
    marks = _period_marks(student_ids, period)
    disciplines = {lesson.discipline_id for lesson in lessons}
    disciplines |= {row[1] for rows in given.values() for row in rows}
    disciplines |= {discipline_id for own in marks.values() for discipline_id in own}
    titles = {
        row.id: row.label for row in db.session.scalars(select(Discipline).where(Discipline.id.in_(disciplines)))
    }
    return Facts(titles, list(lessons), in_group, _in_subgroups(student_ids), exempt, elsewhere, given, marks)


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


def _given(
    student_ids: Sequence[int], span: tuple[date, date]
) -> dict[int, list[tuple[int, int, str | None, str | None, int, int]]]:
    given: dict[int, list[tuple[int, int, str | None, str | None, int, int]]] = defaultdict(list)
    for student_id, *row in db.session.execute(
        select(Cell.student_id, Lesson.id, Course.discipline_id, Cell.attendance, Cell.mark, Work.weight, Lesson.hours)
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
    ):
        given[student_id].append((row[0], row[1], row[2], row[3], row[4], row[5]))
    return given


def _period_marks(student_ids: Sequence[int], period: Period) -> dict[int, dict[int, str]]:
    marks: dict[int, dict[int, str]] = defaultdict(dict)
    for student_id, discipline_id, mark in db.session.execute(
        select(PeriodMark.student_id, Course.discipline_id, PeriodMark.mark)
        .join(Course, Course.id == PeriodMark.course_id)
        .where(
            PeriodMark.student_id.in_(student_ids), PeriodMark.period_id == period.id, PeriodMark.mark.is_not(None)
        )
    ):
        marks[student_id][discipline_id] = mark
    return marks


def _within(spans: Spans, key: tuple[int, int], day: date) -> bool:
    return any(since <= day <= until for since, until in spans.get(key, ()))

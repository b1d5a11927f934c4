"""The statement of п. 4.6 for who does without the electronic diary: lessons held, marks, latenesses, missed lessons.

Counted from plain facts, so that one student and a whole group take the same few queries.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from sqlalchemy import select

from ejournal.access import Viewer, leads
from ejournal.domain import grading
from ejournal.extensions import db
from ejournal.models import AcademicYear, Enrollment, Group, Period, Person
from ejournal.services import group_admin, mark_slots, movement_plan, periods, settings, statement_facts
from ejournal.services.errors import NotFoundError, RefusedError
from ejournal.services.statement_facts import Given, Held


@dataclass(slots=True)
class Row:
    """A discipline: lessons and hours held, marks in order (`weighed`: with their weights), what was missed."""

    title: str
    lessons: int = 0
    hours: int = 0
    marks: list[str] = field(default_factory=list)
    mean: str = ""
    missed_lessons: int = 0
    missed: grading.Missed = field(default_factory=grading.Missed)
    period_mark: str = ""
    year_mark: str = ""
    final_mark: str = ""
    discipline_id: int = 0
    weighed: list[tuple[str | None, int]] = field(default_factory=list)

    def give_year(self, marks: Mapping[str, str]) -> None:
        self.year_mark, self.final_mark = marks.get(mark_slots.YEAR, ""), marks.get(mark_slots.FINAL, "")


@dataclass(slots=True)
class Statement:
    student: Person
    group: Group
    period: Period
    # The days counted: the period, up to today.
    span: tuple[date, date]
    rows: list[Row]
    total: Row

    @property
    def has_year_marks(self) -> bool:
        return any(row.year_mark or row.final_mark for row in self.rows)


def count(
    titles: Mapping[int, str],
    held: Iterable[Held],
    given: Iterable[Given],
    period_marks: Mapping[int, str],
    year_marks: Mapping[int, Mapping[str, str]] = MappingProxyType({}),
) -> tuple[list[Row], Row]:
    """Rows by discipline title, and their sum.

    Several works of a lesson are one lesson: it is missed, or come late to, once (grading.lesson_attendance). An
    absence counts where the lesson does, else more would be missed than was held; a mark always, for it was earned.
    """
    rows = _Rows(titles)
    for lesson in held:
        row = rows[lesson.discipline_id]
        row.lessons += 1
        row.hours += lesson.hours
    codes: dict[int, dict[tuple[int, int], list[str | None]]] = {}
    for cell in given:
        row = rows[cell.discipline_id]
        if cell.mark:
            row.marks.append(cell.mark)
            row.weighed.append((cell.mark, cell.weight))
        if cell.missed:
            of_lesson = codes.setdefault(cell.discipline_id, {})
            of_lesson.setdefault((cell.lesson_id, cell.hours), []).append(cell.missed)
    for discipline_id, mark in period_marks.items():
        rows[discipline_id].period_mark = mark
    for discipline_id, of_year in year_marks.items():
        rows[discipline_id].give_year(of_year)
    for row in rows.values():
        row.mean = grading.format_mean(grading.weighted_mean(row.weighed))
        _count_missed(row, codes.get(row.discipline_id, {}))
    ordered = sorted(rows.values(), key=lambda row: row.title)
    return ordered, _sum(ordered)


class _Rows(dict[int, Row]):
    """Rows by discipline; what is asked for first is made."""

    def __init__(self, titles: Mapping[int, str]) -> None:
        super().__init__()
        self.titles = titles

    def __missing__(self, discipline_id: int) -> Row:
        row = self[discipline_id] = Row(self.titles[discipline_id], discipline_id=discipline_id)
        return row


def _count_missed(row: Row, codes: Mapping[tuple[int, int], Sequence[str | None]]) -> None:
    worst = [(hours, grading.lesson_attendance(found)) for (_lesson, hours), found in codes.items()]
    row.missed = grading.missed_hours(worst)
    row.missed_lessons = sum(code in ("н", *grading.EXCUSED) for _hours, code in worst)


def _sum(rows: Sequence[Row]) -> Row:
    total = Row("Всего")
    total.lessons = sum(row.lessons for row in rows)
    total.hours = sum(row.hours for row in rows)
    total.missed_lessons = sum(row.missed_lessons for row in rows)
    total.missed = grading.Missed(
        sum(row.missed.total for row in rows),
        sum(row.missed.excused for row in rows),
        sum(row.missed.unexcused for row in rows),
        sum(row.missed.late_count for row in rows),
    )
    return total


def of_group(viewer: Viewer, group_id: int, period_id: int | None) -> list[Statement]:
    """A statement for everybody who is in the group at the period's end, or today. Raises NotFoundError."""
    group = group_admin.find(group_id)
    if not leads(viewer, group_id, settings.today()):
        raise NotFoundError
    period = period_of(group, period_id)
    last = counted_span(period)[1]
    students = movement_plan.in_group(group_id, last)
    return _statements(group, period, students)


def of_student(viewer: Viewer, student_id: int, period_id: int | None) -> Statement:
    """One student's, also of who has left: a statement is asked for on paper then. Raises NotFoundError."""
    group = group_of(viewer, student_id)
    student = db.session.get(Person, student_id)
    if student is None:
        raise NotFoundError
    return _statements(group, period_of(group, period_id), [student])[0]


def group_of(viewer: Viewer, student_id: int) -> Group:
    """The student's last group, for who leads it. Raises NotFoundError."""
    today = settings.today()
    last = db.session.scalar(
        select(Enrollment)
        .where(Enrollment.student_id == student_id, Enrollment.since <= today)
        .order_by(Enrollment.since.desc(), Enrollment.id.desc())
        .limit(1)
    )
    if last is None or not leads(viewer, last.group_id, today):
        raise NotFoundError
    return group_admin.find(last.group_id)


def periods_of(group: Group) -> list[Period]:
    """The periods of the running year that have begun."""
    today = settings.today()
    return [period for period in periods.of_group(group, periods.chosen()) if period.starts <= today]


def period_of(group: Group, period_id: int | None) -> Period:
    """The period asked for, of any year; by itself the running one. Raises RefusedError where there is none."""
    asked = db.session.get(Period, period_id) if period_id else None
    year = db.session.get(AcademicYear, asked.year_id) if asked else None
    if asked and year and asked in periods.of_group(group, year):
        return asked
    begun = periods_of(group)
    if not begun:
        raise RefusedError(
            "Периодов, которые уже начались, в этом учебном году нет: их задают в разделе «Учебный год»."
        )
    return begun[-1]


def counted_span(period: Period) -> tuple[date, date]:
    """From the period's first day to its last, or to today."""
    return period.starts, max(period.starts, min(period.ends, settings.today()))


def _statements(group: Group, period: Period, students: Sequence[Person]) -> list[Statement]:
    span = counted_span(period)
    facts = statement_facts.load([student.id for student in students], span, period, of_year=True)
    made = []
    for student in students:
        rows, total = count(
            facts.titles,
            facts.held(student.id),
            facts.given.get(student.id, ()),
            facts.period_marks.get(student.id, {}),
            facts.year_marks.get(student.id, {}),
        )
        made.append(Statement(student, group, period, span, rows, total))
    return made

"""What a student did between two days: marks, attendance, period marks. The content of an extract (R2.1.a)."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload

from ejournal.access import lasting
from ejournal.domain import grading
from ejournal.extensions import db
from ejournal.models import (
    Cell,
    Course,
    Enrollment,
    Lesson,
    LessonState,
    Period,
    PeriodMark,
    Person,
    Work,
    WorkKind,
    YearMark,
)
from ejournal.services import mark_slots, stats

# Attendance in the order and the words of п. 4.4.
ATTENDANCE = {"н": "неуважительная", "п": "уважительная", "б": "болезнь", "о": "опоздание"}


@dataclass(frozen=True, slots=True)
class Mark:
    date: date
    work: str
    mark: str


@dataclass(slots=True)
class Line:
    """A discipline. `absences`: by the letter of п. 4.4, on how many lessons; `period_marks`: period and mark."""

    discipline: str
    marks: list[Mark] = field(default_factory=list)
    absences: dict[str, int] = field(default_factory=dict)
    period_marks: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Extract:
    """`groups`: title, first and last day of each membership in that time."""

    name: str
    birth: date | None
    since: date
    until: date
    groups: list[tuple[str, date, date | None]]
    lines: list[Line]
    absences: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        """The same for a machine; days as ISO texts."""
        return _plain(asdict(self))


def build(person: Person, since: date, until: date) -> Extract:
    """Both days included; five queries whatever it holds."""
    lines: dict[int, Line] = {}
    codes: dict[tuple[int, int], list[str]] = {}
    for row in _cells(person.id, since, until):
        line = _line(lines, row.course_id)
        if row.mark:
            line.marks.append(Mark(row.date, row.title or row.kind, row.mark))
        if row.attendance:
            codes.setdefault((row.course_id, row.lesson_id), []).append(row.attendance)
    for row in _period_marks(person.id, since, until):
        _line(lines, row.course_id).period_marks.append((row.title, row.mark))
    for row in _year_marks(person.id, since, until):
        _line(lines, row.course_id).period_marks.append((mark_slots.TITLES[row.kind], row.mark))
    for (course_id, _lesson_id), found in codes.items():
        letter = grading.lesson_attendance(found) or ""
        lines[course_id].absences[letter] = lines[course_id].absences.get(letter, 0) + 1
    _name(lines)
    total = {letter: sum(line.absences.get(letter, 0) for line in lines.values()) for letter in ATTENDANCE}
    return Extract(
        name=person.full_name,
        birth=person.birth_date,
        since=since,
        until=until,
        groups=_groups(person.id, since, until),
        lines=sorted(lines.values(), key=lambda line: line.discipline),
        absences={letter: number for letter, number in total.items() if number},
    )


def _cells(student_id: int, since: date, until: date) -> Iterable[Any]:
    return db.session.execute(
        select(
            Lesson.course_id,
            Lesson.date,
            Lesson.id.label("lesson_id"),
            Work.title,
            WorkKind.title.label("kind"),
            Cell.mark,
            case((stats.is_missed(), Cell.attendance)).label("attendance"),
        )
        .join(Work, Work.id == Cell.work_id)
        .join(WorkKind, WorkKind.id == Work.kind_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
        .where(Cell.student_id == student_id, Lesson.date.between(since, until), Lesson.state != LessonState.CANCELLED)
        .order_by(Lesson.date, Lesson.pair, Work.ordinal)
    )


def _period_marks(student_id: int, since: date, until: date) -> Iterable[Any]:
    """Of the periods that ended in that time."""
    return db.session.execute(
        select(PeriodMark.course_id, Period.title, PeriodMark.mark)
        .join(Period, Period.id == PeriodMark.period_id)
        .where(PeriodMark.student_id == student_id, PeriodMark.mark.is_not(None), Period.ends.between(since, until))
        .order_by(Period.ends, Period.id)
    )


def _year_marks(student_id: int, since: date, until: date) -> Iterable[Any]:
    """For the year, then final ones: of years whose last period, by whatever course, ended in that time."""
    last = select(Period.year_id, func.max(Period.ends).label("ends")).group_by(Period.year_id).subquery("last_periods")
    return db.session.execute(
        select(YearMark.course_id, YearMark.kind, YearMark.mark)
        .join(Course, Course.id == YearMark.course_id)
        .join(last, last.c.year_id == Course.year_id)
        .where(YearMark.student_id == student_id, YearMark.mark.is_not(None), last.c.ends.between(since, until))
        .order_by(last.c.ends, YearMark.kind.desc(), YearMark.id)
    )


def _groups(student_id: int, since: date, until: date) -> list[tuple[str, date, date | None]]:
    rows = db.session.scalars(
        select(Enrollment)
        .where(
            Enrollment.student_id == student_id,
            Enrollment.since <= until,
            lasting(Enrollment, since),
        )
        .options(joinedload(Enrollment.group))
        .order_by(Enrollment.since)
    )
    return [(row.group.title, row.since, row.until) for row in rows]


def _line(lines: dict[int, Line], course_id: int) -> Line:
    return lines.setdefault(course_id, Line(""))


def _name(lines: dict[int, Line]) -> None:
    query = select(Course).where(Course.id.in_(lines)).options(joinedload(Course.discipline))
    for course in db.session.scalars(query):
        lines[course.id].discipline = course.discipline.label


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value

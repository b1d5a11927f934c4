"""A group's year as a workbook for the archive (п. 2.3): the results of each period, then every journal's marks."""

from collections.abc import Sequence

from sqlalchemy import select

from ejournal.domain import file_names
from ejournal.exchange.export.sheets import Page, Value
from ejournal.extensions import db
from ejournal.models import Cell, Course, Lesson, LessonState, PeriodMark, Work
from ejournal.services import roster, spans
from ejournal.services.consolidated import Sheet


def workbook(title: str, results: Sequence[Sheet], courses: Sequence[Course]) -> Page:
    """A page with its further sheets. Two queries a journal, beside its list of students."""
    taken: set[str] = set()
    pages = [_result(title, sheet, taken) for sheet in results] + [_marks(title, course, taken) for course in courses]
    first, *more = pages or [Page("Пусто", [title], ["Журналов нет"], [])]
    return Page(first.name, first.titles, first.headings, first.rows, more=more)


def _result(title: str, sheet: Sheet, taken: set[str]) -> Page:
    rows: list[list[Value]] = [
        [
            number, line.student.full_name, *(_number(mark) for mark in line.marks), line.mean,
            line.missed.total, line.missed.excused, line.missed.unexcused,
        ]
        for number, line in enumerate(sheet.lines, 1)
    ]  # fmt: skip
    columns = [f"{column.index} {column.title}".strip() for column in sheet.columns]
    sums = ["Средний балл", "Пропущено часов", "Уважительно", "Неуважительно"]
    name = file_names.sheet(f"Итоги {sheet.period.title}", taken)
    return Page(name, [f"Сводная ведомость: {title}, {sheet.period.title}"], ["№", "ФИО", *columns, *sums], rows)


def _marks(title: str, course: Course, taken: set[str]) -> Page:
    works = db.session.execute(
        select(Work.id, Lesson.date)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .where(Lesson.course_id == course.id, Lesson.state != LessonState.CANCELLED)
        .order_by(Lesson.date, Lesson.pair, Lesson.id, Work.ordinal)
    ).all()
    ids = [work_id for work_id, _day in works]
    stored = {
        (student_id, work_id): (attendance or "") + (mark or "")
        for student_id, work_id, attendance, mark in db.session.execute(
            select(Cell.student_id, Cell.work_id, Cell.attendance, Cell.mark).where(Cell.work_id.in_(ids))
        )
    }
    finals = {
        (mark.student_id, mark.period_id): mark.mark or ""
        for mark in db.session.scalars(select(PeriodMark).where(PeriodMark.course_id == course.id))
    }
    periods = spans.periods_of(course)
    rows: list[list[Value]] = []
    for number, student in enumerate(roster.students_of(course), 1):
        row: list[Value] = [number, student.full_name + (f" — {student.note}" if student.note else "")]
        row += [_number(stored.get((student.id, work_id), "")) for work_id in ids]
        rows.append([*row, *(_number(finals.get((student.id, period.id), "")) for period in periods)])
    part = f", {course.subgroup.title}" if course.subgroup else ""
    name = file_names.sheet(f"{course.discipline.label}{part}", taken)
    headings: list[Value] = ["№", "ФИО", *(day for _work, day in works), *(period.title for period in periods)]
    return Page(name, [f"Журнал: {title}, {course.discipline.label}{part}"], headings, rows)


def _number(mark: str) -> Value:
    """A mark alone is a number."""
    return int(mark) if mark.isdigit() else mark or None

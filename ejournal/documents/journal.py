"""The journal of a discipline as colleges know it on paper: title, left and right pages by month, hours at the end.

What stands on its sheets; documents/book.py draws them, the last one is a template too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ejournal.access import Viewer
from ejournal.documents.issuing import Document, Sheet
from ejournal.domain import calendar, remarks
from ejournal.models import Course, Homework, Lesson, LessonState, Period
from ejournal.services import grid, lesson_list, remark_list, settings, spans
from ejournal.services.grid import Column, Grid
from ejournal.services.lesson_list import Listing

# Columns on an upright and on a lying page: more make the letters too small to read, so 80 are two pages of 40.
UPRIGHT, LYING = 24, 40
# A page of a paper journal has so many, filled or not.
LEAST = 18


@dataclass(frozen=True, slots=True)
class Page:
    """A left page: its columns, how many stand blank beside them, each row's cells. `last`: the period's marks too."""

    columns: Sequence[Column]
    rows: Sequence[tuple[str, str, Sequence[str], str, str]]
    blank: int
    share: float
    last: bool


def of_course(actor: Viewer, course_id: int, period_id: int | None) -> list[Document]:
    """A period of a journal, also one to come; by itself all that have begun.

    Raises NotFoundError where the viewer may not read it.
    """
    course, _may_edit = grid.find_course(actor, course_id)
    listing = lesson_list.load(actor, course_id)
    offered = spans.periods_of(course)
    chosen = [one for one in offered if one.id == period_id] or [
        one for one in offered if one.starts <= settings.today()
    ]
    grids = [grid.load(actor, course_id, f"p{one.id}") for one in chosen] or [grid.load(actor, course_id)]
    title = ", ".join(one.title for one in chosen) or "учебный год"
    number = course.group.course_number(course.year.starts.year)
    sheets = [
        Sheet("journal_title", {"course": course, "teachers": grids[0].teachers, "number": number, "period": title})
    ]
    for shown in grids:
        sheets += _months(course, shown, listing)
    span = (min(one.starts for one in chosen), max(one.ends for one in chosen)) if chosen else None
    end = {"course": course, "listing": listing, "teachers": grids[0].teachers}
    sheets.append(Sheet("journal_end.html", {**end, "remarks": _remarks(actor, course_id, span)}))
    return [Document(title="Журнал учебных занятий", sheets=sheets)]


def _remarks(actor: Viewer, course_id: int, span: tuple[date, date] | None) -> list[dict[str, object]]:
    """Lines of «Замечания по ведению журнала» (п. 4.2)."""
    return [
        {
            "date": settings.local(line.remark.created_at).date(),
            "text": f"Занятие {line.date:%d.%m}: {line.remark.text}" if line.date else line.remark.text,
            "done": remarks.done_note(
                line.state, line.remark.answer, _day(line.remark.answered_at), _day(line.remark.decided_at)
            ),
        }
        for line in remark_list.of_print(actor, course_id, span)
    ]


def _day(moment: datetime | None) -> date | None:
    return settings.local(moment).date() if moment else None


def _months(course: Course, shown: Grid, listing: Listing) -> list[Sheet]:
    """A sheet for each month: its left pages, then the right one."""
    first, last = shown.chosen.span
    lessons = [(row.number, row.lesson, row.homework) for row in listing.rows if first <= row.lesson.date <= last]
    months = sorted({lesson.date.replace(day=1) for _number, lesson, _homework in lessons})
    sheets = []
    for month in months:
        numbers = [n for n, column in enumerate(shown.columns) if column.date.replace(day=1) == month]
        of_month = [one for one in lessons if one[1].date.replace(day=1) == month]
        context = {
            "course": course,
            "month": calendar.format_month(month),
            "pages": _pages(shown, numbers, month == months[-1]),
            "lessons": [_right(*one) for one in of_month],
            "period": shown.chosen.title,
        }
        sheets.append(Sheet("journal_month", context))
    return sheets


def _pages(shown: Grid, numbers: Sequence[int], last: bool) -> list[Page]:
    """The month's columns cut into pages that can be read, of like width."""
    pages = []
    parts = chunks(numbers)
    for part, chunk in enumerate(parts, 1):
        closing = last and part == len(parts)
        room = 72 - (12 if closing else 0)
        place = shown.periods.index(_period(shown)) if shown.periods else None
        rows = [
            (
                student.full_name,
                student.note,
                [student.cells[number][2] for number in chunk],
                student.figures.mean,
                student.period_marks[place] if place is not None else "",
            )
            for student in shown.students
        ]
        blank = max(LEAST - len(chunk), 0)
        columns = [shown.columns[number] for number in chunk]
        pages.append(Page(columns, rows, blank, room / (len(chunk) + blank), closing))
    return pages


def chunks(numbers: Sequence[int]) -> list[Sequence[int]]:
    """Columns by pages: one upright page where they fit, else lying ones of like width, at most 40 each."""
    most = UPRIGHT if len(numbers) <= UPRIGHT else LYING
    count = max(1, -(-len(numbers) // most))
    size = -(-len(numbers) // count)
    return [numbers[n * size : (n + 1) * size] for n in range(count)]


def _period(shown: Grid) -> Period:
    return next((one for one in shown.periods if f"p{one.id}" == shown.chosen.value), shown.periods[0])


def _right(number: int | None, lesson: Lesson, homework: Homework | None) -> dict[str, object]:
    """A line of the right page; a cancelled lesson says so and has no number."""
    cancelled = lesson.state == LessonState.CANCELLED
    topic = f"отменено{': ' + lesson.reason if lesson.reason else ''}" if cancelled else lesson.topic
    return {
        "number": number or "",
        "date": lesson.date,
        "hours": "" if cancelled else lesson.hours,
        "topic": topic,
        "homework": homework.text if homework else "",
    }

"""Экзаменационная ведомость of a journal: blank, or with the marks of the period (DOMAIN: its form)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ejournal.access import OVERSEERS, Viewer
from ejournal.documents.issuing import Document, Sheet
from ejournal.domain import attestation, session_plan
from ejournal.domain.calendar import semester_of
from ejournal.domain.notation import NOT_ATTESTED
from ejournal.extensions import db
from ejournal.models import SHEET_KINDS, Course, Period, PeriodMark
from ejournal.services import grid, plan_hours, roster, settings, sheets, spans
from ejournal.services.errors import ForbiddenError, RefusedError

KIND = "exam-sheet"
BLANK = "____"
# A credit has no tickets.
FORMS = {"exam": "экзамен", "graded": "дифференцированный зачёт", "credit": "зачёт"}
TITLES = {"exam": "Экзаменационная ведомость", "graded": "Зачётная ведомость", "credit": "Зачётная ведомость"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """`kind` is one of FORMS; `filled`: with the marks of the period."""

    kind: str
    period_id: int | None
    filled: bool


def of_course(actor: Viewer, course_id: int, wanted: Wanted) -> list[Document]:
    """Raises NotFoundError, ForbiddenError, RefusedError."""
    course, _may_edit = grid.find_course(actor, course_id)
    if not actor.holds(OVERSEERS):
        raise ForbiddenError("Экзаменационные ведомости печатает администрация.")
    if wanted.kind not in FORMS:
        raise RefusedError("Выберите форму аттестации: экзамен, дифференцированный зачёт или зачёт.")
    offered = spans.periods_of(course)
    if not offered:
        raise RefusedError("Сначала задайте периоды учебного года.")
    begun = [one for one in offered if one.starts <= settings.today()] or offered[:1]
    period = next((one for one in offered if one.id == wanted.period_id), begun[-1])
    day = min(period.ends, settings.today())
    marks = _marks(course_id, period.id) if wanted.filled else {}
    students = [student for student in roster.students_of(course) if student.was_there(max(day, period.starts))]
    if not students:
        raise RefusedError("На этот день в группе никого нет.")
    number = course.group.course_number(course.year.starts.year)
    context = {
        "course": course, "period": period, "students": students, "marks": marks, "number": number,
        "semester": _semester(course, period.id, offered), "form": FORMS[wanted.kind],
        "with_tickets": wanted.kind == "exam", "counted": _counted(wanted, marks), "teachers": _teachers(course),
    }  # fmt: skip
    return [Document(title=TITLES[wanted.kind], sheets=[Sheet("exam_sheet.html", context)])]


def of_sheet(actor: Viewer, sheet_id: int) -> list[Document]:
    """A stored ведомость, with what is in it. Raises NotFoundError."""
    sheet = sheets.find(actor, sheet_id)
    course, rows = sheet.course, sheet.rows
    kind = {session_plan.EXAM: "exam", session_plan.CREDIT: "credit"}.get(sheet.control, "graded")
    marks = {row.student_id: row.mark or "" for row in rows}
    context = {
        "course": course, "period": sheet.period, "students": [row.student for row in rows], "marks": marks,
        "number": course.group.course_number(course.year.starts.year),
        "semester": _semester(course, sheet.period_id, spans.periods_of(course)),
        "form": f"{session_plan.title(sheet.control)}, {SHEET_KINDS[sheet.kind]} ведомость",
        "with_tickets": kind == "exam",
        "tickets": {row.student_id: row.ticket for row in rows}, "day": sheet.date,
        "counted": _counted(Wanted(kind, None, any(marks.values())), marks, attestation.ABSENT),
        "teachers": ", ".join(sheet.examiners.splitlines()),
    }  # fmt: skip
    # In one line with the title: a group of 24 then fits a page with its certification.
    return [Document(title=f"{TITLES[kind]} № {sheet.number}", sheets=[Sheet("exam_sheet.html", context)])]


def _semester(course: Course, period_id: int | None, offered: Sequence[Period]) -> int:
    """The semester of the whole course of study, from 1; of trimesters and modules several make one."""
    ids = [one.id for one in offered]
    place = ids.index(period_id) + 1 if period_id in ids else 1
    return plan_hours.first_semester(course.group, course.year.starts.year) + semester_of(place, len(ids) or 1) - 1


def _counted(wanted: Wanted, marks: Mapping[int, str], absent: str = NOT_ATTESTED) -> str:
    """«5» — 3, «4» — 10 … неявок — 1; lines to write on where the sheet is blank."""
    scale = ("ЗЧ", "НЗ") if wanted.kind == "credit" else ("5", "4", "3", "2")
    counts = Counter(marks.values())
    numbers = [f"«{mark}» — {counts[mark] if wanted.filled else BLANK}" for mark in scale]
    return ", ".join([*numbers, f"неявок — {counts[absent] if wanted.filled else BLANK}"])


def _marks(course_id: int, period_id: int) -> dict[int, str]:
    return {
        row.student_id: row.mark or ""
        for row in db.session.scalars(
            db.select(PeriodMark).where(
                PeriodMark.course_id == course_id, PeriodMark.period_id == period_id, PeriodMark.mark.is_not(None)
            )
        )
    }


def _teachers(course: Course) -> str:
    return grid.teachers_of(course, settings.today())

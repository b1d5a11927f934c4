"""«Не сдано»: the teacher marks for whom a work is still owed, by when, and takes it back (п. 4.4)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import Cell, Course, Lesson, LessonState, OwedWork, Person, Work
from ejournal.models.base import now
from ejournal.services import lesson_context, lessons, personal_tasks, settings
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError

# What the form offers as the term.
USUAL = timedelta(days=7)
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Line:
    """A student without a mark for the work; `code`: her attendance code, `owed`: the marking, if she is marked."""

    student_id: int
    name: str
    code: str
    owed: OwedWork | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Who has no mark for a work. `marked`: how many have one."""

    course: Course
    lesson: Lesson
    work: Work
    lines: list[Line]
    marked: int
    can_edit: bool
    refusal: str
    due: date

    @property
    def title(self) -> str:
        return self.work.title or self.work.kind.title

    @property
    def owing(self) -> list[Line]:
        return [line for line in self.lines if line.owed]

    @property
    def free(self) -> list[Line]:
        return [line for line in self.lines if not line.owed]


def sheet(viewer: Viewer, course_id: int, work_id: int) -> Sheet:
    """The students without a mark for a work, for who may read the journal. Raises NotFoundError."""
    work = _work(course_id, work_id)
    lesson, place = lesson_context.find(viewer, course_id, work.lesson_id)
    cells = {cell.student_id: cell for cell in db.session.scalars(select(Cell).where(Cell.work_id == work.id))}
    owed = {row.student_id: row for row in db.session.scalars(select(OwedWork).where(OwedWork.work_id == work.id))}
    lines, marked = [], 0
    for student in personal_tasks.candidates(place.course, lesson.date):
        cell = cells.get(student.id)
        if cell and cell.mark:
            marked += 1
        else:
            code = (cell.attendance or "") if cell else ""
            lines.append(Line(student.id, student.name, code, owed.get(student.id)))
    refusal = place.refusal.message if place.refusal else _refusal(lesson)
    return Sheet(place.course, lesson, work, lines, marked, not refusal, refusal, settings.today() + USUAL)


def mark(
    actor: Viewer, course_id: int, work_id: int, student_ids: Collection[int], due: str, note: str
) -> list[OwedWork]:
    """Mark a work as owed by students until a day; marked again, the term and the note are the new ones.

    Raises NotFoundError, ForbiddenError, ClosedError, FieldsError, RefusedError.
    """
    lesson, _place = lesson_context.find_to_change(actor, course_id, _work(course_id, work_id).lesson_id, None)
    found = sheet(actor, course_id, work_id)
    if found.refusal:
        raise RefusedError(found.refusal)
    term, note = _checked(due, note)
    chosen = [line for line in found.lines if line.student_id in set(student_ids)]
    if not chosen:
        raise FieldsError({"students": "Отметьте хотя бы одного обучающегося без оценки за эту работу."})
    made = []
    for line in chosen:
        before = _worded(line.owed) if line.owed else None
        row = line.owed or OwedWork(work_id=work_id, student_id=line.student_id)
        row.due, row.note, row.marked_by, row.marked_at = term, note, actor.person_id, now()
        db.session.add(row)
        _log(actor, lesson, found.title, line.student_id, before, _worded(row), "update" if before else "create")
        made.append(row)
    db.session.commit()
    return made


def lift(actor: Viewer, course_id: int, owed_id: int) -> OwedWork:
    """Take the marking back. Raises NotFoundError, ForbiddenError, ClosedError."""
    row = db.session.get(OwedWork, owed_id)
    if row is None:
        raise NotFoundError
    work = _work(course_id, row.work_id)
    lesson, _place = lesson_context.find_to_change(actor, course_id, work.lesson_id, None)
    title = work.title or work.kind.title
    _log(actor, lesson, title, row.student_id, _worded(row), None, "delete")
    db.session.delete(row)
    db.session.commit()
    return row


def _work(course_id: int, work_id: int) -> Work:
    work = db.session.scalar(
        select(Work)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .where(Work.id == work_id, Lesson.course_id == course_id)
        .options(joinedload(Work.kind))
    )
    if work is None:
        raise NotFoundError
    return work


def _refusal(lesson: Lesson) -> str:
    if lesson.state == LessonState.CANCELLED:
        return "Занятие отменено: работу за него не требуют."
    if lesson.date > settings.today():
        return f"Занятие {lesson.date:%d.%m} ещё не проведено: отмечать несданное рано."
    return ""


def _checked(due: str, note: str) -> tuple[date, str]:
    errors: dict[str, str] = {}
    term = lessons.parse_date(due, "due", errors)
    if term and term < settings.today():
        errors["due"] = "Срок не может быть в прошлом."
    note = " ".join(note.split())
    if len(note) > LONGEST:
        errors["note"] = f"Не длиннее {LONGEST} знаков."
    if errors or term is None:
        raise FieldsError(errors)
    return term, note


def _worded(row: OwedWork) -> str:
    return f"сдать до {row.due:%d.%m.%Y}" + (f"; {row.note}" if row.note else "") if row.due else "не сдано"


def _log(
    actor: Viewer, lesson: Lesson, title: str, student_id: int, before: str | None, after: str | None, action: str
) -> None:
    """The student is named in the entry, the work in words: a column may be removed, its log stays."""
    student = db.session.get_one(Person, student_id)
    what = f"«{title}» не сдано: {student.short_name}"
    lesson_context.note(actor, lesson, what, before, after, subject="owed", action=action, student_id=student_id)

"""Whole columns of the grid at once: «всем зачёт», «все присутствуют»; each is undone as one."""

import secrets
from collections.abc import Sequence

from sqlalchemy import select

from ejournal.access import Viewer
from ejournal.domain.notation import Value
from ejournal.extensions import db
from ejournal.models import Course, Lesson, LessonState, Work
from ejournal.models.base import now
from ejournal.services import cell_context, cell_terms, cells, grid, held_lessons, log, repeats, roster
from ejournal.services.cells import Entry, Refusal, Saved
from ejournal.services.errors import NotFoundError


def fill(
    actor: Viewer, course_id: int, work_id: int, text: str, *, overwrite: bool = False, reason: str = ""
) -> tuple[list[Saved], list[Refusal]]:
    """Put one value to everybody who was in the journal on the lesson's day.

    Without `overwrite` only empty cells are filled: who is absent stays absent. Raises NotFoundError,
    ForbiddenError, ClosedError, RefusedError for the column as a whole.
    """
    value = cells.parse(text)
    places = _column(actor, course_id, [work_id])
    entries = [
        Entry(place.student_id, work_id, value.text, None)
        for place in places
        if place.enrolled and (overwrite or place.value.is_empty)
    ]
    return cells.record_cells(actor, course_id, entries, "fill", reason) if entries else ([], [])


def everybody_present(
    actor: Viewer, course_id: int, lesson_id: int, reason: str = "", request_id: str = ""
) -> list[Saved]:
    """Attendance of a lesson is entered and nobody was absent or late (п. 4.4); marks stay.

    Who repeats a request that was carried out gets the cells as they are now. Raises NotFoundError, ForbiddenError,
    ClosedError, RefusedError, and ReasonNeededError where codes are taken away after their term.
    """
    is_first = repeats.is_first(actor, request_id)
    works = list(db.session.scalars(select(Work.id).where(Work.lesson_id == lesson_id).order_by(Work.ordinal)))
    if not works:
        raise NotFoundError
    places = _column(actor, course_id, works)
    if not is_first:
        return [Saved(p.student_id, p.work_id, p.value.text, p.version, False, p.span) for p in places]
    coded = [(place, Value(None, place.value.mark)) for place in places if place.enrolled and place.value.attendance]
    for place, value in coded:
        cell_terms.check_reason(place, value, reason)
    batch = secrets.token_hex(8)
    lesson = db.session.get_one(Lesson, lesson_id)
    _log_presence(actor, lesson, batch)
    # A timely entry stays timely when the button is pressed again; the version tells an open form of the change.
    lesson.attendance_at = lesson.attendance_at or now()
    lesson.state = LessonState.HELD
    lesson.version += 1
    db.session.flush()
    return cells.write_batch(actor, coded, "fill", batch, reason)


def _log_presence(actor: Viewer, lesson: Lesson, batch: str) -> None:
    entered = lesson.attendance_at
    log.record(
        actor,
        "lesson",
        "present",
        after="все присутствуют",
        course_id=lesson.course_id,
        lesson_id=lesson.id,
        batch=batch,
        # Pressed again over what was entered in time it enters nothing; codes taken away are late in their own cells.
        late=entered is None and cell_terms.is_late_attendance(lesson.date),
        details={
            "name": f"занятие {lesson.date:%d.%m.%Y}, {lesson.pair} пара: посещаемость",
            **held_lessons.was(lesson.state, entered),
        },
    )


def names_of(viewer: Viewer, course_id: int, entries: Sequence[Entry]) -> dict[int, str]:
    """Short names of the students of entries, for a preview; only of a journal the viewer may read, and only its
    own students: an entry may name anybody's number (п. 2.1)."""
    course, _can_edit = grid.find_course(viewer, course_id)
    asked = {entry.student_id for entry in entries}
    return {student.id: student.name for student in roster.students_of(course) if student.id in asked}


def _column(actor: Viewer, course_id: int, works: Sequence[int]) -> list[cell_context.Place]:
    """The places of columns the actor may write into; raises what forbids the column as a whole.

    The places say whose the journal is: who gives one lesson of it in place of its teacher writes into that one.
    """
    course = db.session.get(Course, course_id)
    students = [student.id for student in roster.students_of(course)] if course else []
    places = list(cell_context.load(actor, course_id, students, works).values()) if students else []
    if not places:
        raise NotFoundError
    # Whatever forbids the lesson itself is the same in each of its cells; one enrolled student tells.
    probe = next((place for place in places if place.enrolled), places[0])
    cells.check_may_write(probe)
    return places

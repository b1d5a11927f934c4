"""Marks of a period, of the year and final ones: the column, writing one, writing those suggested (п. 4.4).

They are written as cells are: a version tells of conflicts, every write is logged, late ones are marked so.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ejournal.access import Viewer
from ejournal.domain import notation, terms
from ejournal.domain.grading import Suggestion
from ejournal.domain.notation import NotationError
from ejournal.domain.reasons import SHORTEST_REASON
from ejournal.domain.terms import Lateness
from ejournal.extensions import db
from ejournal.models import Course, Person
from ejournal.models.base import now
from ejournal.services import debt_marks, grid, guard, log, mark_slots, repeats, roster, settings, suggestions
from ejournal.services.closed import hold_open, is_closed
from ejournal.services.debt_marks import NO_TERMS, Change, Terms
from ejournal.services.errors import Current, NotFoundError, ReasonNeededError, RefusedError, StaleError
from ejournal.services.mark_slots import NOTHING, Slot, Stored
from ejournal.services.roster import Student

STALE = "Эту оценку только что изменили. Выберите, какое значение оставить."


@dataclass(slots=True)
class Column:
    """The marks of one slot of a journal, as the viewer meets them today (see guard.Guarded)."""

    course: Course
    slot: Slot
    teaches: bool
    year_closed: bool
    period_closed: bool
    students: list[Student]
    marks: Mapping[int, Stored]
    suggested: Mapping[int, Suggestion]
    lateness: Lateness | None
    sees: bool = True

    @property
    def missing(self) -> list[Student]:
        """Who is owed a mark: in the journal on the last day, or today where that is still to come."""
        day = min(self.slot.ends, settings.today())
        return [one for one in self.students if one.was_there(day) and not self.stored(one.id).mark]

    def stored(self, student_id: int) -> Stored:
        return self.marks.get(student_id, NOTHING)


@dataclass(frozen=True, slots=True)
class Typed:
    """What goes into one mark. `version` is the counter that was seen."""

    text: str
    version: int
    reason: str = ""
    debt: Terms = NO_TERMS
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    student_id: int
    slot: Slot
    mark: str
    version: int
    suggestion: Suggestion | None


def column(viewer: Viewer, course_id: int, key: str) -> Column:
    """Everybody who was in the journal within the period, with marks and suggestions. Raises NotFoundError."""
    course, teaches = grid.find_course(viewer, course_id)
    slots = mark_slots.of_course(course)
    slot = next((slot for slot in slots if slot.key == key), None)
    if slot is None:
        raise NotFoundError
    today = settings.today()
    students = [student for student in roster.students_of(course) if student.was_within(slot.starts, slot.ends)]
    marks = mark_slots.marks_of(course_id)
    return Column(
        course=course,
        slot=slot,
        teaches=teaches,
        year_closed=course.year.closed_at is not None,
        period_closed=bool(db.session.scalar(select(is_closed(course_id, slot.period_id, today)))),
        students=students,
        marks={student_id: stored for (student_id, own), stored in marks.items() if own == key},
        suggested=suggestions.of_slot(course, slots, slot, students, marks),
        lateness=terms.period_mark_lateness(slot.ends, today, settings.get("terms")),
    )


def record(actor: Viewer, course_id: int, student_id: int, key: str, typed: Typed) -> Saved:
    """Write one mark (п. 4.4).

    Raises NotFoundError, ForbiddenError, ClosedError, StaleError, RefusedError, ReasonNeededError, DebtNeededError.
    """
    is_first = repeats.is_first(actor, typed.request_id)
    hold_open()
    found = column(actor, course_id, key)
    if not is_first:
        stored = found.stored(student_id)
        return Saved(student_id, found.slot, stored.mark, stored.version, found.suggested.get(student_id))
    check_may_write(found)
    if all(student.id != student_id for student in found.students):
        raise RefusedError("В этом периоде обучающийся не числился в журнале: оценка не ставится (п. 4.2).")
    mark = parse(typed.text)
    stored = found.stored(student_id)
    if mark != stored.mark:
        if typed.version != stored.version:
            raise StaleError(STALE, _current(stored))
        _check_reason(found, stored, typed.reason)
        try:
            _write(actor, found, student_id, mark, typed, "record")
            db.session.commit()
        except (IntegrityError, CollisionError) as error:
            db.session.rollback()
            raise StaleError(STALE, _current(column(actor, course_id, key).stored(student_id))) from error
        stored = replace(stored, mark=mark, version=stored.version + 1)
    return Saved(student_id, found.slot, stored.mark, stored.version, found.suggested.get(student_id))


def record_suggested(
    actor: Viewer, course_id: int, key: str, chosen: Mapping[int, str], debt: Terms
) -> tuple[int, list[str]]:
    """Write the marks that were reviewed, to those who have none; returns how many, and who was passed over and why.

    `chosen`: mark by student, as the review showed it. Raises what `record` raises for the column as a whole.
    """
    hold_open()
    found = column(actor, course_id, key)
    check_may_write(found)
    batch, written, passed_over = secrets.token_hex(8), 0, []
    try:
        for student in found.students:
            if student.id not in chosen:
                continue
            if found.stored(student.id).mark:
                passed_over.append(f"{student.name}: оценка уже стоит")
                continue
            mark = parse(chosen[student.id])
            if mark:
                typed = Typed(mark, found.stored(student.id).version, debt=debt)
                _write(actor, found, student.id, mark, typed, "suggested", batch)
                written += 1
        db.session.commit()
    except (IntegrityError, CollisionError) as error:
        db.session.rollback()
        raise RefusedError("Пока вы просматривали список, оценки выставили. Ничего не записано: повторите.") from error
    return written, passed_over


def correct(actor: Viewer, found: Column, student_id: int, typed: Typed) -> None:
    """Write a mark that has a ground of its own, a disputed one (п. 4.5), and commit: no term of п. 4.4 is broken.

    Raises what `record` raises, but for the reason, which is given.
    """
    check_may_write(found)
    stored = found.stored(student_id)
    if typed.version != stored.version:
        raise StaleError(STALE, _current(stored))
    try:
        _write(actor, found, student_id, typed.text, typed, "dispute", excused=True)
        db.session.commit()
    except (IntegrityError, CollisionError) as error:
        db.session.rollback()
        now_there = column(actor, found.course.id, found.slot.key).stored(student_id)
        raise StaleError(STALE, _current(now_there)) from error


def parse(text: str) -> str:
    """«1»–«5», «ЗЧ», «НЗ», «н/а», or "" for an empty text. Raises RefusedError with the reason and the repair."""
    try:
        return notation.parse_period(text) or ""
    except NotationError as error:
        raise RefusedError(error.message, error.repair) from error


def check_may_write(found: Column) -> None:
    """Raise unless the viewer may write into this column today (п. 4.4)."""
    guard.check_may_edit(found)
    if found.slot.starts > settings.today():
        raise RefusedError(f"{found.slot.title} ещё не начался: оценки ставятся в конце периода (п. 4.4).")


def due(slot: Slot) -> date:
    """The last day for the marks of a slot (п. 4.4)."""
    return terms.period_mark_due(slot.ends, settings.get("terms"))


def _check_reason(found: Column, stored: Stored, reason: str) -> None:
    """A first mark after the term is only noted as late; changing one wants a reason, as in cells (п. 4.2)."""
    if found.lateness and stored.mark and len(reason.strip()) < SHORTEST_REASON:
        raise ReasonNeededError(
            f"{found.lateness.phrase}. Правка возможна: укажите причину, она останется в журнале изменений."
        )


def _write(
    actor: Viewer,
    found: Column,
    student_id: int,
    mark: str,
    typed: Typed,
    action: str,
    batch: str | None = None,
    *,
    excused: bool = False,
) -> None:
    stored, slot, course_id = found.stored(student_id), found.slot, found.course.id
    debt_marks.follow(actor, Change(course_id, student_id, slot, mark), typed.debt)
    put(actor, course_id, slot, student_id, stored, mark)
    log.record(
        actor, "period-mark", action, before=stored.mark, after=mark, course_id=course_id, student_id=student_id,
        reason=typed.reason.strip() or None, late=not excused and found.lateness is not None, batch=batch,
        details={"slot": slot.key, "name": slot.phrase},
    )  # fmt: skip


def put(actor: Viewer, course_id: int, slot: Slot, student_id: int, stored: Stored, mark: str) -> None:
    """Store a mark over what was seen, in the current transaction; the caller logs it."""
    values = {"mark": mark or None, "updated_by": actor.person_id, "updated_at": now()}
    if not mark_slots.store(course_id, slot, student_id, stored.version, values):
        raise CollisionError


def _current(stored: Stored) -> Current:
    person = db.session.get(Person, stored.updated_by) if stored.updated_by else None
    when = f"{settings.local(stored.updated_at):%d.%m.%Y %H:%M}" if stored.updated_at else ""
    return Current(stored.mark, stored.version, person.short_name if person else "", when)


class CollisionError(Exception):
    """Somebody else's write came between reading and writing."""

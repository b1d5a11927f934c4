"""What mark is suggested at the end of a period, of the year, of a discipline: never written by itself (DOMAIN)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, select

from ejournal.access import prepared
from ejournal.domain import attestation, grading, session_plan
from ejournal.domain.calendar import semester_of
from ejournal.domain.grading import Suggestion, SuggestionRules
from ejournal.extensions import db
from ejournal.models import AttestationSheet, Course, CurriculumHours, Lesson, LessonState, SheetRow
from ejournal.services import mark_slots, plan_hours, settings, stats
from ejournal.services.individual_lists import Span
from ejournal.services.mark_slots import FINAL, YEAR, Marks, Slot
from ejournal.services.roster import Student

Suggested = dict[int, Suggestion]


class Result(NamedTuple):
    """A student's result of an exam or credit."""

    student_id: int
    period_id: int
    mark: str
    number: str


def rules() -> SuggestionRules:
    """The college's thresholds: settings by the names of SuggestionRules, the defaults of DOMAIN elsewhere."""
    own = settings.get("grading")
    known = {field.name for field in fields(SuggestionRules)}
    values: dict[str, Any] = {
        name: int(value) if name == "min_marks" else Decimal(str(value)) for name, value in own.items() if name in known
    }
    return SuggestionRules(**values)


def of_slot(course: Course, slots: Sequence[Slot], slot: Slot, students: Sequence[Student], marks: Marks) -> Suggested:
    """By student; who has nothing to be suggested is left out. A fixed number of queries."""
    if slot.key == YEAR:
        return of_year(slots, students, marks)
    if slot.key == FINAL:
        return of_final(students, marks, results_of(course.id))
    figures = stats.of_journal(course.id, (slot.starts, slot.ends))
    return of_period(course, slots, slot, students, figures, results_of(course.id))


def of_period(
    course: Course,
    slots: Sequence[Slot],
    slot: Slot,
    students: Iterable[Student],
    figures: Mapping[int, stats.RowStats],
    results: Iterable[Result],
) -> Suggested:
    """Of the period's lessons and the `figures` of its cells; what a closed sheet of its exam or credit says comes
    first."""
    held_on = _hours_held(_held(course.id, slot.starts, slot.ends))
    credit = _ends_with_credit(course, [one for one in slots if one.is_period], slot)
    sheets = {
        result.student_id: attestation.of_sheet(result.mark, result.number)
        for result in results
        if result.period_id == slot.period_id
    }
    known = rules()
    found: Suggested = {}
    for student in students:
        hours = held_on(tuple(student.days))
        own = figures.get(student.id, stats.NO_STATS)
        share = 1 - Decimal(own.missed.total) / hours if hours else None
        suggested = grading.suggest_period_mark(own.average, own.marks, share, known)
        found[student.id] = sheets.get(student.id) or (attestation.as_credit(suggested) if credit else suggested)
    return found


def of_year(slots: Sequence[Slot], students: Iterable[Student], marks: Marks) -> Suggested:
    """Of the marks of the periods in which the student was in the journal. No query."""
    known = rules()
    found = {}
    for student in students:
        own = [slot for slot in slots if slot.is_period and student.was_within(slot.starts, slot.ends)]
        given = [marks.get((student.id, slot.key), mark_slots.NOTHING).mark for slot in own]
        suggested = attestation.suggest_year(given, known)
        if suggested:
            found[student.id] = suggested
    return found


def of_final(students: Iterable[Student], marks: Marks, results: Iterable[Result]) -> Suggested:
    """Of the year's mark and the last closed sheet. No query."""
    exams = {result.student_id: result.mark for result in results}
    found = {}
    for student in students:
        year = marks.get((student.id, YEAR), mark_slots.NOTHING).mark or None
        suggested = attestation.suggest_final(year, exams.get(student.id))
        if suggested:
            found[student.id] = suggested
    return found


def _hours_held(lessons: Sequence[Any]) -> Callable[[tuple[Span, ...]], int]:
    """Hours of lessons on given days: reckoned once for all who were in the list on the same ones."""

    @cache
    def hours(days: tuple[Span, ...]) -> int:
        return sum(number for day, number in lessons if any(first <= day <= last for first, last in days))

    return hours


def _held(course_id: int, first: date, last: date) -> Sequence[Any]:
    return db.session.execute(*_lessons_held(course_id, first, last)).all()


@prepared
def _lessons_held(course_id: int, first: date, last: date) -> Select[*tuple[Any, ...]]:
    return select(Lesson.date, Lesson.hours).where(
        Lesson.course_id == course_id, Lesson.date.between(first, last), Lesson.state == LessonState.HELD
    )


def _ends_with_credit(course: Course, of_year: Sequence[Slot], slot: Slot) -> bool:
    """Whether the curriculum ends the semester of the period with a credit and nothing graded."""
    part = semester_of(of_year.index(slot) + 1, len(of_year))
    semester = plan_hours.first_semester(course.group, course.year.starts.year) + part - 1
    found: Any = db.session.execute(*_control(course.discipline_id, semester, course.group.admission_year)).first()
    return bool(found) and session_plan.forms(found.control) == [session_plan.CREDIT]


@prepared
def _control(discipline_id: int, semester: int, admission_year: int) -> Select[*tuple[Any, ...]]:
    return (
        select(CurriculumHours.admission_year, CurriculumHours.control)
        .where(
            CurriculumHours.discipline_id == discipline_id,
            CurriculumHours.semester == semester,
            CurriculumHours.admission_year.in_((0, admission_year)),
        )
        .order_by(CurriculumHours.admission_year.desc())
    )


def results_of(course_id: int) -> list[Result]:
    """What closed sheets of a journal say, the earliest first."""
    return [Result(row[0], row[1], row[2] or "", row[3]) for row in db.session.execute(*_results(course_id))]


@prepared
def _results(course_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(SheetRow.student_id, AttestationSheet.period_id, SheetRow.mark, AttestationSheet.number)
        .join(AttestationSheet, AttestationSheet.id == SheetRow.sheet_id)
        .where(
            AttestationSheet.course_id == course_id,
            AttestationSheet.closed_at.is_not(None),
            SheetRow.mark.is_not(None),
        )
        .order_by(AttestationSheet.date, AttestationSheet.id)
    )

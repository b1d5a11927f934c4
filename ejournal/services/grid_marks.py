"""The grid's last columns: marks of the periods, the year and the final one, with what is suggested (п. 4.4)."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from ejournal.domain.grading import Suggestion
from ejournal.models import Course, Period
from ejournal.services import mark_slots, settings, suggestions
from ejournal.services.mark_slots import FINAL, YEAR, Slot
from ejournal.services.roster import Student
from ejournal.services.stats import RowStats
from ejournal.services.suggestions import Suggested


class MarkCell(NamedTuple):
    """A mark as the page writes it. `suggested` is shown beside an empty one, with the reason."""

    closed: bool
    version: int
    text: str
    suggested: Suggestion | None


def fill(
    course: Course,
    periods: Sequence[Period],
    students: Sequence[Student],
    can_edit: bool,
    closed: Collection[int],
    shown: Slot | None,
    figures: Mapping[int, RowStats],
) -> list[Slot]:
    """Put the marks into rows; returns the columns. `figures` are of the period `shown`.

    Suggestions are reckoned for the period that is shown, the year and the final mark, and only for who may write.
    """
    slots = mark_slots.of_course(course, periods)
    marks = mark_slots.marks_of(course.id)
    suggested: dict[str, Suggested] = {}
    if can_edit and slots and not course.year.closed_at:
        results = suggestions.results_of(course.id)
        if shown:
            suggested[shown.key] = suggestions.of_period(course, slots, shown, students, figures, results)
        suggested[YEAR] = suggestions.of_year(slots, students, marks)
        suggested[FINAL] = suggestions.of_final(students, marks, results)
    today = settings.today()
    for student in students:
        row = []
        for slot in slots:
            stored = marks.get((student.id, slot.key), mark_slots.NOTHING)
            editable = (
                can_edit
                and slot.period_id not in closed
                and course.year.closed_at is None
                and slot.starts <= today
                and student.was_within(slot.starts, slot.ends)
            )
            hint = suggested.get(slot.key, {}).get(student.id) if editable and not stored.mark else None
            row.append(MarkCell(not editable, stored.version, stored.mark, hint))
        student.marks = row
        student.period_marks = [cell.text for cell, slot in zip(row, slots, strict=True) if slot.is_period]
    return slots

"""The history of one mark of a period, the year or a discipline (п. 4.2): who, when, from, to, why."""

from dataclasses import dataclass

from sqlalchemy import select

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import LogEntry, Person
from ejournal.services import grid, log, mark_slots, roster
from ejournal.services.cell_log import Change
from ejournal.services.errors import NotFoundError
from ejournal.services.mark_slots import Slot
from ejournal.services.roster import Student


@dataclass(frozen=True, slots=True)
class History:
    """A mark with everything that happened to it, newest first."""

    student: Student
    slot: Slot
    text: str
    changes: list[Change]


def load(viewer: Viewer, course_id: int, student_id: int, key: str) -> History:
    """Raises NotFoundError where the viewer may not read the journal or the student is not of it."""
    course, _teaches = grid.find_course(viewer, course_id)
    slot = mark_slots.find(course, key)
    student = next((one for one in roster.students_of(course) if one.id == student_id), None)
    if student is None:
        raise NotFoundError
    rows = db.session.execute(
        select(LogEntry, Person)
        .outerjoin(Person, Person.id == LogEntry.actor_id)
        .where(
            LogEntry.course_id == course_id, LogEntry.student_id == student_id, LogEntry.subject == "period-mark"
        )
        .order_by(LogEntry.id.desc())
    )  # fmt: skip
    changes = [_change(entry, person) for entry, person in rows if (entry.details or {}).get("slot") == key]
    text = mark_slots.marks_of(course_id).get((student_id, key), mark_slots.NOTHING).mark
    return History(student, slot, text, changes)


def _change(entry: LogEntry, person: Person | None) -> Change:
    who = person.full_name if person else "система"
    action = log.ACTIONS.get(entry.action, entry.action)
    return Change(entry.at, who, entry.before or "", entry.after or "", action, entry.reason or "", entry.late)

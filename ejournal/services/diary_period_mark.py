"""One mark of a period, of the year or a final one in full, for the diary: who gave it and when (R2.1.d)."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ejournal.access import Viewer
from ejournal.domain.names import full_name
from ejournal.extensions import db
from ejournal.models import Course, LogEntry, Person
from ejournal.services import diary, mark_slots
from ejournal.services.diary import Diary
from ejournal.services.diary_mark import Change
from ejournal.services.errors import NotFoundError
from ejournal.services.mark_slots import Slot, Stored


@dataclass(frozen=True, slots=True)
class PeriodMarkDetail:
    """`changes`: newest first; the first of them gave the mark as it stands."""

    diary: Diary
    course: Course
    slot: Slot
    stored: Stored
    who: str
    changes: list[Change]

    @property
    def mark(self) -> str:
        return self.stored.mark


def load(viewer: Viewer, student_id: int, course_id: int, key: str) -> PeriodMarkDetail:
    """Raises NotFoundError where the diary is not the viewer's to read, or no such mark was ever given."""
    opened = diary.load(viewer, student_id)
    stored = mark_slots.marks_of(course_id).get((student_id, key))
    if stored is None:
        raise NotFoundError
    course = db.session.get_one(Course, course_id, options=[joinedload(Course.discipline), joinedload(Course.group)])
    person = db.session.get(Person, stored.updated_by) if stored.updated_by else None
    return PeriodMarkDetail(
        opened,
        course,
        mark_slots.find(course, key),
        stored,
        person.full_name if person else "",
        list(_changes(course_id, student_id, key)),
    )


def _changes(course_id: int, student_id: int, key: str) -> Iterator[Change]:
    """Who, when, from what to what. Why is the college's own affair and stays in its log."""
    rows = db.session.execute(
        select(
            LogEntry.at, LogEntry.before, LogEntry.after, LogEntry.details,
            Person.surname, Person.name, Person.patronymic,
        )
        .outerjoin(Person, Person.id == LogEntry.actor_id)
        .where(
            LogEntry.course_id == course_id, LogEntry.student_id == student_id, LogEntry.subject == "period-mark"
        )
        .order_by(LogEntry.id.desc())
    )  # fmt: skip
    for row in rows:
        if (row.details or {}).get("slot") == key:
            who = full_name(row.surname, row.name, row.patronymic) if row.surname else "система"
            yield Change(row.at, who, row.before or "", row.after or "")

"""Расписание: a week for everybody of the staff and for who is in the group; changed by administration."""

from factories import Journal

from ejournal.extensions import db
from ejournal.models import TimetableEntry
from tests.web.access_rows import OVERSEERS, SIGNED_IN

ROWS = {
    "timetable.change_entry": OVERSEERS,
    "timetable.clashes": OVERSEERS,
    "timetable.create_entry": OVERSEERS,
    "timetable.edit": OVERSEERS,
    "timetable.entry": OVERSEERS,
    "timetable.generate": OVERSEERS,
    "timetable.generating": OVERSEERS,
    "timetable.index": SIGNED_IN,
    "timetable.new_entry": OVERSEERS,
}


def arguments(journal: Journal) -> dict[str, object]:
    entry = TimetableEntry(course_id=journal.course_id, weekday=1, pair=1)
    db.session.add(entry)
    db.session.commit()
    return {"group_id": journal.group.id, "entry_id": entry.id}

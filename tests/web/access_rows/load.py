"""Нагрузка: administration only."""

from factories import Journal

from ejournal.extensions import db
from ejournal.models import CourseTeacher
from tests.web.access_rows import OVERSEERS

ROWS = {
    "load.appoint": OVERSEERS,
    "load.create_journals": OVERSEERS,
    "load.dismiss": OVERSEERS,
    "load.index": OVERSEERS,
    "load.remove_journal": OVERSEERS,
    "load.set_hours": OVERSEERS,
}


def arguments(journal: Journal) -> dict[str, object]:
    row = CourseTeacher(course_id=journal.course_id, teacher_id=journal.teacher.id, since=journal.year.starts)
    db.session.add(row)
    db.session.commit()
    return {"teaching_id": row.id}

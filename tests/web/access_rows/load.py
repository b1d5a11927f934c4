"""Нагрузка: administration only."""

from factories import Journal

from ejournal.extensions import db
from ejournal.models import Course, CourseTeacher, Stream, Subgroup
from tests.web.access_rows import OVERSEERS

ROWS = {
    "load.appoint": OVERSEERS,
    "load.create_journals": OVERSEERS,
    "load.create_subgroup": OVERSEERS,
    "load.dismiss": OVERSEERS,
    "load.divide": OVERSEERS,
    "load.index": OVERSEERS,
    "load.share_hours": OVERSEERS,
    "load.join_stream": OVERSEERS,
    "load.leave_stream": "401 ok  404 403 403 403 403 403",  # out of it after the first who may
    "load.remove_journal": OVERSEERS,
    "load.remove_subgroup": "401 ok  404 403 403 403 403 403",  # gone after the first who may
    "load.rename_stream": OVERSEERS,
    "load.rename_subgroup": OVERSEERS,
    "load.set_hours": OVERSEERS,
    "load.split_journal": OVERSEERS,
    "load.splitting": OVERSEERS,
    "load.streams": OVERSEERS,
    "load.subgroups": OVERSEERS,
}


def arguments(journal: Journal) -> dict[str, object]:
    row = CourseTeacher(course_id=journal.course_id, teacher_id=journal.teacher.id, since=journal.year.starts)
    subgroup = Subgroup(group_id=journal.group.id, title="подгруппа 1")
    stream = Stream(year_id=journal.year.id, title="Поток")
    db.session.add_all([row, subgroup, stream])
    db.session.flush()
    db.session.get_one(Course, journal.course_id).stream_id = stream.id
    db.session.commit()
    return {"teaching_id": row.id, "subgroup_id": subgroup.id, "stream_id": stream.id}

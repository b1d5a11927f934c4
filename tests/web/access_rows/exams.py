"""Сессия: read by everybody signed in, put together by administration."""

from factories import Journal

from ejournal.extensions import db
from ejournal.models import Exam
from tests.web.access_rows import OVERSEERS, SIGNED_IN

ROWS = {
    "exams.change_exam": OVERSEERS,
    "exams.create_all": OVERSEERS,
    "exams.create_exam": OVERSEERS,
    "exams.exam": OVERSEERS,
    "exams.index": OVERSEERS,
    "exams.new_exam": OVERSEERS,
    "exams.session": SIGNED_IN,
}


def arguments(journal: Journal) -> dict[str, object]:
    exam = Exam(course_id=journal.course_id, kind="Э", date=journal.year.ends)
    db.session.add(exam)
    db.session.commit()
    return {"exam_id": exam.id}

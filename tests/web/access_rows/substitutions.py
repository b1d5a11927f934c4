"""Замены: read by the staff, published by administration."""

from factories import Journal

from ejournal.extensions import db
from ejournal.models import Lesson, Substitution
from tests.web.access_rows import OVERSEERS, STAFF

ROWS = {
    "substitutions.index": STAFF,
    "substitutions.new_substitution": OVERSEERS,
    "substitutions.publish": OVERSEERS,
    "substitutions.sheet": STAFF,
    "substitutions.withdraw": OVERSEERS,
}


def arguments(journal: Journal) -> dict[str, object]:
    lesson = db.session.get(Lesson, journal.lessons[0].id)
    assert lesson is not None
    before = {"room": "", "teacher_id": None, "reason": "", "state": "held", "pair": lesson.pair, "moved_from": None}
    made = Substitution(
        date=lesson.date, pair=lesson.pair, course_id=lesson.course_id, lesson_id=lesson.id, kind="cancelled",
        before={**before, "date": lesson.date.isoformat()},
    )  # fmt: skip
    db.session.add(made)
    db.session.commit()
    return {"substitution_id": made.id}

"""Тематические планы: administration, and teachers for their own journals."""

from factories import Journal

from ejournal.extensions import db
from ejournal.models import Course, ThematicPlan

OWN = "401 ok  ok  403 ok  404 403 403"

ROWS = {
    "thematic.choose": OWN,
    "thematic.give": OWN,
    "thematic.index": "401 ok  ok  403 ok  ok  403 403",
    "thematic.plan": OWN,
    "thematic.save": OWN,
}


def arguments(journal: Journal) -> dict[str, object]:
    course = db.session.get(Course, journal.course_id)
    assert course is not None
    plan = ThematicPlan(discipline_id=course.discipline_id, title="План")
    db.session.add(plan)
    db.session.flush()
    course.plan_id = plan.id
    db.session.commit()
    return {"plan_id": plan.id}

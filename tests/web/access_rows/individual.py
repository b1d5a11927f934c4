"""Индивидуальные планы: administration only."""

from factories import Journal

from ejournal.extensions import db
from ejournal.models import Course, IndividualPlan, IndividualRow
from tests.web.access_rows import OVERSEERS

ROWS = {
    "individual.change_plan": OVERSEERS,
    "individual.change_row": OVERSEERS,
    "individual.create_plan": OVERSEERS,
    "individual.create_row": OVERSEERS,
    "individual.end_plan": OVERSEERS,
    "individual.index": OVERSEERS,
    "individual.new_plan": OVERSEERS,
    "individual.new_row": OVERSEERS,
    "individual.plan": OVERSEERS,
    "individual.remove_row": "401 ok  404 403 403 403 403 403",  # gone after the first who may
    "individual.row": OVERSEERS,
}


def arguments(journal: Journal) -> dict[str, object]:
    plan = IndividualPlan(student_id=journal.students[0].id, order_number="1", since=journal.year.ends)
    course = db.session.get(Course, journal.course_id)
    assert course is not None
    plan.rows.append(IndividualRow(discipline_id=course.discipline_id, hours=10))
    db.session.add(plan)
    db.session.commit()
    return {"individual_id": plan.id, "individual_row_id": plan.rows[0].id}

"""Учебные планы: administration only."""

from factories import Journal

from ejournal.extensions import db
from ejournal.models import CurriculumHours, Discipline
from tests.web.access_rows import OVERSEERS

# Gone after the first who may.
ONCE = "401 ok  404 403 403 403 403 403"

ROWS = {
    "plans.begin_own": OVERSEERS,
    "plans.change_row": OVERSEERS,
    "plans.create_row": OVERSEERS,
    "plans.curriculum": OVERSEERS,
    "plans.drop_own": ONCE,
    "plans.index": OVERSEERS,
    "plans.new_row": OVERSEERS,
    "plans.remove_row": ONCE,
    "plans.row": OVERSEERS,
}


def arguments(journal: Journal) -> dict[str, object]:
    spare = Discipline(programme_id=journal.group.programme_id, index="ОП.99", title="Лишняя", kind="op")
    db.session.add(spare)
    db.session.flush()
    for admission in (0, 2001):
        db.session.add(CurriculumHours(discipline_id=spare.id, semester=1, hours=10, admission_year=admission))
    db.session.commit()
    return {"programme_id": journal.group.programme_id, "discipline_id": spare.id, "admission": 2001}

"""Движение контингента: administration only."""

from factories import Journal

from ejournal.extensions import db
from ejournal.models import MovementOrder
from tests.web.access_rows import OVERSEERS

ROWS = {
    "movement.create_order": OVERSEERS,
    "movement.index": OVERSEERS,
    "movement.new_order": OVERSEERS,
    "movement.student": OVERSEERS,
    "movement.undo_order": OVERSEERS,
}


def arguments(journal: Journal) -> dict[str, object]:
    order = MovementOrder(kind="expel", number="1", dated=journal.year.starts, effective=journal.year.starts)
    db.session.add(order)
    db.session.commit()
    return {"order_id": order.id}

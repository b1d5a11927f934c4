"""Звонки и режим работы: administration only."""

from datetime import time

from factories import Journal

from ejournal.extensions import db
from ejournal.models import Bell, BellDate, BellSchedule
from tests.web.access_rows import OVERSEERS

GONE = "401 ok  404 403 403 403 403 403"  # after the first who may

ROWS = {
    "bells.add_date": OVERSEERS,
    "bells.change_schedule": OVERSEERS,
    "bells.create_schedule": OVERSEERS,
    "bells.index": OVERSEERS,
    "bells.modes": OVERSEERS,
    "bells.new_schedule": OVERSEERS,
    "bells.remove_date": GONE,
    "bells.remove_schedule": GONE,
    "bells.save_modes": OVERSEERS,
    "bells.schedule": OVERSEERS,
}


def arguments(journal: Journal) -> dict[str, object]:
    schedule = BellSchedule(title="Короткие", special=True)
    db.session.add(schedule)
    db.session.flush()
    day = BellDate(date=journal.year.starts, schedule_id=schedule.id)
    db.session.add_all([day, Bell(schedule_id=schedule.id, pair=1, starts=time(9), ends=time(10))])
    db.session.commit()
    return {"schedule_id": schedule.id, "date_id": day.id}

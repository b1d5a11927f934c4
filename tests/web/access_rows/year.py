"""Учебный год."""

from factories import Journal

from ejournal.extensions import db
from ejournal.models import Vacation
from tests.web.access_rows import OVERSEERS, SYSADMIN

ROWS = {
    "year.appoint_curator": OVERSEERS,
    "year.checklist": OVERSEERS,
    "year.close_year": SYSADMIN,
    "year.create_group": OVERSEERS,
    "year.create_programme": OVERSEERS,
    "year.create_year": OVERSEERS,
    "year.fill_holidays": OVERSEERS,
    "year.group": OVERSEERS,
    "year.groups": OVERSEERS,
    "year.next_year": OVERSEERS,
    "year.periods": OVERSEERS,
    "year.promote": OVERSEERS,
    "year.release": OVERSEERS,
    "year.remove_period": OVERSEERS,  # refused: it holds marks, debts, sheets
    "year.remove_vacation": "401 ok  404 403 403 403 403 403",  # gone after the first who may
    "year.save_period": OVERSEERS,
    "year.save_vacation": OVERSEERS,
    "year.set_anchor": OVERSEERS,
    "year.update_group": OVERSEERS,
}


def arguments(journal: Journal) -> dict[str, object]:
    vacation = Vacation(year_id=journal.year.id, title="Осенние", starts=journal.year.starts, ends=journal.year.starts)
    db.session.add(vacation)
    db.session.commit()
    return {"year_id": journal.year.id, "period_id": journal.period.id, "vacation_id": vacation.id}

"""Замечания по ведению журнала (п. 4.2): made by administration, answered by the journal's teacher."""

from factories import Journal

from ejournal.extensions import db
from ejournal.models import Remark
from tests.web.access_rows import STAFF

ADMINISTRATION = "401 403 ok  403 403 403 403 403"

ROWS = {
    "remarks.answer": "401 403 403 403 ok  404 403 403",
    "remarks.create": ADMINISTRATION,
    "remarks.decide": ADMINISTRATION,
    "remarks.export": STAFF,
    "remarks.index": STAFF,
    "remarks.new": ADMINISTRATION,
    "remarks.show": "401 ok  ok  ok  ok  404 403 403",
}


def arguments(journal: Journal) -> dict[str, object]:
    remark = Remark(
        course_id=journal.course_id, text="Темы не записаны", due=journal.lessons[0].date, state="open"
    )  # fmt: skip
    db.session.add(remark)
    db.session.commit()
    return {"remark_id": remark.id}

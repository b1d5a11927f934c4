"""Дети и законные представители on the page of a person: the system administrator alone (п. 2.1)."""

from factories import Journal, make_person

from ejournal.extensions import db
from ejournal.models import Guardianship, Role
from tests.web.access_rows import SYSADMIN

ROWS = {
    "admin.add_link": "401 404 403 403 403 403 403 403",  # an empty form names nobody
    "admin.end_link": "401 404 403 403 403 403 403 403",  # a link of two other people
    "admin.new_link": SYSADMIN,
}


def arguments(journal: Journal) -> dict[str, object]:
    link = Guardianship(parent_id=make_person("Отцов", (Role.PARENT,)).id, student_id=journal.students[0].id)
    db.session.add(link)
    db.session.commit()
    return {"side": "children", "link_id": link.id}

"""Profile, sessions, compromised accounts and the session's timetable: axe-core finds nothing, phones do not scroll
sideways (п. 1.7)."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from factories import make_journal, make_person
from flask import Flask

from ejournal.extensions import db
from ejournal.models import Account, Compromise, Exam, Person, Role
from ejournal.services import settings

pytestmark = pytest.mark.browser

PATHS = ("/profile", "/profile/compromise", "/compromise", "/admin/compromises", "/exams/", "/timetable/session")


@pytest.fixture
def admin(world: Flask) -> Person:
    """The administrator of a college with an exam to come and a report that waits."""
    journal = make_journal(students=1, lessons=0)
    admin = make_person("Завучева", (Role.SYSADMIN, Role.TEACHER))
    today = settings.today()
    account = db.session.scalars(db.select(Account.id).where(Account.person_id == admin.id)).one()
    day = today + timedelta(days=9)
    db.session.add_all(
        [
            Exam(course_id=journal.course_id, kind="Э", date=day, room="217", teacher_id=admin.id),
            Exam(course_id=journal.course_id, kind="Э", date=day, consultation_date=day, teacher_id=admin.id),
            Compromise(account_id=account, source="stranger", known_on=today, due=today, note="Не я"),
        ]
    )
    db.session.commit()
    return admin


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("width", [1440, 390])
def test_r1_7_a_axe_finds_nothing(open_as, admin, path, width):
    page = open_as(admin, path)
    page.set_viewport_size({"width": width, "height": 844})
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width

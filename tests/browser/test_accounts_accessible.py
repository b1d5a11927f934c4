"""Profile, sessions, compromised accounts, the session's timetable, control, remarks, continuity, archive and closing:
axe-core finds nothing, phones do not scroll sideways (п. 1.7)."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from factories import make_journal, make_person
from flask import Flask

from ejournal.extensions import db
from ejournal.models import Account, Compromise, Exam, Person, Remark, Role
from ejournal.services import settings

pytestmark = pytest.mark.browser

PATHS = ("/profile", "/profile/compromise", "/compromise", "/admin/compromises", "/exams/", "/timetable/session")

OFFICE = (
    "/control/", "/control/?by=item", "/control/terms", "/admin/grading", "/remarks/", "/remarks/{remark}",
    "/remarks/journals/{course}/new", "/continuity/",
    "/archive/", "/closing/?group={group}", "/journal/{course}/closing/{period}", "/sheets/",
    "/sheets/new/{course}", "/debts/", "/admin/security", "/profile/second-step",
)  # fmt: skip


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
def test_r1_7_a_axe_finds_nothing_on_a_phone(open_as, admin, path):
    page, width = open_as(admin, path), 390
    page.set_viewport_size({"width": width, "height": 844})
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_the_office_watches_does_not_scroll_sideways_on_a_phone(open_as, world):
    """One browser walks them all: a window of its own for each would take minutes."""
    journal = make_journal(students=2, lessons=2)
    office = make_person("Завучева", (Role.SYSADMIN, Role.ADMINISTRATION))
    remark = Remark(course_id=journal.course_id, text="Темы не записаны", due=settings.today(), state="open")
    db.session.add(remark)
    db.session.commit()
    place = {
        "remark": remark.id, "course": journal.course_id, "group": journal.group.id, "period": journal.period.id,
    }  # fmt: skip
    page, faults = open_as(office, OFFICE[0]), []
    origin = page.url.removesuffix(OFFICE[0])
    for path in OFFICE:
        answer = page.goto(origin + path.format(**place))
        assert answer.status == 200, path
        page.set_viewport_size({"width": 390, "height": 844})
        if page.evaluate("document.documentElement.scrollWidth") > 390:
            faults.append(f"{path}: scrolls sideways")
    assert faults == []


def test_on_a_phone_the_row_of_sections_begins_at_the_open_one(open_as, admin):
    page = open_as(admin, "/exams/")
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    box = page.locator(".section-nav [aria-current]").bounding_box()
    assert 0 <= box["x"] < 390 - box["width"]

"""The help: axe-core finds nothing, phones do not scroll sideways, the header's link is within reach (п. 1.7, 4.1)."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from factories import make_person
from flask import Flask

from ejournal.extensions import db
from ejournal.models import Account, Person, Role
from ejournal.models.base import now
from ejournal.services import settings, updates

pytestmark = pytest.mark.browser


@pytest.fixture
def teacher(world: Flask) -> Person:
    person = make_person(roles=(Role.TEACHER,))
    db.session.commit()
    return person


@pytest.mark.parametrize("path", ["/help/", "/help/?q=журнал", "/help/teacher", "/help/updates"])
def test_r1_7_a_axe_finds_nothing_on_a_phone(open_as, teacher, path):
    page = open_as(teacher, path)
    page.set_viewport_size({"width": 320, "height": 844})
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("width", [1440, 320])
def test_r4_1_g_help_opens_at_the_page_s_place(open_as, teacher, width):
    page = open_as(teacher, "/journal/")
    page.set_viewport_size({"width": width, "height": 844})
    if width == 320:
        page.locator("summary[title]").last.click()
    page.get_by_role("link", name="Справка").click()
    page.wait_for_url("**/help/teacher#journals")
    # The browser goes to the section a little after the page has loaded.
    for _ in range(30):
        if page.locator("#journals").bounding_box()["y"] < 300:
            break
        page.wait_for_timeout(100)
    assert 0 <= page.locator("#journals").bounding_box()["y"] < 300


@pytest.mark.parametrize("width", [1440, 320])
def test_r4_1_g_the_line_about_an_update_is_read_and_hidden(open_as, teacher, width):
    account = db.session.scalars(db.select(Account).where(Account.person_id == teacher.id)).one()
    account.updates_seen_at = now() - timedelta(days=1)
    settings.put(updates.KNOWN, {"entry": now().isoformat()})
    db.session.commit()
    page = open_as(teacher, "/journal/")
    page.set_viewport_size({"width": width, "height": 844})
    line = page.locator(".update-line")
    for _ in range(int(settings.CACHE_SECONDS) + 3):  # the server reads settings anew every few seconds
        if line.count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    line.get_by_role("button", name="Скрыть").click()
    page.wait_for_url("**/journal/")
    assert line.count() == 0

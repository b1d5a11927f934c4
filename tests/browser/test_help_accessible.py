"""The help: axe-core finds nothing, phones do not scroll sideways, the header's link is within reach (п. 1.7, 4.1)."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from factories import make_person
from flask import Flask

from ejournal.extensions import db
from ejournal.models import Person, Role

pytestmark = pytest.mark.browser


@pytest.fixture
def teacher(world: Flask) -> Person:
    person = make_person(roles=(Role.TEACHER,))
    db.session.commit()
    return person


@pytest.mark.parametrize("path", ["/help/", "/help/?q=журнал", "/help/teacher", "/help/updates"])
@pytest.mark.parametrize("width", [1440, 390, 320])
@pytest.mark.parametrize("view", ["usual", "contrast"])
def test_r1_7_a_axe_finds_nothing(open_as, teacher, path, width, view):
    page = open_as(teacher, path)
    page.set_viewport_size({"width": width, "height": 844})
    if view == "contrast":
        page.locator("form[action='/view'] button").first.click()
        page.wait_for_load_state()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


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

"""axe-core finds nothing on the journal's pages on a phone (п. 1.7); those of a desk are in test_every_page.py."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from factories import Journal, make_journal, make_lesson
from flask import Flask

from ejournal.services import settings

pytestmark = pytest.mark.browser


@pytest.fixture
def journal(world: Flask) -> Journal:
    journal = make_journal(students=4, lessons=4)
    make_lesson(journal.course_id, settings.today(), pair=4, state="cancelled")
    return journal


def paths(journal: Journal) -> dict[str, str]:
    base, lesson = f"/journal/{journal.course_id}", journal.lessons[0].id
    return {
        "start": "/",
        "list": "/journal/",
        "grid": base,
        "second page": f"{base}/lessons",
        "lesson": f"{base}/lessons/{lesson}",
        "phone": f"{base}/lessons/{lesson}/roll",
    }


@pytest.mark.parametrize("name", ["start", "list", "grid", "second page", "lesson", "phone"])
def test_r1_7_a_axe_finds_nothing_on_a_phone(open_as, journal, name):
    page = open_as(journal.teacher, paths(journal)[name])
    page.set_viewport_size({"width": 390, "height": 844})
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("name", ["start", "list", "second page", "lesson", "phone"])
def test_phone_page_does_not_scroll_sideways(open_as, journal, name):
    page = open_as(journal.teacher, paths(journal)[name])
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= width

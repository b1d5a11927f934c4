"""Printed documents in a real browser: a file comes down, the pages are accessible and fit a phone (R1.7.a, R3.7)."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from factories import Journal, make_curator, make_journal
from flask import Flask

from ejournal.models import Person

pytestmark = pytest.mark.browser

# Desks are looked at by test_every_page.
PHONE = 390


@pytest.fixture
def led(world: Flask) -> tuple[Journal, Person]:
    journal = make_journal(students=3, lessons=2)
    return journal, make_curator(journal.group)


def places(journal: Journal) -> list[str]:
    return [
        "/documents/",
        f"/documents/groups/{journal.group.id}",
        f"/documents/statements/{journal.students[0].id}",
        f"/documents/courses/{journal.course_id}",
        "/documents/check",
    ]


def test_r3_7_a_statement_comes_down_and_its_code_is_recognised(open_as, led):
    journal, curator = led
    page = open_as(curator, f"/documents/statements/{journal.students[0].id}")
    with page.expect_download() as coming:
        page.get_by_role("button", name="Выписка (PDF)").click()
    assert coming.value.suggested_filename == "Выписка.pdf"
    page.goto(page.url.split("/documents/")[0] + "/documents/")
    page.get_by_role("link", name=re.compile(r"^[2-9A-Z]{4}-")).click()
    assert page.get_by_text("Такой документ выдан колледжем").is_visible()
    for width in (1440, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_r1_7_a_axe_finds_nothing(open_as, led):
    journal, curator = led
    for place in places(journal):
        page = open_as(curator, place)
        page.set_viewport_size({"width": PHONE, "height": 844})
        found = Axe().run(page)
        assert found.violations_count == 0, place + found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE, place

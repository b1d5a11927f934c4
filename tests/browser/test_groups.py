"""The pages of a group in a browser: turned in place with their address, axe-core, phones (R4.3.c, п. 1.7)."""

from dataclasses import dataclass
from datetime import timedelta

import factories
import factories_consents
import factories_documents
import factories_groups as made
import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import expect

from ejournal.models import Person
from ejournal.services import settings

pytestmark = pytest.mark.browser

# Desks are looked at by test_every_page.
PHONE = 390


@dataclass
class Led:
    curator: Person
    url: str
    student: str


@pytest.fixture
def led(world: Flask) -> Led:
    """A group of a full week with somebody missing, at risk, in debt, never signed in."""
    journal = factories.make_journal(students=6, lessons=0)
    first, second, *_rest = journal.students
    other = made.second(journal, "Основы алгоритмизации и программирования")
    for days in range(6):
        made.lesson(journal.course_id, settings.today() - timedelta(days=days), 1, {first: "2", second: "н"})
        made.lesson(other, settings.today() - timedelta(days=days), 4, {first: "о5", second: "б"})
    factories_documents.give(journal, ["н/а", "5", "", "", "", ""])
    factories_consents.make_parent(first)
    url = f"/groups/{journal.group.id}"
    return Led(factories.make_curator(journal.group), url, f"{url}/students/{first.id}")


PAGES = ("/", "/groups/", "{url}", "{url}?view=day", "{url}?view=week&by=disciplines", "{url}?view=period&sort=risk",
         "{url}/access", "{student}")  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_r1_7_a_axe_finds_nothing(open_as, led, page):
    opened = open_as(led.curator, page.format(url=led.url, student=led.student))
    opened.set_viewport_size({"width": PHONE, "height": 844})
    found = Axe().run(opened)
    assert found.violations_count == 0, found.generate_report()
    assert opened.evaluate("document.documentElement.scrollWidth") <= PHONE


def test_r4_3_c_day_week_and_period_turn_in_place_and_keep_their_address(open_as, led):
    page = open_as(led.curator, led.url)
    page.evaluate("window.stays = true")
    page.get_by_role("link", name="Период", exact=True).click()
    expect(page.get_by_label("Период")).to_be_visible()
    assert "view=period" in page.url
    page.get_by_role("link", name="По риску").click()
    expect(page.get_by_role("link", name="По риску")).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("link", name="По риску")).to_be_focused()
    assert "sort=risk" in page.url
    page.get_by_role("link", name="Неделя", exact=True).click()
    expect(page.get_by_role("link", name="По дисциплинам")).to_be_visible()
    page.get_by_role("link", name="Предыдущая неделя").click()
    page.wait_for_url("**&week=*")
    expect(page.get_by_role("link", name="Предыдущая неделя")).to_be_focused()
    assert page.evaluate("window.stays")
    week = page.url
    page.reload()
    assert page.url == week
    page.go_back()
    page.go_back()
    expect(page.get_by_label("Период")).to_be_visible()


def test_a_year_chosen_shows_at_once(open_as, led):
    page = open_as(led.curator, f"{led.url}?view=period")
    page.get_by_label("Период").select_option(index=1)
    page.wait_for_url("**period=y*")
    expect(page.get_by_label("Период")).to_be_focused()
    expect(page.locator("#announcer")).to_contain_text("весь")
    expect(page.get_by_role("table")).to_be_visible()


def test_names_stay_in_sight_while_a_phone_scrolls_the_table(open_as, led):
    page = open_as(led.curator, led.url)
    page.set_viewport_size({"width": 390, "height": 844})
    frame = page.locator(".board-frame")
    frame.evaluate("frame => frame.scrollLeft = 400")
    box = page.locator("tbody th.who").first.bounding_box()
    assert box is not None
    assert 0 <= box["x"] < 40

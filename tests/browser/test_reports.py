"""Reports in a real browser: filters and order change the table in place, pages are accessible and fit a phone."""

import re

import factories_documents as made
import pytest
from axe_playwright_python.sync_playwright import Axe
from factories import Journal, make_curator, make_journal
from flask import Flask
from playwright.sync_api import expect

from ejournal.models import Person
from ejournal.services.reports import registry

pytestmark = pytest.mark.browser


@pytest.fixture
def led(world: Flask) -> tuple[Journal, Person]:
    journal = make_journal(students=4, lessons=3)
    made.fill(journal, 0, ["5", "4", "н"])
    made.fill(journal, 1, ["2", "2", "о3"])
    made.give(journal, ["5", "2", "", ""])
    return journal, make_curator(journal.group)


def test_r2_3_monitor_a_filter_and_the_order_change_the_table_and_the_address(open_as, led):
    journal, curator = led
    page = open_as(curator, "/reports/attendance")
    page.get_by_label("Строки").select_option("student")
    page.get_by_role("link", name=journal.group.title).first.wait_for(state="detached")
    assert page.get_by_role("row", name=re.compile(journal.students[0].full_name)).is_visible()
    assert "by=student" in page.url
    page.get_by_role("link", name="Пропущено").click()
    page.locator("th[aria-sort=descending]").wait_for()
    first = page.locator("tbody tr").first
    assert journal.students[0].full_name in first.inner_text()
    assert "sort=-4" in page.url
    page.reload()
    assert page.locator("th[aria-sort=descending]").is_visible()
    page.go_back()
    page.go_back()
    page.get_by_role("link", name=journal.group.title).first.wait_for()
    assert page.get_by_label("Строки").input_value() == "group"
    with page.expect_download() as coming:
        page.get_by_role("button", name="XLSX").click()
    assert coming.value.suggested_filename.endswith(".xlsx")


def test_r1_7_a_axe_finds_nothing_in_any_report(open_as, led):
    _journal, curator = led
    views = ["/reports/", "/reports/attendance?by=month", "/reports/dynamics?step=period", "/reports/usage?by=group"]
    for place in [*views, *(f"/reports/{key}" for key in registry.all_reports())]:
        page = open_as(curator, place)
        found = Axe().run(page)
        assert found.violations_count == 0, place + found.generate_report()
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, place
        page.close()


def test_on_a_phone_the_filters_are_a_line_that_says_what_is_chosen(open_as, led):
    _journal, curator = led
    page = open_as(curator, "/reports/attendance")
    for width, chosen, is_seen in [(390, "", True), (390, "?by=student", False), (1440, "?by=student", True)]:
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(page.url.partition("?")[0] + chosen)
        expect(page.get_by_label("Строки")).to_be_visible(visible=is_seen)
    page.set_viewport_size({"width": 390, "height": 844})
    line = page.locator(".report-fold summary")
    expect(line).to_have_text(re.compile("Отбор: .+; строки: обучающиеся"))
    assert line.bounding_box()["height"] < 50
    assert page.locator(".report-head").bounding_box()["y"] < 420
    line.click()
    page.get_by_label("Строки").select_option("group")
    expect(line).to_contain_text("строки: группы")
    expect(page.get_by_label("Строки")).to_be_visible()


def test_on_a_phone_control_begins_with_its_figures(open_as, led):
    _journal, curator = led
    page = open_as(curator, "/control/")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.locator(".control-summary").bounding_box()["y"] < 300
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

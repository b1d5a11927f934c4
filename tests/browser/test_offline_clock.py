"""What waits in a browser does not trust the clock of the computer: it stands years behind where a battery is flat."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from browser.conftest import Server
from browser.test_offline import cell, classroom, journal, kept, stored, type_down, with_worker
from factories import Journal, make_person
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from ejournal.models import Role

pytestmark = pytest.mark.browser

__all__ = ["classroom", "journal"]
OpenAs = Callable[..., Page]

# Left by somebody else: what lies here under another name, first met so many days ago and so many days since.
LEAVE = """([ago, days]) => {
  const key = `wait:somebody-else:00001420070400-00001:${days}`;
  localStorage.setItem(key, "sealed");
  const met = JSON.parse(localStorage.getItem("others-met") ?? "{}");
  met[key] = { since: Date.now() - ago * 24 * 3600 * 1000, days, last: 0 };
  localStorage.setItem("others-met", JSON.stringify(met));
}"""
OTHERS = """Object.keys(localStorage).filter((key) => key.startsWith("wait:somebody-else:"))
  .map((key) => key.split(":")[3])"""


def back_with_the_right_time(open_as: OpenAs, journal: Journal, classroom: BrowserContext) -> None:
    """Some page of the teacher's, which sends what waits."""
    classroom.clock.set_fixed_time(datetime.now(UTC))
    page = open_as(journal.teacher, "/", classroom)
    expect(page.locator("#waiting")).to_be_hidden(timeout=20_000)
    assert kept(page) == 0


def test_marks_typed_while_the_clock_stood_years_behind_are_sent(
    open_as: OpenAs, journal: Journal, server: Server, classroom: BrowserContext
) -> None:
    page = open_as(journal.teacher, f"/journal/{journal.course_id}", classroom)
    page.clock.set_fixed_time("2015-01-01T08:00:00")
    server.stop()
    try:
        type_down(page, journal, 0, "5", "4")
        expect(page.locator("#save-state")).to_contain_text("ждут отправки 2")
        page.close()
    finally:
        server.start()
    back_with_the_right_time(open_as, journal, classroom)
    assert stored(journal)[:2] == ["5", "4"]


def test_what_was_typed_last_is_stored_though_the_clock_went_back_between(
    open_as: OpenAs, journal: Journal, server: Server, classroom: BrowserContext
) -> None:
    page = with_worker(open_as(journal.teacher, f"/journal/{journal.course_id}", classroom))
    server.stop()
    try:
        type_down(page, journal, 0, "5")
        expect(page.locator("#save-state")).to_contain_text("ждут отправки 1")
        page.reload()
        expect(page.locator("#save-state")).to_contain_text("ждут отправки 1")
        page.clock.set_fixed_time("2015-01-01T08:00:00")
        type_down(page, journal, 0, "3")
        expect(cell(page, journal, 0)).to_have_text("3")
        page.close()
    finally:
        server.start()
    back_with_the_right_time(open_as, journal, classroom)
    assert stored(journal)[0] == "3"


def test_what_nobody_comes_back_for_goes_after_long_use_and_ones_own_never(
    open_as: OpenAs, journal: Journal, world: Flask, server: Server, classroom: BrowserContext
) -> None:
    page = open_as(journal.teacher, f"/journal/{journal.course_id}", classroom)
    server.stop()
    try:
        type_down(page, journal, 0, "5")
        expect(page.locator("#save-state")).to_contain_text("ждут отправки 1")
        page.close()
    finally:
        server.start()
    other = open_as(make_person("Другая", (Role.TEACHER,)), "/", classroom)
    for left in ((121, 20), (121, 3), (30, 25)):
        other.evaluate(LEAVE, list(left))
    other.reload()
    assert sorted(other.evaluate(OTHERS)) == ["25", "3"]
    assert kept(other) == 3  # and the teacher's, who comes back

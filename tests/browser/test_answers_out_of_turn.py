"""Answers that come late over a bad network: what is seen is what was asked for last, whatever came last."""

import re
import time
from typing import Any

import factories_documents
import pytest
from factories import make_curator, make_journal, make_lesson
from factories_diary import make_child, put
from flask import Flask
from playwright.sync_api import Page, Route, expect

from ejournal.services import settings

pytestmark = pytest.mark.browser


def keep(page: Page, addresses: "re.Pattern[str]") -> list[Route]:
    """Requests to these addresses are kept from the server until they are let through one by one."""
    kept: list[Route] = []
    page.route(addresses, lambda route: kept.append(route))
    return kept


def until(page: Page, kept: list[Route], number: int) -> None:
    end = time.monotonic() + 10
    while len(kept) < number and time.monotonic() < end:
        page.wait_for_timeout(50)
    assert len(kept) == number


def test_r2_3_monitor_a_report_shows_the_filter_chosen_last(open_as: Any, world: Flask) -> None:
    """The third choice made before the first answer was forgotten: the table was of the second."""
    journal = make_journal(students=2, lessons=2)
    factories_documents.fill(journal, 0, ["5", "н"])
    page = open_as(make_curator(journal.group), "/reports/attendance")
    kept = keep(page, re.compile(r"/reports/attendance\?"))
    for number, choice in enumerate(("student", "group", "month"), start=1):
        page.get_by_label("Строки").select_option(choice)
        until(page, kept, number)
    for route in reversed(kept):
        route.continue_()
    page.wait_for_url(re.compile("by=month"))
    page.wait_for_timeout(500)
    assert "by=month" in page.url
    assert page.locator("#report thead").inner_text().lower().startswith("месяц")
    assert page.get_by_text("Нет связи с сервером").count() == 0


def test_r2_1_d_of_two_marks_touched_quickly_the_second_is_told(open_as: Any, world: Flask) -> None:
    journal = make_journal(students=0, lessons=0)
    child = make_child(journal.group)
    lesson = make_lesson(journal.course_id, settings.today(), works=2)
    cells = [put(lesson.works[0], child, "5"), put(lesson.works[1], child, "3")]
    page = open_as(child, f"/diary/{child.id}/marks")
    kept = keep(page, re.compile(r"/diary/\d+/marks?/\d+"))
    for number, cell in enumerate(cells, start=1):
        page.locator(f'.subject a.mark[href$="/{cell.id}"]').click()
        until(page, kept, number)
    kept[1].continue_()
    told = page.locator("#mark-detail .mark").first
    expect(told).to_have_text(re.compile("^3"))
    kept[0].continue_()
    page.wait_for_timeout(1000)
    expect(told).to_have_text(re.compile("^3"))

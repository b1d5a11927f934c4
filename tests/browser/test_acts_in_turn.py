"""What is done to a whole journal while another answer is still on its way over a bad network: done once, in the order
it was asked for, and told as it went (п. 2.1: no mark is lost)."""

import time

import pytest
from factories import Journal, make_journal
from flask import Flask
from playwright.sync_api import Page, Route

from tests.browser.test_grid import cell, open_journal, saved, stored

pytestmark = pytest.mark.browser


@pytest.fixture
def journal(world: Flask) -> Journal:
    return make_journal(students=4, lessons=2)


def held(page: Page, routes: list[Route], seconds: float = 15) -> Route:
    """The request that is kept from the server."""
    end = time.monotonic() + seconds
    while not routes and time.monotonic() < end:
        page.wait_for_timeout(50)
    return routes[0]


def type_marks(page: Page, journal: Journal) -> None:
    cell(page, journal, 0, 1).click()
    for value in ("5", "4"):
        page.keyboard.type(value)
        page.keyboard.press("Enter")
    saved(page)


def test_r2_1_c_what_is_undone_while_the_page_waits_for_news_is_undone_once_and_told(open_as, journal):
    """It was told «Нет связи: ничего не изменено. Повторите» and done all the same once the news had come."""
    page = open_journal(open_as, journal)
    type_marks(page, journal)
    news: list[Route] = []
    page.route("**/changes?*", lambda route: news.append(route))
    held(page, news)
    page.keyboard.press("Control+KeyZ")
    page.locator("#toasts").get_by_text("Отменено: ").first.wait_for()
    page.unroute_all()  # lets them through
    page.wait_for_timeout(1000)  # what had been put off would come now
    assert page.get_by_text("Нет связи с сервером").count() == 0
    assert stored(journal, 1) == {0: "5", 1: ""}


def test_r2_1_c_undone_before_the_answer_came_it_is_the_column_that_is_undone(open_as, journal):
    page = open_journal(open_as, journal)
    type_marks(page, journal)
    filling: list[Route] = []
    page.route("**/fill", lambda route: filling.append(route))
    page.keyboard.press("Alt+ArrowDown")
    page.locator("#fill-value").fill("3")
    page.locator("#column").get_by_role("button", name="Заполнить").click()
    late = held(page, filling)
    cell(page, journal, 0, 1).click()
    page.keyboard.press("Control+KeyZ")
    page.wait_for_timeout(300)
    late.continue_()
    page.get_by_text("Заполнено ячеек: 2").first.wait_for()
    page.get_by_text("Отменено. Ячеек: 2").first.wait_for()
    assert page.get_by_text("Нет связи с сервером").count() == 0
    assert stored(journal, 1) == {0: "5", 1: "4", 2: "", 3: ""}


def lose(page: Page, address: str) -> None:
    """What is sent there is done by the server, the browser is not told."""

    def lost(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(address, lost)


def test_r2_1_c_an_undo_whose_answer_was_lost_is_not_done_twice(open_as, journal):
    """It was told «ничего не изменено. Повторите», and who repeated it lost the mark before as well."""
    page = open_journal(open_as, journal)
    type_marks(page, journal)
    lose(page, "**/undo")
    page.keyboard.press("Control+KeyZ")
    page.locator("#toasts").get_by_text("отмена могла дойти до сервера").first.wait_for()
    assert stored(journal, 1) == {0: "5", 1: ""}
    page.unroute_all()
    page.keyboard.press("Control+KeyZ")
    page.locator("#toasts").get_by_text(f"Отменено: {journal.students[1].surname}").first.wait_for()
    assert cell(page, journal, 1, 1).inner_text() == ""
    assert stored(journal, 1) == {0: "5", 1: ""}
    page.keyboard.press("Control+KeyZ")
    page.locator("#toasts").get_by_text(f"Отменено: {journal.students[0].surname}").first.wait_for()
    assert stored(journal, 1) == {0: "", 1: ""}


def test_r2_1_c_nor_is_one_of_the_phone(open_as, journal):
    page = open_as(journal.teacher, f"/journal/{journal.course_id}/lessons/{journal.lessons[1].id}/roll")
    line = page.locator("#roll > li")
    for number in range(2):
        line.nth(number).locator('[data-mark="5"]').first.click()
        page.locator("#roll-state").get_by_text("Сохранено").wait_for()
    lose(page, "**/undo")
    back = page.get_by_role("button", name="Отменить своё последнее действие")
    back.click()
    page.locator("#toasts").get_by_text("отмена могла дойти до сервера").first.wait_for()
    page.unroute_all()
    back.click()
    page.locator("#roll-state").get_by_text("Отменено").wait_for()
    assert line.nth(1).locator("output").inner_text() in ("", "—")
    assert stored(journal, 1) == {0: "5", 1: ""}

"""Every page of the house: readable by a screen reader, usable by keyboard and at 390 px (п. 1.7)."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from factories import make_journal, make_person
from factories_board import plan
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import settings

pytestmark = pytest.mark.browser

OpenAs = Callable[..., Page]
Server = Any  # conftest.Server

SIGNED_IN = ["/", "/password", "/journal/", "/admin/", "/admin/people", "/admin/people/new", "/admin/log", "/logout"]
PUBLIC = ["/login", "/activate"]
MODES = ["", "bw.1.", "wb.3.s", "blue.2."]


@pytest.fixture
def everything(open_as: OpenAs, world: Flask) -> Page:
    """A browser of somebody who may open it all, in a college with something in it."""
    make_journal(students=2, lessons=2)
    plan(make_person("Директорова", roles=(Role.ADMINISTRATION,)), remind_days=1)
    return open_as(make_person("Всемогущая", roles=tuple(Role)), "/")


def test_r1_7_a_the_version_for_the_weak_sighted_has_no_fault_that_stops_a_screen_reader(
    open_as: OpenAs, world: Flask, server: Server, browser: Browser
) -> None:
    """As the server makes it, with its toolbar; all pages are walked in test_every_page.py."""
    make_journal(students=2, lessons=2)
    # axe measures by inline styles, which the policy of our pages forbids.
    with browser.new_context(bypass_csp=True, locale="ru-RU") as unguarded:
        page = open_as(make_person("Всемогущая", roles=tuple(Role)), "/login", unguarded)
        unguarded.add_cookies([{"name": "view", "value": "wb.3.s", "url": server.url}])
        found = {}
        for path in ("/", "/journal/", "/admin/people", "/login"):
            visit(page, server, path)
            violations = Axe().run(page).response["violations"]
            if violations:
                found[path] = [(v["id"], [node["html"][:100] for node in v["nodes"][:3]]) for v in violations]
    assert found == {}


# What is wider than the window, the innermost last.
STICKING_OUT = """() => [...document.querySelectorAll("body *")]
    .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
    .map((each) => `${each.tagName}.${each.className}: ${each.textContent.trim().slice(0, 60)}`)
    .slice(-4)"""


@pytest.mark.parametrize("mode", MODES)
def test_no_page_scrolls_sideways_on_the_narrowest_phone(everything: Page, server: Server, mode: str) -> None:
    width = 320  # wider ones: test_long_names.py
    everything.context.add_cookies([{"name": "view", "value": mode, "url": server.url}])
    everything.set_viewport_size({"width": width, "height": 800})
    wide = {}
    for path in [*SIGNED_IN, *PUBLIC]:
        visit(everything, server, path)
        needed = everything.evaluate("() => document.documentElement.scrollWidth")
        if needed > width:
            wide[path] = needed, everything.evaluate(STICKING_OUT)
    assert wide == {}


def test_r1_7_a_an_error_page_is_as_readable(browser: Browser, server: Server) -> None:
    with browser.new_context(bypass_csp=True, locale="ru-RU") as unguarded:
        page = unguarded.new_page()
        visit(page, server, "/nothing")
        assert Axe().run(page).response["violations"] == []


PAPER = "() => getComputedStyle(document.querySelector('main .panel, .sign-in-panel')).backgroundColor"
WHITE, DARK = "rgb(255, 255, 255)", "rgb(26, 34, 43)"


def test_the_theme_is_the_system_s_until_another_is_chosen_and_paper_is_white(
    browser: Browser, open_as: OpenAs, server: Server, world: Flask
) -> None:
    with browser.new_context(color_scheme="dark", service_workers="block") as context:
        page = open_as(make_person("Ночная", roles=(Role.SYSADMIN,)), "/admin/", context)
        assert page.evaluate(PAPER) == DARK
        page.emulate_media(media="print")
        assert page.evaluate(PAPER) != DARK
        page.emulate_media(media="screen")
        for name, shown in (("Светлая", WHITE), ("Тёмная", DARK), ("Как в системе", DARK)):
            page.locator("details[data-drop] summary").last.click()
            with page.expect_navigation():
                page.get_by_role("button", name=name).click()
            assert page.evaluate(PAPER) == shown, name
            assert page.url == f"{server.url}/admin/"
        page.emulate_media(color_scheme="light")
        assert page.evaluate(PAPER) == WHITE


# The fillings and the lines below the names of a menu: (of the one that is open, of the others).
TOLD_APART = """(names) => ["backgroundColor", "borderBottomColor"].map((property) => {
  const all = [...document.querySelectorAll(names)];
  const of = (chosen) => all.filter((each) => each.hasAttribute("aria-current") === chosen);
  return [true, false].map((chosen) => [...new Set(of(chosen).map((each) => getComputedStyle(each)[property]))]);
})"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_r1_7_a_a_contrast_theme_of_the_system_tells_what_is_chosen(
    browser: Browser, open_as: OpenAs, server: Server, world: Flask, scheme: Any
) -> None:
    """Such a theme takes away fillings and shadows, and draws lines that were transparent."""
    with browser.new_context(forced_colors="active", color_scheme=scheme, service_workers="block") as context:
        page = open_as(make_person("Контрастная", roles=(Role.ADMINISTRATION,)), "/", context)
        for path, names in (("/groups/", ".menu-daily a"), ("/bells/", ".section-nav a")):
            visit(page, server, path)
            for chosen, others in page.evaluate(TOLD_APART, names):
                assert len(chosen) == len(others) == 1, names
                assert chosen != others, names


def test_the_header_shows_where_one_is_and_no_stub_of_a_name(everything: Page, server: Server) -> None:
    page = everything
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{server.url}/control/")
    more = page.locator(".site-menu summary")
    assert more.evaluate("e => getComputedStyle(e).borderBottomWidth") == "3px"
    page.goto(f"{server.url}/")
    assert more.evaluate("e => getComputedStyle(e).borderBottomWidth") == "0px"
    name, header = page.locator(".brand-name").bounding_box(), page.locator(".site-header").bounding_box()
    assert name
    assert header
    shown = name["y"] < header["y"] + header["height"]
    assert not shown or name["width"] >= 100
    for width in (1000, 1280, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        mark, menu = page.locator(".brand-mark").bounding_box(), page.locator(".site-menu").bounding_box()
        assert mark
        assert menu
        assert 0 < mark["x"] + mark["width"] <= menu["x"], width
    page.set_viewport_size({"width": 1900, "height": 800})
    name = page.locator(".brand-name").bounding_box()
    assert name
    assert name["y"] < header["y"] + header["height"], "however short, it is shown where there is room"


def test_what_waits_stands_in_its_frame_on_the_page_of_a_group_leader(
    open_as: OpenAs, server: Server, world: Flask
) -> None:
    plan(make_person("Директорова", roles=(Role.ADMINISTRATION,)), remind_days=1)
    leader = make_person("Кураторова", roles=(Role.CURATOR,))
    make_journal(students=2).group.curator_id = leader.id
    db.session.commit()
    page = open_as(leader, "/")
    board, words = page.locator(".notice-board").bounding_box(), page.locator("#board-title").bounding_box()
    assert board
    assert words
    assert words["x"] - board["x"] >= 12


def test_a_role_is_switched_with_the_keyboard_alone(everything: Page) -> None:
    page = everything
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "Перейти к содержанию"
    page.get_by_title("Сменить роль").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert page.locator("details[data-drop][open]").count() == 0
    assert page.evaluate("() => document.activeElement.title") == "Сменить роль"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    chosen = page.evaluate("() => document.activeElement.textContent")
    page.keyboard.press("Enter")
    expect(page.locator(".role-name")).to_have_text(chosen)


def test_a_visitor_of_the_demo_signs_in_with_two_presses(open_as: OpenAs, server: Server, world: Flask) -> None:
    settings.put("is_demo", True)
    db.session.commit()
    page = open_as(make_person("Гость", roles=(Role.TEACHER,)), "/login")
    page.context.clear_cookies()
    try:
        page.wait_for_timeout(5500)  # the server reads its settings every five seconds
        page.goto(f"{server.url}/login")
        page.get_by_role("button", name="Руководитель группы").click()
        assert page.input_value("#username") == "curator"
        assert page.input_value("#password") == "demo"
        assert page.evaluate("() => document.activeElement.textContent.trim()") == "Войти"
    finally:
        settings.put("is_demo", False)
        db.session.commit()


def visit(page: Page, server: Server, path: str) -> None:
    page.goto(server.url + path)

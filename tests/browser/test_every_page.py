"""Every page that can be opened, by whoever opens it, in each theme: axe-core finds nothing (п. 1.7), and it is read
enlarged without moving it sideways.

The addresses are the application's own, filled with what a demo college has: a new page is looked at by itself.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
from attack.college import College
from axe_playwright_python.base import AXE_SCRIPT
from databases import ONE, empty_college
from playwright.sync_api import Browser, Page

from ejournal import demo
from ejournal.extensions import db
from tests.browser.conftest import Server

pytestmark = pytest.mark.browser

# Those with the fewest pages first: each page is looked at as it is for the first who may open it …
LOGINS = ("student", "parent", "teacher", "curator", "admin", "zavuch")
# … and these for everybody: they differ.
FOR_EACH = ("home.index", "diary.index", "groups.index", "messages.index", "notices.index", "profile.index")
# Not pages to read: what ends a session, and one that loads the next by itself.
NOT_PAGES = ("account.sign_out",)
PARTS = 2

# A finger needs 24 px (WCAG 2.5.8), which axe looks at only when told to.
ALL_RULES = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
# Words 400 % as large on a screen of 1280 px (WCAG 1.4.10): a page is read without moving it sideways.
ENLARGED = {"width": 320, "height": 900}
# All rules as the page comes, then what a theme may spoil. The attributes are those the server writes (layout.html).
DARK = {"data-theme": "dark"}
# Two colours rule every element there: some pages stand for all.
WEAK_SIGHTED = {"data-theme": "light", "data-view": "wb", "data-view-size": "1"}
CONTRAST = {"resultTypes": ["violations"], "runOnly": ["color-contrast"]}
# The element that has the focus, where something lies over one of its ends or it is out of sight.
HIDDEN = """() => {
  const focused = document.activeElement;
  const { left, top, width, height } = focused.getBoundingClientRect();
  if (focused === document.body || width > 200 || height > 400) return [];
  const ends = [left + width * 0.1, left + width * 0.9].map((x) => document.elementFromPoint(x, top + height / 2));
  const label = focused.labels?.[0] ?? focused;
  return ends.every((over) => focused.contains(over) || label.contains(over)) ? [] : [focused.outerHTML.slice(0, 160)];
}"""
# Forms that are compared with the page they stand on before they are sent (stored.js): those that are not found there.
NOT_FOUND = """() => Promise.all([...document.querySelectorAll("form[data-stored]")].map(async (form) => {
  const page = new DOMParser().parseFromString(await (await fetch(form.dataset.stored)).text(), "text/html");
  const named = (one) => [one.getAttribute("action"), ...[...one.elements].map(({ name }) => name)].join();
  return [...page.forms].some((one) => named(one) === named(form)) ? [] : [named(form)];
})).then((found) => found.flat())"""
WEAR = """(worn) => {
  const html = document.documentElement;
  for (const name of ["data-theme", "data-view", "data-view-size"]) html.removeAttribute(name);
  for (const [name, value] of Object.entries(worn)) html.setAttribute(name, value);
}"""


@pytest.fixture(scope="module", params=ONE)
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, College]]:
    """A demo college of its own behind a real server."""
    with empty_college(request.param, tmp_path_factory.mktemp("every-page"), "every_page") as overrides:
        running = Server(overrides)
        with running.app.app_context():
            demo.fill(students=demo.LEAST, seed=1)
        running.start()
        yield running, College(running.app)
        running.stop()
        with running.app.app_context():
            db.engine.dispose()


@pytest.mark.parametrize("part", range(PARTS))
def test_r1_7_a_axe_finds_nothing_on_any_page_in_any_theme(
    served: tuple[Server, College], browser: Browser, part: int
) -> None:
    server, college = served
    visits = sorted(_visits(college))[part::PARTS]
    assert len(visits) > 60
    faults = []
    for login in LOGINS:
        # axe measures by inline styles, which the policy of our pages forbids.
        with browser.new_context(
            bypass_csp=True, locale="ru-RU", service_workers="block", reduced_motion="reduce"
        ) as context:
            context.add_cookies([{"name": "ejournal", "value": _cookie(college, login), "url": server.url}])
            page = context.new_page()
            page.set_viewport_size({"width": 1280, "height": 900})
            for endpoint, path in ((endpoint, path) for who, endpoint, path in visits if who == login):
                page.goto(server.url + path)
                faults += [f"{login} {path}: {fault}" for fault in _look(page, endpoint in FOR_EACH)]
                faults += [f"{login} {path}: not found where it is stored: {form}" for form in page.evaluate(NOT_FOUND)]
    assert faults == []


def test_r1_7_a_on_a_small_screen_what_the_keyboard_comes_to_is_in_sight(
    served: tuple[Server, College], browser: Browser
) -> None:
    """Rows of sections and wide tables scroll to it, and no column that stays covers it."""
    server, college = served
    phone = {"width": 390, "height": 640}
    with browser.new_context(service_workers="block", reduced_motion="reduce", viewport=phone) as context:
        context.add_cookies([{"name": "ejournal", "value": _cookie(college, "admin"), "url": server.url}])
        page = context.new_page()
        hidden = []
        for path in ("/bells/", "/bells/modes", "/timetable/edit"):
            page.goto(server.url + path)
            for _each in range(60):
                page.keyboard.press("Tab")
                hidden += [f"{path}: {one}" for one in page.evaluate(HIDDEN)]
        assert hidden == []


def _visits(college: College) -> set[tuple[str, str, str]]:
    """Who opens which route by which address."""
    taken: set[str] = set()
    found = set()
    for login, rule in chain.from_iterable(((login, rule) for rule in college.rules("GET")) for login in LOGINS):
        if rule.endpoint in NOT_PAGES or (rule.endpoint in taken and rule.endpoint not in FOR_EACH):
            continue
        path = college.address(rule)
        answer = college.client(login).get(path)
        if answer.status_code == 200 and answer.mimetype == "text/html" and "<html" in answer.text:
            taken.add(rule.endpoint)
            found.add((login, rule.endpoint, path))
    return found


def _cookie(college: College, login: str) -> str:
    cookie = college.client(login).get_cookie("ejournal")
    assert cookie
    return cookie.value


def _look(page: Page, is_example: bool) -> list[str]:
    page.evaluate(AXE_SCRIPT)
    found = _run(page, ALL_RULES)
    for worn in [DARK, WEAK_SIGHTED] if is_example else [DARK]:
        page.evaluate(WEAR, worn)
        found += [f"{worn}: {fault}" for fault in _run(page, CONTRAST)]
    size = page.viewport_size
    page.set_viewport_size(ENLARGED)
    width = page.evaluate("document.scrollingElement.scrollWidth")
    page.set_viewport_size(size)
    return found if width <= ENLARGED["width"] else [*found, f"{width} px wide on a screen of {ENLARGED['width']}"]


def _run(page: Page, options: dict[str, Any]) -> list[str]:
    violations = page.evaluate("async (options) => (await axe.run(options)).violations", options)
    return [
        f"{one['id']}: {node['html'][:160]} — {node['failureSummary'][:200]}"
        for one in violations
        for node in one["nodes"][:3]
    ]

"""Announcements, events and resources in a browser: axe-core finds nothing, phones do not scroll sideways (п. 1.7);
«Ознакомлен(а)» without loading the page."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from factories_board import College, announce, make_college, plan, recommend
from flask import Flask

from ejournal.domain.audiences import Choice
from ejournal.extensions import db
from ejournal.models import DeadLink
from ejournal.services import settings

pytestmark = pytest.mark.browser

# Desks are looked at by test_every_page.
PHONE = 390

OF_DIRECTOR = (
    "/", "/announcements/", "/announcements/new", "/announcements/{a}", "/announcements/{a}/edit",
    "/announcements/{a}/readers", "/events/", "/events/?view=list", "/events/new", "/events/{e}", "/resources/",
    "/resources/new",
)  # fmt: skip
OF_PARENT = ("/diary/{s}", "/announcements/", "/announcements/{a}", "/events/", "/events/{e}", "/resources/")


@pytest.fixture
def college(world: Flask) -> tuple[College, dict[str, int]]:
    made = make_college()
    notice = announce(
        made.curator, Choice(group_ids=(made.group_id,)), needs_ack=True, pinned=True, text="- раз\n- два"
    )
    near = plan(made.curator, Choice(group_ids=(made.group_id,)), day=settings.today())
    off = plan(made.director, title="Отменённое", day=settings.today() + timedelta(days=1), cancel_reason="дождь")
    off.cancelled_at = off.created_at
    number = made.group_id
    resource = recommend(made.director, url=f"https://a{number}.example", title=f"Ресурс {number}")
    recommend(made.journal.teacher, url=f"https://b{number}.example", state="suggested")
    db.session.add(DeadLink(resource_id=resource.id, person_id=made.parent.id))
    db.session.commit()
    return made, {"a": notice.id, "e": near.id, "s": made.student.id}


@pytest.mark.parametrize("path", OF_DIRECTOR)
def test_r1_7_a_axe_finds_nothing_for_administration(open_as, college, path):
    made, ids = college
    check(open_as(made.director, path.format(**ids)), PHONE)


@pytest.mark.parametrize("path", OF_PARENT)
def test_r1_7_a_axe_finds_nothing_for_a_parent(open_as, college, path):
    made, ids = college
    check(open_as(made.parent, path.format(**ids)), PHONE)


@pytest.mark.parametrize("path", ["/announcements/{a}", "/events/", "/resources/"])
def test_r1_7_a_axe_finds_nothing_for_the_weak_sighted(open_as, college, path):
    made, ids = college
    page = open_as(made.parent, path.format(**ids))
    page.locator("form[action='/view'] button").first.click()
    page.wait_for_load_state()
    check(page, 1440)


def check(page, width):
    page.set_viewport_size({"width": width, "height": 844})
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_parent_acknowledges_without_leaving_the_page(open_as, college):
    made, ids = college
    page = open_as(made.parent, f"/announcements/{ids['a']}")
    page.get_by_role("button", name="Ознакомлен(а)").click()
    page.locator("#acknowledgement").get_by_text("Вы ознакомлены").wait_for()
    assert page.get_by_role("button", name="Ознакомлен(а)").count() == 0
    page.goto(page.url.split("/announcements")[0] + f"/diary/{ids['s']}")
    # Of what other tests have announced to everybody here, it may be said.
    told = page.locator(f"main li:has(a[href='/announcements/{ids['a']}'])")
    assert told.get_by_text("нужно ознакомиться").count() == 0


def test_a_dead_link_is_told_without_leaving_the_page(open_as, college):
    made, _ids = college
    page = open_as(made.student, f"/resources/?q=a{made.group_id}.example")
    page.get_by_role("button", name="Не открывается?").click()
    page.locator("main").get_by_text("вы сообщили").wait_for()

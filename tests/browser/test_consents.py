"""The register of consents on a desk and on a phone: axe-core finds nothing, nothing scrolls sideways (R1.7.a)."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from factories import make_curator, make_group, make_person, make_year
from factories_consents import answer, born, make_parent, make_student
from flask import Flask
from playwright.sync_api import Page, expect

from ejournal.models import Group, Person, Role

pytestmark = pytest.mark.browser

# Desks are looked at by test_every_page.
PHONE = 390

OpenAs = Callable[..., Page]


@pytest.fixture
def family(world: Flask) -> tuple[Group, Person, Person]:
    """A group with a minor, his mother and an adult, and its curator."""
    group = make_group(year=make_year()[0])
    minor, adult = make_student(group), make_student(group, born(19))
    make_parent(minor)
    answer(adult, adult, "refused")
    return group, minor, make_curator(group)


def test_r4_3_a_a_curator_enters_the_pile_with_one_button(
    open_as: OpenAs, family: tuple[Group, Person, Person]
) -> None:
    group, minor, curator = family
    page = open_as(curator, f"/consents/groups/{group.id}")
    expect(page.get_by_label(minor.full_name, exact=True)).to_be_checked()
    page.get_by_role("button", name="Внести отмеченным").click()
    expect(page.locator("main").get_by_text("Внесено: 1.")).to_be_visible()
    expect(page.get_by_label(minor.full_name, exact=True)).not_to_be_checked()
    # The answer is the form's own page: what was sent is not taken for unanswered (static/js/kept-form.js).
    expect(page.get_by_text("Набранное снова в полях")).to_have_count(0)


@pytest.mark.parametrize(
    "name", ["index", "group", "unanswered", "student", "slips", "disclosure", "request", "college"]
)
def test_r1_7_a_axe_finds_nothing_and_a_phone_scrolls_nowhere(
    open_as: OpenAs, family: tuple[Group, Person, Person], name: str
) -> None:
    group, minor, curator = family
    path = {
        "index": "/consents/",
        "group": f"/consents/groups/{group.id}",
        "unanswered": "/consents/unanswered",
        "student": f"/consents/students/{minor.id}",
        "slips": f"/slips/groups/{group.id}",
        "disclosure": f"/disclosures/new?person={minor.id}",
        "request": f"/subject-requests/new?person={minor.id}",
        "college": "/admin/college",
    }[name]
    own = name in ("index", "group", "unanswered", "student", "slips")
    page = open_as(curator if own else make_person(roles=(Role.ADMINISTRATION,)), path)
    page.set_viewport_size({"width": PHONE, "height": 844})
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE

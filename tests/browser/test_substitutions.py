"""A replacement entered on the screen: the form asks only for what its kind needs (п. 4.2)."""

from collections.abc import Callable

import pytest
from factories import make_journal, make_person
from flask import Flask
from playwright.sync_api import Page, expect

from ejournal.models import Role

pytestmark = pytest.mark.browser

FIELDS = {"teacher_id", "instead_course_id", "to_date", "to_pair", "room"}


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("teacher", {"teacher_id", "room"}),
        ("discipline", {"teacher_id", "instead_course_id", "room"}),
        ("cancelled", set()),
        ("moved", {"teacher_id", "to_date", "to_pair", "room"}),
        ("room", {"teacher_id", "room"}),
    ],
)
def test_only_what_the_kind_needs_is_asked(
    open_as: Callable[..., Page], world: Flask, kind: str, asked: set[str]
) -> None:
    journal = make_journal(students=1, lessons=1)
    zavuch = make_person("Завучева", (Role.ADMINISTRATION,))
    page = open_as(zavuch, f"/substitutions/lessons/{journal.lessons[0].id}")
    page.select_option("#kind", kind)
    expect(page.locator("#reason")).to_be_visible()
    assert {name for name in FIELDS if page.locator(f"#{name}").is_visible()} == asked

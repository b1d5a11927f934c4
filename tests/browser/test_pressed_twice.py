"""An impatient hand presses twice: what a form makes is made once."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from factories_board import make_college
from flask import Flask
from playwright.sync_api import Page, expect

from ejournal.extensions import db
from ejournal.models import Event
from ejournal.services import settings

pytestmark = pytest.mark.browser


@contextmanager
def slow_server(table: str) -> Iterator[None]:
    """What the server writes into the table waits."""
    postgres = db.engine.dialect.name == "postgresql"
    with db.engine.connect() as held:
        held.execute(sa.text(f"LOCK TABLE {table} IN SHARE MODE" if postgres else f"DELETE FROM {table} WHERE id < 0"))
        yield


def test_a_button_pressed_again_while_the_server_is_slow_makes_one_event(
    open_as: Callable[..., Page], world: Flask
) -> None:
    made, day = make_college(), settings.today() + timedelta(days=2)
    page = open_as(made.director, "/events/new")
    title = f"Собрание группы {made.group_id}"
    page.get_by_label("Что будет").fill(title)
    page.locator("[name=date]").fill(day.isoformat())
    button = page.get_by_role("button", name="Назначить")
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box
    with slow_server("event"):
        for _ in range(3):  # by the mouse itself: a locator waits for the next page
            page.mouse.click(box["x"] + 5, box["y"] + 5)
            time.sleep(0.25)
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    db.session.rollback()
    assert len(db.session.scalars(db.select(Event).where(Event.title == title)).all()) == 1


def test_what_was_refused_is_sent_again_at_once(open_as: Callable[..., Page], world: Flask) -> None:
    made, day = make_college(), settings.today() + timedelta(days=2)
    page = open_as(made.director, "/events/new")
    page.locator("form[method=post]", has=page.locator("[name=date]")).evaluate("form => { form.noValidate = true; }")
    page.locator("[name=date]").fill(day.isoformat())
    page.get_by_role("button", name="Назначить").click()
    title = f"Собрание группы {made.group_id}"
    page.locator("[name=title][aria-invalid=true]").fill(title)
    page.get_by_role("button", name="Назначить").click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()

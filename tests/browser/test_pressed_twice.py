"""An impatient hand presses twice: what a form makes is made once."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from factories import make_journal
from factories_board import make_college
from flask import Flask
from playwright.sync_api import Page, expect

from ejournal.extensions import db
from ejournal.models import Event, PersonalTask
from ejournal.services import settings

pytestmark = pytest.mark.browser


@contextmanager
def slow_server(table: str) -> Iterator[None]:
    """What the server writes into the table waits."""
    postgres = db.engine.dialect.name == "postgresql"
    with db.engine.connect() as held:
        held.execute(sa.text(f"LOCK TABLE {table} IN SHARE MODE" if postgres else f"DELETE FROM {table} WHERE id < 0"))
        yield


def press_impatiently(page: Page, name: str) -> None:
    """By the mouse itself: a locator waits for the next page."""
    button = page.get_by_role("button", name=name, exact=True)
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box
    for _ in range(3):
        page.mouse.click(box["x"] + 5, box["y"] + 5)
        time.sleep(0.25)


def test_a_button_pressed_again_while_the_server_is_slow_makes_one_event(
    open_as: Callable[..., Page], world: Flask
) -> None:
    made, day = make_college(), settings.today() + timedelta(days=2)
    page = open_as(made.director, "/events/new")
    title = f"Собрание группы {made.group_id}"
    page.get_by_label("Что будет").fill(title)
    page.locator("[name=date]").fill(day.isoformat())
    with slow_server("event"):
        press_impatiently(page, "Назначить")
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    db.session.rollback()
    assert len(db.session.scalars(db.select(Event).where(Event.title == title)).all()) == 1


def test_a_part_of_a_page_pressed_again_gives_one_task_and_the_next_another(
    open_as: Callable[..., Page], world: Flask
) -> None:
    journal = make_journal(students=1, lessons=1)
    page = open_as(journal.teacher, f"/journal/{journal.course_id}/lessons/{journal.lessons[0].id}")
    given = db.select(PersonalTask.text).where(PersonalTask.lesson_id == journal.lessons[0].id)
    for number, text in enumerate(("Доклад", "Реферат"), 1):
        page.get_by_text("Дать личное задание").click()
        form = page.locator("#lesson-tasks form[enctype]").last
        form.locator("textarea").first.fill(text)
        form.locator("input[type=checkbox]").first.check()
        with slow_server("personal_task"):
            press_impatiently(page, "Выдать задание")
        expect(page.locator("#lesson-tasks p.prose", has_text=text).first).to_be_visible()
        page.wait_for_load_state("networkidle")
        db.session.rollback()
        assert len(db.session.scalars(given).all()) == number


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

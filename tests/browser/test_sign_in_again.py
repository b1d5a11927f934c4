"""A session that runs out costs nothing typed: the password is asked for in place (DOMAIN: SchulIT/icc #437)."""

import time
from collections.abc import Callable

import pytest
from factories import Journal, make_journal, make_person
from factories_board import make_college
from flask import Flask
from playwright.sync_api import Page, expect

from ejournal.extensions import db
from ejournal.models import Account, Announcement, Cell, Person, Role
from ejournal.services import passwords

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
OpenAs = Callable[..., Page]
DIALOG = "#sign-in-dialog"


@pytest.fixture
def journal(world: Flask) -> Journal:
    made = make_journal(students=3, lessons=2)
    give_password(made.teacher)
    return made


def test_marks_typed_after_the_session_ran_out_are_saved_once_the_password_is_given(
    open_as: OpenAs, journal: Journal
) -> None:
    page = open_as(journal.teacher, f"/journal/{journal.course_id}")
    page.context.clear_cookies()
    cells = page.locator(f'#journal td[data-work="{journal.works[0].id}"]')
    cells.first.click()
    page.keyboard.press("5")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{DIALOG}[open]")
    assert page.input_value(f"{DIALOG} [name=username]") == username(journal.teacher)
    assert page.get_attribute(f"{DIALOG} [name=username]", "readonly") is not None
    give(page, "wrong password")
    expect(page.locator(f"{DIALOG} .note-bad")).to_contain_text("Неверный логин или пароль")
    assert stored(journal) == []
    give(page, PASSWORD)
    page.wait_for_selector(DIALOG, state="hidden")
    assert eventually(journal) == ["5"]


def test_signing_in_in_another_tab_is_enough(open_as: OpenAs, journal: Journal) -> None:
    page = open_as(journal.teacher, f"/journal/{journal.course_id}")
    page.context.clear_cookies()
    open_as(journal.teacher, "/password")
    page.bring_to_front()
    page.locator(f'#journal td[data-work="{journal.works[0].id}"]').first.click()
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    assert eventually(journal) == ["4"]
    assert page.locator(f"{DIALOG}[open]").count() == 0


def test_nothing_is_saved_in_the_name_of_somebody_else_who_signed_in_since(open_as: OpenAs, journal: Journal) -> None:
    page = open_as(journal.teacher, f"/journal/{journal.course_id}")
    other = make_person("Другой", roles=(Role.TEACHER,))
    page.context.clear_cookies()
    open_as(other, "/password")
    page.bring_to_front()
    page.locator(f'#journal td[data-work="{journal.works[0].id}"]').first.click()
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(page.locator(DIALOG)).to_contain_text("вошёл другой пользователь: Другой")
    page.wait_for_timeout(300)
    assert stored(journal) == []


def test_a_form_with_a_page_of_its_own_stays_until_the_password_is_given_and_goes_out_whole(
    open_as: OpenAs, world: Flask
) -> None:
    director = make_college().director
    give_password(director)
    page = open_as(director, "/announcements/new")
    page.context.clear_cookies()
    page.locator("[name=title]").fill("Линейка")
    page.locator("textarea[name=text]").fill("В понедельник.")
    page.locator("[type=file]").set_input_files({"name": "План.txt", "mimeType": "text/plain", "buffer": b"plan"})
    publish = page.get_by_role("button", name="Опубликовать")
    publish.click()
    page.get_by_role("button", name="Не сейчас").click()
    expect(page.locator(".toast-note", has_text="Не отправлено: набранное осталось в полях")).to_be_visible()
    publish.click()
    page.wait_for_selector(f"{DIALOG}[open]")
    give(page, PASSWORD)
    expect(page.get_by_role("heading", name="Линейка")).to_be_visible()
    expect(page.get_by_role("link", name="План.txt")).to_be_visible()
    db.session.rollback()
    made = db.session.scalars(db.select(Announcement).where(Announcement.author_id == director.id)).all()
    assert [one.title for one in made] == ["Линейка"]


def test_a_form_of_its_own_page_is_not_sent_in_the_name_of_somebody_else(open_as: OpenAs, world: Flask) -> None:
    director, other = make_college().director, make_person("Другой", roles=(Role.ADMINISTRATION,))
    title = f"Линейка {director.id}"
    page = open_as(director, "/announcements/new")
    page.locator("[name=title]").fill(title)
    page.locator("textarea[name=text]").fill("В понедельник.")
    page.context.clear_cookies()
    open_as(other, "/password")
    page.bring_to_front()
    page.get_by_role("button", name="Опубликовать").click()
    expect(page.locator(DIALOG)).to_contain_text("вошёл другой пользователь: Другой")
    page.wait_for_timeout(300)
    db.session.rollback()
    assert db.session.scalars(db.select(Announcement).where(Announcement.title == title)).all() == []


def give(page: Page, password: str) -> None:
    page.fill(f"{DIALOG} [name=password]", password)
    page.keyboard.press("Enter")


def give_password(person: Person) -> None:
    hashed = passwords.hash_password(PASSWORD)
    db.session.execute(db.update(Account).where(Account.person_id == person.id).values(password_hash=hashed))
    db.session.commit()


def username(person: Person) -> str:
    name = db.session.scalars(db.select(Account.username).where(Account.person_id == person.id)).one()
    db.session.rollback()
    return name


def stored(journal: Journal) -> list[str | None]:
    db.session.rollback()
    marks = list(db.session.scalars(db.select(Cell.mark).where(Cell.work_id == journal.works[0].id)))
    db.session.rollback()
    return marks


def eventually(journal: Journal) -> list[str | None]:
    deadline = time.monotonic() + 10
    while not stored(journal) and time.monotonic() < deadline:
        time.sleep(0.1)
    return stored(journal)

"""A plain form that is sent while there is no server: nothing typed is lost (R2.1.c)."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date

import pytest
from browser.conftest import Server, session_cookie
from factories import make_journal, make_person
from factories_board import announce, make_college
from flask import Flask
from playwright.sync_api import Error, Page, Route, expect

from ejournal.extensions import db
from ejournal.models import Announcement, Person, Role, RoleGrant, Work

pytestmark = pytest.mark.browser

TOLD = "Набранное снова в полях"
TEXT = "Сбор в актовом зале.\n" * 20


def fill(page: Page) -> None:
    page.locator("[name=title]").fill("Линейка")
    page.locator("textarea[name=text]").fill(TEXT)
    page.locator("[name=needs_ack]").check()


def lose_the_answer(page: Page, came: bool = False) -> None:
    """The connection breaks after the server was found to be there; the form came to it or did not."""

    def lose(route: Route) -> None:
        if came and route.request.method == "POST":
            route.fetch(max_redirects=0)
        route.abort()

    page.route("**/announcements/", lose)
    with suppress(Error):  # the browser tells before or after the click is over
        page.get_by_role("button", name="Опубликовать").click()
        page.wait_for_url("chrome-error://**")
    page.wait_for_url("chrome-error://**")
    page.unroute("**/announcements/")


def announced(director: Person) -> int | None:
    return db.session.scalar(db.select(db.func.count()).where(Announcement.author_id == director.id))


def test_without_a_server_the_form_stays_with_all_that_is_in_it_and_goes_out_later(
    open_as: Callable[..., Page], world: Flask, server: Server
) -> None:
    page = open_as(make_college().director, "/announcements/new")
    fill(page)
    page.locator("[type=file]").set_input_files({"name": "План.txt", "mimeType": "text/plain", "buffer": b"plan"})
    server.stop()
    page.get_by_role("button", name="Опубликовать").click()
    expect(page.locator(".toast-note", has_text="Нет связи с сервером. Не отправлено")).to_be_visible()
    expect(page.locator("textarea[name=text]")).to_have_value(TEXT)
    server.start()
    page.get_by_role("button", name="Опубликовать").click()
    expect(page.get_by_role("heading", name="Линейка")).to_be_visible()
    expect(page.get_by_role("link", name="План.txt")).to_be_visible()


def test_who_goes_to_another_page_before_the_form_is_sent_is_asked(open_as: Callable[..., Page], world: Flask) -> None:
    page = open_as(make_college().director, "/announcements/new")
    fill(page)
    asked: list[str] = []
    held: list[Route] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.route("**/login", lambda route: held.append(route))
    page.get_by_role("button", name="Опубликовать").click()
    page.locator(".menu-daily a").first.click(no_wait_after=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    held[0].continue_()
    expect(page.get_by_role("heading", name="Линейка")).to_be_visible()


def test_what_got_no_answer_is_back_in_its_fields_and_is_sent_again(
    open_as: Callable[..., Page], world: Flask, server: Server
) -> None:
    page = open_as(make_college().director, "/announcements/new")
    fill(page)
    lose_the_answer(page)
    page.go_back()
    expect(page.get_by_text(TOLD).first).to_be_visible()
    expect(page.locator("[name=title]")).to_have_value("Линейка")
    expect(page.locator("textarea[name=text]")).to_have_value(TEXT)
    expect(page.locator("[name=needs_ack]")).to_be_checked()
    page.get_by_role("button", name="Опубликовать").click()
    expect(page.get_by_role("heading", name="Линейка")).to_be_visible()
    page.goto(f"{server.url}/announcements/new")
    page.wait_for_load_state("load")
    expect(page.locator("[name=title]")).to_have_value("")
    expect(page.get_by_text(TOLD)).to_have_count(0)


@pytest.mark.parametrize("how", ["reload", "go_back"])
def test_a_form_that_came_though_its_answer_was_lost_is_stored_once(
    open_as: Callable[..., Page], world: Flask, how: str
) -> None:
    """Loaded anew, or gone back to and sent again as it was: it leads where it led at first, and says so."""
    director = make_college().director
    page = open_as(director, "/announcements/new")
    fill(page)
    lose_the_answer(page, came=True)
    if how == "reload":
        page.reload()
    else:
        page.go_back()
        expect(page.get_by_text(TOLD).first).to_be_visible()
        page.get_by_role("button", name="Опубликовать").click()
    expect(page.get_by_role("heading", name="Линейка")).to_be_visible()
    expect(page.locator("[data-flash]", has_text="второй раз ничего не записано")).to_be_visible()
    assert announced(director) == 1


def test_what_is_written_otherwise_after_a_lost_answer_is_stored_as_another(
    open_as: Callable[..., Page], world: Flask
) -> None:
    director = make_college().director
    page = open_as(director, "/announcements/new")
    fill(page)
    lose_the_answer(page, came=True)
    page.go_back()
    expect(page.get_by_text(TOLD).first).to_be_visible()
    page.locator("[name=title]").fill("Вторая линейка")
    page.get_by_role("button", name="Опубликовать").click()
    expect(page.get_by_role("heading", name="Вторая линейка")).to_be_visible()
    assert announced(director) == 2


def test_the_same_form_filled_alike_once_more_is_another(
    open_as: Callable[..., Page], world: Flask, server: Server
) -> None:
    director = make_college().director
    page = open_as(director, "/announcements/new")
    for _ in range(2):
        page.goto(f"{server.url}/announcements/new")
        fill(page)
        page.get_by_role("button", name="Опубликовать").click()
        expect(page.get_by_role("heading", name="Линейка")).to_be_visible()
    assert announced(director) == 2


def test_a_page_that_says_what_went_wrong_leads_back_to_all_that_was_typed(
    open_as: Callable[..., Page], world: Flask, server: Server
) -> None:
    made = make_college()
    # Another tab: that it is refused is what is tried here, and no fault.
    page = open_as(made.director, "/announcements/").context.new_page()
    page.goto(f"{server.url}/announcements/new")
    fill(page)
    db.session.execute(db.delete(RoleGrant).where(RoleGrant.person_id == made.director.id))
    db.session.commit()
    page.get_by_role("button", name="Опубликовать").click()
    expect(page.get_by_role("heading", name="Нет доступа")).to_be_visible()
    db.session.add(RoleGrant(person_id=made.director.id, role=Role.ADMINISTRATION, since=date(2020, 1, 1)))
    db.session.commit()
    page.go_back()
    expect(page.locator("[name=title]")).to_have_value("Линейка")


def test_what_was_refused_is_no_lost_answer_and_who_signs_out_leaves_nothing(
    open_as: Callable[..., Page], world: Flask, server: Server
) -> None:
    page = open_as(make_college().director, "/announcements/new")
    fill(page)
    page.locator("[name=title]").fill("")
    page.locator("form:has(textarea[name=text])").evaluate("form => { form.noValidate = true; }")
    page.get_by_role("button", name="Опубликовать").click()
    expect(page.locator("[name=title][aria-invalid=true]")).to_be_visible()
    page.goto(f"{server.url}/announcements/new")
    page.wait_for_load_state("load")
    expect(page.get_by_text(TOLD)).to_have_count(0)
    fill(page)
    lose_the_answer(page)
    page.goto(f"{server.url}/")
    page.locator("form[action$='/logout']").evaluate("form => form.requestSubmit()")
    page.wait_for_url("**/login**")
    assert page.evaluate("sessionStorage.getItem('page:sent')") is None


LEFT = "Набранное и не отправленное снова в полях"


def test_what_was_typed_and_not_sent_is_there_for_who_comes_back(
    open_as: Callable[..., Page], world: Flask, server: Server
) -> None:
    """The page was left by a link, or loaded anew."""
    page = open_as(make_college().director, "/announcements/new")
    fill(page)
    page.reload()
    expect(page.locator(".toast-note", has_text=LEFT)).to_be_visible()
    with page.expect_navigation():
        page.locator(".menu-daily a").first.click()
    page.goto(server.url + "/announcements/new")
    expect(page.locator(".toast-note", has_text=LEFT)).to_be_visible()
    expect(page.locator("textarea[name=text]")).to_have_value(TEXT)
    expect(page.locator("[name=needs_ack]")).to_be_checked()
    with page.expect_navigation():
        page.get_by_role("button", name="Опубликовать").click()
    page.goto(server.url + "/announcements/new")
    expect(page.locator("[name=title]")).to_have_value("")


def test_what_one_typed_is_not_there_for_the_next_who_signs_in(
    open_as: Callable[..., Page], world: Flask, server: Server
) -> None:
    college = make_college()
    page = open_as(college.director, "/announcements/new")
    fill(page)
    other = make_person("Другая", (Role.ADMINISTRATION,))
    page.context.add_cookies([{"name": "ejournal", "value": session_cookie(server.app, other), "url": server.url}])
    page.goto(server.url + "/announcements/new")
    expect(page.locator("[name=title]")).to_have_value("")


def test_what_was_begun_on_an_older_text_is_not_put_over_a_newer(
    open_as: Callable[..., Page], world: Flask, server: Server
) -> None:
    college = make_college()
    announcement = announce(college.director)
    page = open_as(college.director, f"/announcements/{announcement.id}/edit")
    page.locator("[name=title]").fill("Начатое")
    page.goto(server.url + "/announcements/")
    announcement.title = "Новое"
    db.session.commit()
    page.goto(server.url + f"/announcements/{announcement.id}/edit")
    expect(page.locator("[name=title]")).to_have_value("Новое")


def test_a_part_of_a_page_whose_answer_was_lost_is_stored_once_though_it_is_sent_again(
    open_as: Callable[..., Page], world: Flask
) -> None:
    journal = make_journal(students=1, lessons=1)
    page = open_as(journal.teacher, f"/journal/{journal.course_id}/lessons/{journal.lessons[0].id}")

    def lost(route: Route) -> None:
        route.fetch()  # the server has it, the browser is not told
        route.abort()

    page.route("**/works", lost)
    page.get_by_text("Добавить вид работы").click()
    page.get_by_role("button", name="Добавить столбец").click()
    expect(page.locator(".toast-note", has_text="Нет связи с сервером")).to_be_visible()
    page.unroute("**/works")
    page.get_by_role("button", name="Добавить столбец").click()
    expect(page.locator("[data-flash]", has_text="второй раз ничего не записано")).to_be_in_viewport()
    expect(page.locator("#lesson-works > ul > li")).to_have_count(2)
    page.get_by_text("Добавить вид работы").click()
    page.get_by_role("button", name="Добавить столбец").click()
    expect(page.locator("#lesson-works > ul > li")).to_have_count(3)
    assert db.session.scalar(db.select(db.func.count()).where(Work.lesson_id == journal.lessons[0].id)) == 3

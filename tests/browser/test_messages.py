"""Two people talk in two browsers; a lost connection loses nothing and doubles nothing (R2.3.communicate, п. 1.7)."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from factories_messages import College, make_college, write, write_to_many
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from ejournal.extensions import db
from ejournal.models import Member, Message

pytestmark = pytest.mark.browser

# Desks are looked at by test_every_page.
PHONE = 390

OpenAs = Callable[..., Page]
SOON = 8000  # ms: pages ask every four seconds; the rest is for a busy machine


@pytest.fixture
def college(world: Flask) -> College:
    return make_college()


@pytest.fixture
def other(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """A second person's browser."""
    context = browser.new_context(**browser_context_args)
    yield context
    context.close()


def type_and_send(page: Page, text: str) -> None:
    page.fill("#text", text)
    page.locator("#text").press("Control+Enter")


def texts(conversation_id: int) -> list[str]:
    db.session.rollback()
    found = list(
        db.session.scalars(
            db.select(Message.text).where(Message.conversation_id == conversation_id).order_by(Message.id)
        )
    )
    db.session.rollback()
    return found


def test_r2_3_communicate_two_people_talk_without_reloading(
    open_as: OpenAs, college: College, other: BrowserContext
) -> None:
    message = write(college.teacher, college.student, "Здравствуйте! Завтра защита.")
    place = f"/messages/{message.conversation_id}"
    teacher = open_as(college.teacher, place)
    expect(teacher.locator(".letter-foot").last).to_contain_text("не прочитано")
    student = open_as(college.student, place, other)
    # Read on one screen, seen on the other.
    expect(teacher.locator(".letter-foot").last).not_to_contain_text("не прочитано", timeout=SOON)
    type_and_send(student, "Хорошо, буду")
    expect(student.locator(".letter").last).to_contain_text("Хорошо, буду")
    assert student.input_value("#text") == ""
    expect(teacher.locator(".letter").last).to_contain_text("Хорошо, буду", timeout=SOON)
    type_and_send(teacher, "Первое")
    expect(teacher.locator(".letter")).to_have_count(3)
    type_and_send(teacher, "Второе")
    expect(student.locator(".letter")).to_have_count(4, timeout=SOON)
    assert texts(message.conversation_id)[-2:] == ["Первое", "Второе"]


def test_the_list_and_the_header_learn_of_a_message_by_themselves(
    open_as: OpenAs, college: College, other: BrowserContext
) -> None:
    student = open_as(college.student, "/messages/")
    expect(student.locator("#unread")).to_be_hidden()
    teacher = open_as(college.teacher, f"/messages/to/{college.student.id}", other)
    type_and_send(teacher, "Зайдите в 217")
    teacher.wait_for_selector("#letters")
    expect(student.locator(".talk")).to_contain_text("Зайдите в 217", timeout=SOON)
    expect(student.locator("#unread")).to_contain_text("1")
    student.locator(".talk").click()
    expect(student.locator("#unread")).to_be_hidden()


def test_a_page_nobody_sees_asks_nothing(open_as: OpenAs, college: College) -> None:
    page = open_as(college.student, "/messages/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/news") else None)
    page.evaluate(
        """() => { Object.defineProperty(document, "hidden", { get: () => true, configurable: true });
                   document.dispatchEvent(new Event("visibilitychange")); }"""
    )
    page.wait_for_timeout(5000)
    assert asked == []
    page.evaluate(
        """() => { Object.defineProperty(document, "hidden", { get: () => false, configurable: true });
                   document.dispatchEvent(new Event("visibilitychange")); }"""
    )
    page.wait_for_timeout(500)
    assert len(asked) == 1


def test_a_message_into_a_dead_network_is_sent_once_when_it_is_back(open_as: OpenAs, college: College) -> None:
    message = write(college.teacher, college.student)
    page = open_as(college.student, f"/messages/{message.conversation_id}")
    page.context.set_offline(True)
    type_and_send(page, "Я в метро")
    expect(page.locator("#write-state")).to_contain_text("Отправлю ещё раз")
    assert page.input_value("#text") == "Я в метро"
    page.context.set_offline(False)
    expect(page.locator(".letter").last).to_contain_text("Я в метро", timeout=SOON)
    assert texts(message.conversation_id) == ["Здравствуйте!", "Я в метро"]
    assert page.input_value("#text") == ""


def test_an_answer_that_was_lost_on_its_way_back_makes_no_double(open_as: OpenAs, college: College) -> None:
    """The server has the message, the browser does not know: the second try is the same message."""
    message = write(college.teacher, college.student)
    page = open_as(college.student, f"/messages/{message.conversation_id}")
    tries: list[int] = []

    def lose_first(route: Route) -> None:
        tries.append(1)
        if len(tries) == 1:
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/messages/*/messages", lose_first)
    type_and_send(page, "Один раз")
    expect(page.locator("#write-state")).to_contain_text("Отправлено", timeout=9000)
    expect(page.locator(".letter").last).to_contain_text("Один раз")
    assert len(tries) == 2
    assert texts(message.conversation_id) == ["Здравствуйте!", "Один раз"]


def test_what_fails_twice_stays_typed_and_is_sent_by_hand(open_as: OpenAs, college: College) -> None:
    message = write(college.teacher, college.student)
    page = open_as(college.student, f"/messages/{message.conversation_id}")
    page.route("**/messages/*/messages", lambda route: route.abort("connectionreset"))
    type_and_send(page, "Нет сети")
    expect(page.locator("#write-state")).to_contain_text("Текст сохранён здесь", timeout=9000)
    assert page.input_value("#text") == "Нет сети"
    page.unroute("**/messages/*/messages")
    page.locator("#write button[type=submit]").click()
    expect(page.locator(".letter").last).to_contain_text("Нет сети")
    assert texts(message.conversation_id) == ["Здравствуйте!", "Нет сети"]


def test_a_file_added_after_a_lost_answer_is_sent_too(open_as: OpenAs, college: College, tmp_path: Path) -> None:
    """The server has the message already: with a file it is another one, not the same once more."""
    message = write(college.teacher, college.student)
    page = open_as(college.student, f"/messages/{message.conversation_id}")

    def lose(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    page.route("**/messages/*/messages", lose)
    type_and_send(page, "Справка")
    expect(page.locator("#write-state")).to_contain_text("Текст сохранён здесь", timeout=15000)
    page.unroute("**/messages/*/messages")
    paper = tmp_path / "справка.txt"
    paper.write_text("справка", encoding="utf-8")
    page.set_input_files("#write input[name=files]", paper)
    page.locator("#write button[type=submit]").click()
    expect(page.locator(".letter").last).to_contain_text("справка.txt")
    assert texts(message.conversation_id) == ["Здравствуйте!", "Справка", "Справка"]


def test_a_draft_is_kept_on_the_server_and_in_the_tab(open_as: OpenAs, college: College, other: BrowserContext) -> None:
    message = write(college.teacher, college.student)
    place = f"/messages/{message.conversation_id}"
    page = open_as(college.student, place)
    page.fill("#text", "Я хотел спросить")
    expect(page.locator("#write-state")).to_contain_text("Черновик сохранён", timeout=4000)
    # On another computer.
    assert open_as(college.student, place, other).input_value("#text") == "Я хотел спросить"
    page.locator("#text").press("End")
    page.keyboard.type(", когда")
    page.reload()
    assert page.input_value("#text") == "Я хотел спросить, когда"
    type_and_send(page, "Спросил")
    expect(page.locator(".letter").last).to_contain_text("Спросил")
    page.reload()
    assert page.input_value("#text") == ""
    db.session.rollback()
    drafts = db.session.scalars(db.select(Member.draft).where(Member.conversation_id == message.conversation_id))
    assert set(drafts) == {""}


def test_the_next_person_at_the_computer_finds_no_draft(open_as: OpenAs, college: College) -> None:
    page = open_as(college.student, f"/messages/to/{college.curator.id}")
    page.fill("#text", "Секрет")
    kept = "Object.values(sessionStorage).includes('Секрет')"
    assert page.evaluate(kept)
    page.reload()
    assert page.input_value("#text") == "Секрет"
    open_as(college.parent, "/messages/")
    page.reload()  # the same tab, now the parent's
    assert not page.evaluate(kept)
    assert page.input_value("#text") == ""


# ── For everybody ───────────────────────────────────────────────────────────
def paths(college: College, place: str, message_id: int) -> list[str]:
    return [
        "/messages/", "/messages/new", "/messages/new?q=а", place, f"/messages/to/{college.student.id}",
        f"/messages/many?to=students:{college.journal.group.id}", f"{place}/messages/{message_id}/text",
    ]  # fmt: skip


def test_r1_7_a_axe_finds_nothing_and_phones_do_not_scroll_sideways(open_as: OpenAs, college: College) -> None:
    many = write_to_many(college.curator, f"students:{college.journal.group.id}", "Собрание " + "в-понедельник" * 12)
    message = write(college.curator, college.parent, "Здравствуйте! https://example.org/" + "адрес/" * 20)
    write(college.parent, college.curator, "Спасибо")
    place = f"/messages/{message.conversation_id}"
    addresses = [
        *paths(college, place, message.id),
        f"/messages/{many.conversation_id}",
        f"/messages/{many.conversation_id}/messages/{many.id}/readers",
    ]
    page = open_as(college.curator, "/messages/")
    page.set_viewport_size({"width": PHONE, "height": 844})
    look(page, addresses, PHONE)


def test_r1_7_a_axe_finds_nothing_on_the_pages_of_administration(open_as: OpenAs, college: College) -> None:
    write(college.parent, college.teacher)
    page = open_as(college.director, "/messages/")
    page.set_viewport_size({"width": PHONE, "height": 844})
    look(page, ["/messages/complaints", "/messages/access", f"/messages/access/new?person={college.parent.id}"], PHONE)


def look(page: Page, addresses: list[str], width: int) -> None:
    origin = page.url.split("/messages")[0]
    for address in addresses:
        page.goto(origin + address)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{address}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_the_newest_message_is_in_view(open_as: OpenAs, college: College) -> None:
    message = write(college.teacher, college.student, "0")
    for number in range(1, 40):
        db.session.add(
            Message(
                conversation_id=message.conversation_id,
                author_id=college.teacher.id,
                request_id=f"view-{number}",
                text=f"Сообщение {number}",
                folded="",
            )
        )
    db.session.commit()
    page = open_as(college.student, f"/messages/{message.conversation_id}")
    expect(page.locator(".letter").last).to_be_in_viewport()
    expect(page.locator("#text")).to_be_in_viewport()


def test_what_is_typed_in_an_opened_talk_is_the_answer(open_as: OpenAs, college: College) -> None:
    message = write(college.teacher, college.student, "Когда сдашь отчёт?")
    page = open_as(college.student, f"/messages/{message.conversation_id}")
    page.keyboard.type("15:00")
    expect(page.locator("#text")).to_have_value("15:00")

"""Documents of absence and disputed marks on a desk and on a phone (R4.3.d, R4.5.c, R1.7.a)."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from factories import viewer_of
from factories_absences import World, form, make_world
from flask import Flask
from playwright.sync_api import Page, expect

from ejournal.extensions import db
from ejournal.models import AbsencePaper, Dispute, Person
from ejournal.services import absences, disputes

pytestmark = pytest.mark.browser

# Desks are looked at by test_every_page.
PHONE = 390

OpenAs = Callable[..., Page]


@pytest.fixture
def asked(world: Flask) -> World:
    """A certificate whose lesson waits, a statement that the mother sent, a disputed mark and one that can be."""
    made = make_world()
    made.put("н", 0)
    disputes.ask(viewer_of(made.student), made.student.id, made.put("3", 1).id, "Я отвечал на 5")
    made.put("4", 2)
    made.register()
    absences.send(viewer_of(made.parent), made.student.id, form(kind="statement", code="п"), None)
    return made


def test_r4_3_d_one_click_accepts_and_the_mark_has_changed(open_as: OpenAs, asked: World) -> None:
    page = open_as(asked.journal.teacher, "/absences/requests")
    page.get_by_role("button", name=re.compile(r"Принять\s*:")).click()
    expect(page.locator("main").get_by_text("Отметки изменены: 1 занятие.")).to_be_visible()
    expect(page.get_by_text("Запросов нет")).to_be_visible()
    assert asked.text(0) == "б"


def test_r4_5_c_a_student_asks_from_the_dialog_of_a_mark(open_as: OpenAs, asked: World) -> None:
    page = open_as(asked.student, f"/diary/{asked.student.id}/marks")
    page.locator("a.mark-4").first.click()
    dialog = page.locator("#mark-dialog")
    dialog.get_by_text("Оценка поставлена ошибочно?").click()
    dialog.get_by_label("Что неверно").fill("Работа сдана полностью")
    dialog.get_by_role("button", name="Сообщить преподавателю").click()
    expect(page.locator("main").get_by_text("Обращение отправлено преподавателю")).to_be_visible()
    expect(page.get_by_text("Работа сдана полностью")).to_be_visible()


@pytest.mark.parametrize(
    "name",
    ["list", "new", "paper", "sent", "requests", "family", "disputes", "dispute", "mark", "grid", "roll", "start"],
)
def test_r1_7_a_axe_finds_nothing_and_a_phone_scrolls_nowhere(open_as: OpenAs, asked: World, name: str) -> None:
    who, path = _page(asked, name)
    page = open_as(who, path)
    page.set_viewport_size({"width": PHONE, "height": 844})
    for fold in page.locator("main details.fold").all():
        fold.evaluate("fold => { fold.open = true; }")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    if name != "grid":
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE


def _page(asked: World, name: str) -> tuple[Person, str]:
    curator, teacher = db.session.get_one(Person, asked.curator.person_id), asked.journal.teacher
    journal, diary = f"/journal/{asked.journal.course_id}", f"/diary/{asked.student.id}"
    return {
        "list": (curator, "/absences/"),
        "new": (curator, "/absences/new"),
        "paper": (curator, f"/absences/{_last(AbsencePaper, state='registered')}"),
        "sent": (curator, f"/absences/{_last(AbsencePaper, state='sent')}"),
        "requests": (teacher, "/absences/requests"),
        "family": (asked.parent, f"/absences/of/{asked.student.id}"),
        "disputes": (teacher, "/disputes/"),
        "dispute": (teacher, f"/disputes/{_last(Dispute)}"),
        "mark": (asked.student, f"{diary}/marks/{asked.cell(2).id}"),
        "grid": (teacher, journal),
        "roll": (teacher, f"{journal}/lessons/{asked.journal.lessons[0].id}/roll"),
        "start": (teacher, "/"),
    }[name]


def _last(model: type, **columns: str) -> int:
    """The server's college grows from test to test."""
    return db.session.scalars(db.select(model.id).filter_by(**columns).order_by(model.id.desc())).first()

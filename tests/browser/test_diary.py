"""The diary in a real browser: five seconds on a phone, weeks turned in place, marks in full, axe on every tab."""

import re
from datetime import date, timedelta

import factories
import factories_diary
import pytest
from axe_playwright_python.sync_playwright import Axe
from factories import Journal, make_lesson
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from ejournal.domain import calendar
from ejournal.extensions import db
from ejournal.models import Cell, DiaryVisit, Homework, Person
from ejournal.models.base import now
from ejournal.services import diary, settings

pytestmark = pytest.mark.browser

DAY = timedelta(days=1)
TABS = {
    "week": "",
    "homework": "/homework",
    "marks": "/marks",
    "attendance": "/attendance",
    "teachers": "/teachers",
    "calendar": "/calendar",
}


class Family:
    """Two children of one parent: a week with everything that can be in it."""

    def __init__(self) -> None:
        self.journal: Journal = factories.make_journal(students=0, lessons=0)
        self.child: Person = factories_diary.make_child(self.journal.group)
        self.sister = factories_diary.make_child(factories.make_group(year=self.journal.year), "Полина")
        self.parent = factories_diary.make_parent(self.child, self.sister)
        self.today: date = settings.today()
        diary.visited(factories.viewer_of(self.parent), self.child.id)
        self._age_visit()
        lesson = make_lesson(self.journal.course_id, self.today, works=2, room="217", topic="Потоки и процессы")
        factories_diary.put(lesson.works[0], self.child, "5", updated_by=self.journal.teacher.id)
        factories_diary.put(lesson.works[1], self.child, "3", "о", updated_by=self.journal.teacher.id)
        factories_diary.give(lesson, "Решить № 7", self.today + DAY)
        factories_diary.attach(lesson, "очень длинное имя файла с заданием для самостоятельной работы.pdf")
        missed = make_lesson(self.journal.course_id, self.today, pair=2)
        factories_diary.put(missed.works[0], self.child, "2", "н")
        make_lesson(self.journal.course_id, self.today, pair=3, state="cancelled", reason="карантин")
        make_lesson(self.journal.course_id, calendar.monday_of(self.today) - 7 * DAY, topic="Неделю назад")

    def _age_visit(self) -> None:
        visit = db.session.scalars(db.select(DiaryVisit).where(DiaryVisit.student_id == self.child.id)).one()
        visit.seen_at -= timedelta(days=1)
        db.session.commit()

    def let_two_hours_pass(self) -> None:
        """Everything shown was put in before a visit that ended an hour ago."""
        db.session.rollback()
        before, then = now() - timedelta(hours=2), now() - timedelta(hours=1)
        of_child = DiaryVisit.student_id == self.child.id
        db.session.execute(db.update(Cell).where(Cell.student_id == self.child.id).values(updated_at=before))
        db.session.execute(db.update(Homework).values(published_at=before))
        db.session.execute(db.update(DiaryVisit).where(of_child).values(seen_at=then))
        db.session.commit()

    def url(self, tab: str = "") -> str:
        return f"/diary/{self.child.id}{tab}"


@pytest.fixture
def family(world: Flask) -> Family:
    return Family()


@pytest.fixture
def phone(browser: Browser):  # type: ignore[no-untyped-def]
    made = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="ru-RU")
    yield made
    made.close()


def test_r4_6_a_in_five_seconds_on_a_phone_a_parent_knows_how_things_are(open_as, family, phone):
    page = open_as(family.parent, "/", phone)
    # The first screen, nothing touched: both children, marks, absences, homework, what is new.
    card = page.locator(".child", has_text=family.child.name)
    expect(card.locator(".tile-marks .mark")).to_have_text([re.compile("^5"), re.compile("^3"), re.compile("^2")])
    expect(card).to_contain_text("2 ч")
    expect(card).to_contain_text("Задано на завтра")
    expect(card.locator(".tile-news")).to_contain_text("4")
    assert card.locator(".glance").bounding_box()["y"] < 844
    # One tap: the week, today open.
    card.get_by_role("link", name=family.child.name).first.tap()
    page.wait_for_url(f"**{family.url()}")
    expect(page.locator(".day-today .pair")).to_have_count(3)
    assert page.locator(".glance").bounding_box()["y"] + page.locator(".glance").bounding_box()["height"] < 844
    # One more tap: the other child.
    page.get_by_role("navigation", name="Дети").get_by_role("link", name="Полина").tap()
    page.wait_for_url(f"**/diary/{family.sister.id}")


def test_days_besides_today_open_at_a_tap_and_on_a_desk_all_lie_open(open_as, family, phone):
    page = open_as(family.parent, family.url(), phone)
    closed = page.locator("details.day:not([open])")
    number = closed.count()
    assert number >= 5
    closed.first.locator("summary").tap()
    expect(closed).to_have_count(number - 1)
    desk = open_as(family.parent, family.url())
    expect(desk.locator("details.day:not([open])")).to_have_count(0)


def test_a_notice_s_day_lies_open_in_sight_and_marked_though_another_day_is_today(open_as, family, phone):
    monday = calendar.monday_of(family.today)
    named = monday + 5 * DAY if family.today != monday + 5 * DAY else monday
    page = open_as(family.parent, family.url(f"?week={calendar.format_week(named)}#day-{named}"), phone)
    day = page.locator(f"#day-{named}")
    expect(day).to_have_attribute("open", "")
    expect(day.locator("summary")).to_be_in_viewport()
    assert day.evaluate("day => getComputedStyle(day).outlineStyle") == "solid"


def test_a_notice_s_lesson_lies_open_in_sight_and_marked(open_as, family, phone):
    page = open_as(family.parent, family.url(), phone)
    row = page.locator(".day-today li.pair").first
    name = row.get_attribute("id")
    assert name
    page.locator(".day-today summary").first.tap()
    expect(row).to_be_hidden()
    page.goto(page.url + f"#{name}")
    expect(row).to_be_in_viewport()
    assert row.evaluate("row => getComputedStyle(row).outlineStyle") == "solid"


def test_a_week_is_turned_without_loading_the_page_and_back_goes_back(open_as, family):
    page = open_as(family.parent, family.url())
    page.evaluate("document.querySelector('.glance').dataset.kept = '1'")
    page.get_by_role("link", name="Предыдущая неделя").click()
    expect(page.locator("#week")).to_contain_text("Неделю назад")
    page.wait_for_url(re.compile(r"\?week=\d{4}-W\d\d$"))
    expect(page.locator("[data-turn=prev]")).to_be_focused()
    expect(page.locator("details.day:not([open])")).to_have_count(0)
    page.go_back()
    expect(page.locator(".day-today")).to_be_visible()
    assert page.locator(".glance").get_attribute("data-kept") == "1"
    page.go_forward()
    expect(page.locator("#week")).to_contain_text("Неделю назад")


def test_r2_1_d_a_tap_on_a_mark_says_who_gave_it(open_as, family, phone):
    page = open_as(family.parent, family.url(), phone)
    page.locator(".day-today .mark").first.tap()
    dialog = page.get_by_role("dialog", name="Отметка")
    expect(dialog).to_contain_text(family.journal.teacher.full_name)
    expect(dialog).to_contain_text("Потоки и процессы")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.locator(".day-today .mark").nth(1).tap()
    expect(dialog).to_contain_text("опоздание на занятие")


def test_what_was_new_is_seen_once_the_visit_is_over(open_as, family):
    page = open_as(family.parent, "/diary/")
    with page.expect_response("**/visit") as visit:
        page.goto(page.url.removesuffix("/diary/") + family.url())
    assert visit.value.ok, "sent with the token"
    expect(page.locator(".tile-news")).to_be_visible()
    family.let_two_hours_pass()
    page.reload()
    expect(page.locator(".tile-news")).to_have_count(0)


def test_a_student_ticks_homework_in_place(open_as, family, phone):
    page = open_as(family.child, family.url("/homework"), phone)
    tick = page.get_by_role("button", name="Сделано")
    count = page.get_by_text(re.compile(r"сделано \d из \d"))
    expect(count).to_have_text("сделано 0 из 1")
    tick.tap()
    expect(tick).to_have_attribute("aria-pressed", "true")
    expect(count).to_have_text("сделано 1 из 1")
    tick.tap()
    expect(tick).to_have_attribute("aria-pressed", "false")
    expect(count).to_have_text("сделано 0 из 1")


def test_what_if_is_reckoned_in_place(open_as, family):
    page = open_as(family.parent, family.url("/marks"))
    page.get_by_text("Как посчитано").click()
    page.get_by_label("Какая оценка").select_option("2")
    expect(page.locator(".outlook-answer")).to_contain_text("3,00")


@pytest.mark.parametrize("tab", TABS)
def test_r1_7_a_axe_finds_nothing_on_a_phone(open_as, family, phone, tab):
    check(open_as(family.parent, family.url(TABS[tab]), phone))


@pytest.mark.parametrize("path", ["/diary/", "week", "mark", "dialog", "news"])
def test_r1_7_a_axe_finds_nothing_on_a_desk(open_as, family, path):
    page = open_as(family.parent, path if path.startswith("/") else family.url())
    if path == "mark":
        page.goto(page.locator(".day-today .mark").first.evaluate("(link) => link.href"))
    elif path == "dialog":
        page.locator(".day-today .mark").first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
    elif path == "news":
        page.locator(".news summary").click()
    check(page)


def check(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("width", [320, 390])
def test_no_tab_scrolls_sideways_on_a_phone(open_as, family, tab, width):
    page = open_as(family.parent, family.url(TABS[tab]))
    page.set_viewport_size({"width": width, "height": 844})
    page.evaluate("document.querySelectorAll('main details').forEach((fold) => { fold.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width

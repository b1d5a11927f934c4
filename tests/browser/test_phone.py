"""The roll on a phone: one tap a mark, refusals in their place, nothing tapped lost."""

import pytest
from browser.conftest import session_cookie
from factories import Journal, make_journal, make_kind, make_lesson, viewer_of
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from ejournal.extensions import db
from ejournal.models import Cell, Lesson, PeriodClosing, Work
from ejournal.services import cells, settings

pytestmark = pytest.mark.browser


@pytest.fixture
def journal(world: Flask) -> Journal:
    return make_journal(students=6, lessons=2)


@pytest.fixture
def phone(browser: Browser):  # type: ignore[no-untyped-def]
    made = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="ru-RU")
    yield made
    made.close()


def url(journal: Journal, number: int = 1, tail: str = "") -> str:
    return f"/journal/{journal.course_id}/lessons/{journal.lessons[number].id}/roll{tail}"


def line(page: Page, number: int) -> Locator:
    return page.locator(".roll-line").nth(number)


def tap(page: Page, number: int, *keys: str) -> None:
    for key in keys:
        line(page, number).get_by_role("button", name=key, exact=len(key) != 1 or key.isdigit()).first.tap()


def code(page: Page, number: int, letter: str) -> None:
    line(page, number).locator(f'[data-code="{letter}"]').tap()


def shows(page: Page, number: int, text: str) -> None:
    expect(line(page, number).locator("output")).to_have_text(text)


def all_saved(page: Page) -> None:
    expect(page.locator("#roll-state")).to_have_text("Сохранено")


def stored(journal: Journal, number: int = 1) -> list[str]:
    """Notation by student of a lesson's column, as the database has it."""
    db.session.rollback()
    rows = {
        row.student_id: (row.attendance or "") + (row.mark or "")
        for row in db.session.scalars(db.select(Cell).where(Cell.work_id == journal.works[number].id))
    }
    db.session.rollback()
    return [rows.get(student.id, "") for student in journal.students]


def record(journal: Journal, text: str, student: int = 0, number: int = 1) -> None:
    """Somebody else's save, past the browser."""
    entry = cells.Entry(journal.students[student].id, journal.works[number].id, text, None)
    cells.record_cell(viewer_of(journal.teacher), journal.course_id, entry)


def test_r4_4_f_a_tap_saves_and_attendance_and_mark_keep_each_other(open_as, journal, phone):
    page = open_as(journal.teacher, url(journal), phone)
    code(page, 0, "н")
    tap(page, 0, "3")
    tap(page, 1, "5")
    code(page, 1, "о")
    tap(page, 2, "ещё", "ЗЧ")
    code(page, 3, "б")
    code(page, 3, "п")
    tap(page, 4, "5", "4")
    all_saved(page)
    for number, text in enumerate(["н3", "о5", "ЗЧ", "п", "4", ""]):
        shows(page, number, text)
    assert stored(journal) == ["н3", "о5", "ЗЧ", "п", "4", ""]


def test_the_same_key_takes_its_own_half_off_again(open_as, journal, phone):
    record(journal, "н3")
    page = open_as(journal.teacher, url(journal), phone)
    code(page, 0, "н")
    shows(page, 0, "3")
    code(page, 0, "о")
    tap(page, 0, "3")
    all_saved(page)
    assert stored(journal)[0] == "о"
    tap(page, 0, "Очистить")
    all_saved(page)
    assert stored(journal)[0] == ""


def test_everybody_is_present_at_one_tap_and_it_is_undone_as_one(open_as, journal, phone):
    record(journal, "н")
    record(journal, "о4", student=1)
    page = open_as(journal.teacher, url(journal), phone)
    page.get_by_role("button", name="Все присутствуют").tap()
    expect(page.locator("#roll-state")).to_have_text("Посещаемость внесена")
    shows(page, 0, "")
    shows(page, 1, "4")
    db.session.rollback()
    assert db.session.get_one(Lesson, journal.lessons[1].id, populate_existing=True).attendance_at
    page.get_by_role("button", name="Отменить").tap()
    expect(page.locator("#roll-state")).to_have_text("Отменено")
    shows(page, 0, "н")
    assert stored(journal)[:2] == ["н", "о4"]
    # The versions that came back are the ones to save over.
    tap(page, 0, "5")
    all_saved(page)
    assert stored(journal)[0] == "н5"


@pytest.mark.parametrize(("choice", "text"), [("Записать «5»", "5"), ("Оставить «2»", "2")])
def test_somebody_elses_value_is_told_and_the_person_decides(open_as, journal, phone, choice, text):
    page = open_as(journal.teacher, url(journal), phone)
    record(journal, "2")
    tap(page, 0, "5")
    expect(line(page, 0).get_by_role("alert")).to_contain_text("«2»")
    expect(page.locator("#roll-state")).to_have_text("Не сохранено: 1")
    shows(page, 0, "5")
    line(page, 0).get_by_role("button", name=choice).tap()
    shows(page, 0, text)
    expect(page.locator(".roll-say")).to_have_count(0)
    all_saved(page)
    assert stored(journal)[0] == text


def test_r4_2_e_a_late_change_asks_for_its_reason_on_the_line(open_as, journal, phone):
    old = make_lesson(journal.course_id, settings.today().replace(day=1))
    journal.lessons.append(old)
    journal.works.append(old.works[0])
    record(journal, "2", number=2)
    page = open_as(journal.teacher, url(journal, 2), phone)
    tap(page, 0, "4")
    expect(line(page, 0).get_by_role("alert")).to_contain_text("п. 4.4")
    line(page, 0).get_by_placeholder("Причина правки").fill("Работа пересдана")
    line(page, 0).get_by_role("button", name="Сохранить с причиной").tap()
    all_saved(page)
    assert stored(journal, 2)[0] == "4"


def test_r4_4_a_a_period_closed_meanwhile_is_told_and_the_tap_kept(open_as, journal, phone):
    page = open_as(journal.teacher, url(journal), phone)
    db.session.add(PeriodClosing(course_id=journal.course_id, period_id=journal.period.id))
    db.session.commit()
    tap(page, 0, "5")
    expect(line(page, 0).get_by_role("alert")).to_contain_text("Период закрыт")
    shows(page, 0, "5")
    line(page, 0).get_by_role("button", name="Вернуть «пусто»").tap()
    shows(page, 0, "")
    for row in db.session.scalars(db.select(PeriodClosing).where(PeriodClosing.course_id == journal.course_id)):
        db.session.delete(row)
    db.session.commit()


def test_without_a_network_taps_wait_and_go_out_when_it_is_back(open_as, journal, phone):
    page = open_as(journal.teacher, url(journal), phone)
    phone.set_offline(True)
    tap(page, 0, "5")
    code(page, 1, "н")
    expect(page.locator("#roll-state")).to_have_text("Нет связи: ждут отправки 2")
    shows(page, 0, "5")
    phone.set_offline(False)
    all_saved(page)
    assert stored(journal)[:2] == ["5", "н"]


def test_works_of_a_lesson_are_tabs_and_lessons_are_arrows(open_as, journal, phone):
    kind = make_kind("Контрольная работа", "КР", 3)
    work = Work(lesson_id=journal.lessons[1].id, kind_id=kind.id, ordinal=1)
    db.session.add(work)
    db.session.commit()
    page = open_as(journal.teacher, url(journal), phone)
    page.get_by_role("link", name="Контрольная работа").tap()
    tap(page, 2, "4")
    all_saved(page)
    db.session.rollback()
    assert db.session.scalars(db.select(Cell.mark).where(Cell.work_id == work.id)).all() == ["4"]
    page.get_by_role("link", name="Предыдущее занятие").tap()
    page.wait_for_url(f"**{url(journal, 0)}")


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_every_key_fits_a_finger_and_nothing_runs_off_the_side(open_as, journal, context, width):
    page = open_as(journal.teacher, url(journal))
    page.set_viewport_size({"width": width, "height": 844})
    line(page, 0).locator("[data-more]").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    smallest = 44 if width < 640 else 36  # a mouse is finer than a thumb
    sizes = page.evaluate(
        "[...document.querySelectorAll('.roll-line:first-child button, .roll-bar button')]"
        ".map((b) => { const box = b.getBoundingClientRect(); return [box.width, box.height]; })"
    )
    assert len(sizes) == 17
    assert min(side for size in sizes for side in size) >= smallest


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("path", ["lesson", "lessons", "home"])
def test_the_other_pages_fit_a_phone_too(open_as, journal, path, width):
    address = {
        "lesson": url(journal).removesuffix("/roll"),
        "lessons": f"/journal/{journal.course_id}/lessons",
        "home": "/",
    }
    page = open_as(journal.teacher, address[path])
    page.set_viewport_size({"width": width, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_session_that_ran_out_keeps_the_tap_until_the_person_is_back(server, open_as, journal, phone: BrowserContext):
    page = open_as(journal.teacher, url(journal), phone)
    phone.clear_cookies()
    tap(page, 0, "5")
    expect(page.locator("#sign-in-dialog")).to_be_visible()
    cookie = session_cookie(server.app, journal.teacher)
    phone.add_cookies([{"name": "ejournal", "value": cookie, "url": server.url}])
    page.locator("#sign-in-dialog").evaluate("(dialog) => dialog.close()")
    expect(line(page, 0).get_by_role("alert")).to_contain_text("Не сохранено")
    shows(page, 0, "5")
    line(page, 0).get_by_role("button", name="Повторить").tap()
    all_saved(page)
    assert stored(journal)[0] == "5"

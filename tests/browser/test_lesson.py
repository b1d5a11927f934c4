"""The lesson's page under a teacher's hands: keys, files, two tabs, nothing typed lost."""

import pytest
from browser.conftest import session_cookie
from factories import Journal, make_journal, make_kind, viewer_of
from flask import Flask
from playwright.sync_api import Page, expect

from ejournal.extensions import db
from ejournal.models import Course, Lesson, LessonFile, ThematicPlan, Topic, Work
from ejournal.services import lessons, settings
from ejournal.services.lessons import Filled

pytestmark = pytest.mark.browser


@pytest.fixture
def journal(world: Flask) -> Journal:
    made = make_journal(students=2, lessons=2)
    make_kind("Контрольная работа", "КР", 3)
    course = db.session.get_one(Course, made.course_id)
    plan = ThematicPlan(discipline_id=course.discipline_id, title="КТП")
    db.session.add(plan)
    db.session.flush()
    db.session.add(Topic(plan_id=plan.id, ordinal=1, title="Процессы", homework="Глава 2"))
    course.plan_id = plan.id
    db.session.commit()
    return made


def url(journal: Journal, tail: str = "") -> str:
    return f"/journal/{journal.course_id}/lessons/{journal.lessons[1].id}{tail}"


def lesson(journal: Journal) -> Lesson:
    db.session.rollback()
    found = db.session.get_one(Lesson, journal.lessons[1].id, populate_existing=True)
    db.session.rollback()
    return found


def saved(page: Page) -> None:
    expect(page.locator("#lesson-form .save-note svg")).to_be_visible()


def test_r4_4_b_the_topic_is_accepted_by_one_key_and_work_goes_on_with_homework(open_as, journal):
    page = open_as(journal.teacher, url(journal))
    page.locator("#room").fill("217")
    page.keyboard.press("Alt+t")
    saved(page)
    assert (lesson(journal).topic, lesson(journal).room) == ("Процессы", "217")
    expect(page.locator("#homework")).to_be_focused()
    page.get_by_role("button", name="Взять из плана").click()
    page.keyboard.press("Control+Enter")
    saved(page)
    expect(page.locator("#homework")).to_have_value("Глава 2")
    expect(page.locator("#lesson-terms")).to_contain_text("задание выдано")


def test_enter_in_a_field_saves_and_takes_no_topic(open_as, journal):
    page = open_as(journal.teacher, url(journal))
    page.locator("#room").fill("217")
    page.locator("#room").press("Enter")
    saved(page)
    assert (lesson(journal).topic, lesson(journal).room) == ("", "217")


def test_a_wrong_field_gets_the_focus_and_nothing_typed_is_lost(open_as, journal):
    page = open_as(journal.teacher, url(journal))
    page.locator("#topic").fill("Своя тема")
    page.locator("#hours").fill("99")
    page.keyboard.press("Control+s")
    expect(page.locator("#hours")).to_be_focused()
    expect(page.locator("#hours")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#topic")).to_have_value("Своя тема")
    page.locator("#hours").fill("4")
    page.keyboard.press("Enter")
    saved(page)
    assert (lesson(journal).topic, lesson(journal).hours) == ("Своя тема", 4)


def test_a_column_added_meanwhile_does_not_make_ones_own_form_stale(open_as, journal):
    page = open_as(journal.teacher, url(journal))
    page.locator("#topic").fill("Своя тема")
    page.get_by_text("Добавить вид работы").click()
    page.locator("#kind-new").select_option(label="Контрольная работа")
    page.get_by_role("button", name="Добавить столбец").click()
    expect(page.locator("#lesson-works")).to_contain_text("вес 3")
    expect(page.locator("#topic")).to_have_value("Своя тема")
    page.locator("#topic").press("Control+Enter")
    saved(page)
    assert lesson(journal).topic == "Своя тема"
    assert db.session.scalar(db.select(db.func.count()).where(Work.lesson_id == journal.lessons[1].id)) == 2


def test_somebody_elses_change_is_shown_and_overwritten_only_knowingly(open_as, journal):
    page = open_as(journal.teacher, url(journal))
    page.locator("#topic").fill("Набрано мной")
    with_topic = Filled(0, "Записано другим", None, True, "2", "", "", "", "")
    lessons.fill(viewer_of(journal.teacher), journal.course_id, journal.lessons[1].id, with_topic)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#lesson-form [role=alert]")).to_contain_text("Записано другим")
    expect(page.locator("#topic")).to_have_value("Набрано мной")
    assert lesson(journal).topic == "Записано другим"
    page.get_by_role("button", name="Сохранить", exact=True).last.click()
    saved(page)
    assert lesson(journal).topic == "Набрано мной"


def test_several_files_go_out_when_chosen_and_one_is_taken_back(open_as, journal):
    page = open_as(journal.teacher, url(journal))
    page.locator("#topic").fill("Ещё не сохранено")
    chosen = [{"name": f"Задание {n}.txt", "mimeType": "text/plain", "buffer": f"стр. {n}".encode()} for n in (1, 2)]
    page.locator("#files-homework").set_input_files(chosen)
    expect(page.locator(".file-list li")).to_have_count(2)
    expect(page.locator("#lesson-terms")).to_contain_text("задание выдано")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Убрать файл Задание 1.txt").click()
    expect(page.locator(".file-list li")).to_have_count(1)
    expect(page.locator("#topic")).to_have_value("Ещё не сохранено")
    with page.expect_download() as download:
        page.get_by_role("link", name="Задание 2.txt").click()
    assert download.value.suggested_filename == "Задание 2.txt"
    db.session.rollback()
    rows = db.session.scalars(
        db.select(LessonFile).where(LessonFile.lesson_id == journal.lessons[1].id).order_by(LessonFile.id)
    ).all()
    assert [row.removed_at is None for row in rows] == [False, True]


def test_leaving_with_something_typed_asks_first(open_as, journal):
    page = open_as(journal.teacher, url(journal))
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.locator("#topic").press_sequentially("Набрано")
    page.get_by_role("link", name="Журнал", exact=True).click()
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    expect(page.locator("#topic")).to_have_value("Набрано")


def test_a_lesson_is_moved_with_its_reason(open_as, journal):
    page = open_as(journal.teacher, url(journal))
    page.get_by_text("Перенести на другую").click()
    page.locator("#move-pair").fill("4")
    page.get_by_role("button", name="Перенести").click()
    expect(page.locator("#move-reason")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#move-pair")).to_have_value("4")
    page.locator("#move-reason").fill("Карантин")
    page.get_by_role("button", name="Перенести").click()
    expect(page.locator(".note-good")).to_contain_text("Занятие перенесено")
    assert (lesson(journal).pair, lesson(journal).date) == (4, settings.today())


def test_it_works_without_scripts(server, browser, journal):
    context = browser.new_context(java_script_enabled=False, locale="ru-RU")
    context.add_cookies([{"name": "ejournal", "value": session_cookie(server.app, journal.teacher), "url": server.url}])
    page = context.new_page()
    page.goto(server.url + url(journal))
    page.locator("#homework").fill("Параграф 5")
    page.get_by_role("button", name="Принять тему").click()
    expect(page.locator(".note-good")).to_contain_text("Сохранено")
    expect(page.locator("#homework")).to_have_value("Параграф 5")
    page.locator("#files-material").set_input_files(
        [{"name": "Лекция.txt", "mimeType": "text/plain", "buffer": "Лекция".encode()}]
    )
    page.get_by_role("button", name="Загрузить").last.click()
    expect(page.locator(".file-list")).to_contain_text("Лекция.txt")
    context.close()
    assert lesson(journal).topic == "Процессы"

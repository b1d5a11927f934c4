"""Homework both ways in a real browser: sent with a file, returned and accepted in place, axe, phones (R4.5.b)."""

from datetime import timedelta
from pathlib import Path

import factories
import factories_diary
import factories_tasks
import pytest
from axe_playwright_python.sync_playwright import Axe
from factories import make_lesson
from flask import Flask
from playwright.sync_api import Page, expect

from ejournal.models.base import now
from ejournal.services import settings

pytestmark = pytest.mark.browser

DAY = timedelta(days=1)


class College:
    """A journal with a child in it, tasks of both kinds with answers in every state, and debts."""

    def __init__(self) -> None:
        self.journal = factories.make_journal(students=4, lessons=0)
        self.child = factories_diary.make_child(self.journal.group)
        self.lesson = make_lesson(self.journal.course_id, settings.today() - DAY, topic="Потоки")
        factories_diary.give(self.lesson, "Решить № 7", settings.today() + DAY, answer="required")
        factories_tasks.answer(self.lesson, self.journal.students[0], "Готово, проверьте")
        factories_tasks.answer(self.lesson, self.journal.students[1], verdict="returned", comment="Нет вывода",
                               checked_at=now(), checked_by=self.journal.teacher.id)  # fmt: skip
        late = make_lesson(self.journal.course_id, settings.today() - 3 * DAY)
        factories_diary.give(late, "§ 5", settings.today() - DAY, answer="required")
        self.own = factories_tasks.give_task(self.lesson, self.child, text="Карточка 4", due=settings.today() + DAY)
        factories_tasks.owe(late.works[0], self.child, settings.today() + DAY, "вариант 3")

    def paths(self) -> dict[str, tuple[factories.Person, str]]:
        journal, diary = f"/journal/{self.journal.course_id}", f"/diary/{self.child.id}"
        lesson, teacher = self.lesson.id, self.journal.teacher
        return {
            "board": (teacher, f"{journal}/answers"),
            "sheet": (teacher, f"{journal}/lessons/{lesson}/answers"),
            "lesson": (teacher, f"{journal}/lessons/{lesson}"),
            "owed": (teacher, f"{journal}/works/{self.lesson.works[0].id}/owed"),
            "homework": (self.child, f"{diary}/homework"),
            "task": (self.child, f"{diary}/lessons/{lesson}/homework"),
            "personal": (self.child, f"{diary}/lessons/{lesson}/tasks/{self.own.id}"),
        }


@pytest.fixture
def college(world: Flask) -> College:
    return College()


def opened(page: Page) -> Page:
    """With everything folded unfolded: what is hidden is not checked."""
    page.evaluate("for (const fold of document.querySelectorAll('main details')) fold.open = true")
    return page


@pytest.mark.parametrize("name", ["board", "sheet", "lesson", "owed", "homework", "task", "personal"])
def test_r1_7_a_axe_finds_nothing_for_the_weak_sighted_on_a_phone(open_as, college, name):
    page = open_as(*college.paths()[name])
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("form[action='/view'] button").first.click()
    page.wait_for_load_state()
    found = Axe().run(opened(page))
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("name", ["board", "sheet", "lesson", "owed", "homework", "task"])
def test_phone_page_does_not_scroll_sideways(open_as, college, name):
    page = opened(open_as(*college.paths()[name]))
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_r4_5_b_a_student_sends_an_answer_with_a_file_and_stays_on_the_page(open_as, college, tmp_path: Path):
    page = open_as(*college.paths()["task"])
    page.get_by_role("button", name="Отправить преподавателю").click()
    expect(page.locator("main").get_by_text("Напишите ответ или приложите файл.")).to_be_visible()
    file = tmp_path / "решение.pdf"
    file.write_bytes(factories_tasks.PDF)
    page.get_by_label("Ответ", exact=True).fill("Вот моё решение")
    page.get_by_label("Файлы", exact=True).set_input_files(file)
    page.get_by_role("button", name="Отправить преподавателю").click()
    expect(page.get_by_role("status").filter(has_text="Ответ отправлен преподавателю.")).to_be_visible()
    expect(page.get_by_role("link", name="решение.pdf")).to_be_visible()
    expect(page.get_by_text("Дополнить ответ")).to_be_visible()


def test_r4_5_b_a_teacher_returns_and_accepts_without_leaving_the_page(open_as, college):
    page = open_as(*college.paths()["sheet"])
    line = page.locator(f"#answer-{college.journal.students[0].id}")
    line.get_by_role("button", name="На доработку").click()
    expect(line.get_by_text("Напишите, что исправить.")).to_be_visible()
    line.get_by_label("Замечание").fill("Нет вывода")
    line.get_by_role("button", name="На доработку").click()
    expect(line.get_by_text("Возвращено на доработку.")).to_be_visible()
    line.get_by_text("Изменить решение").click()
    line.get_by_role("button", name="Принять", exact=True).click()
    expect(line.get_by_text("Принято.", exact=True)).to_be_visible()
    line.get_by_text("Изменить решение").click()
    line.get_by_role("button", name="Принять и поставить оценку").click()
    page.wait_for_url(f"**/roll#name-{college.journal.students[0].id}")


def test_a_personal_task_is_given_in_place_and_a_wrong_one_keeps_what_was_chosen(open_as, college):
    page = open_as(*college.paths()["lesson"])
    page.get_by_text("Дать личное задание").click()
    student = college.journal.students[2]
    form = page.locator("#lesson-tasks form").last
    form.get_by_label(f"{student.surname} {student.name}").check()
    form.get_by_role("button", name="Выдать задание").click()
    expect(form.get_by_text("Напишите задание или приложите")).to_be_visible()
    expect(form.get_by_label(f"{student.surname} {student.name}")).to_be_checked()
    form.get_by_label("Задание", exact=True).fill("Карточка 9")
    form.get_by_role("button", name="Выдать задание").click()
    expect(page.locator("#lesson-tasks p").get_by_text("Карточка 9", exact=True)).to_be_visible()
    expect(page.locator("#lesson-tasks .task-whom").get_by_text(student.short_name)).to_be_visible()


def test_the_grids_column_leads_to_who_has_not_handed_in(open_as, college):
    page = open_as(college.journal.teacher, f"/journal/{college.journal.course_id}")
    page.locator(f"th[data-work='{college.lesson.works[0].id}'] button.kind").click()
    page.get_by_role("link", name="Кто не сдал").click()
    page.wait_for_url(f"**/works/{college.lesson.works[0].id}/owed")

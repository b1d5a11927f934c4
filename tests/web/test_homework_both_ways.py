"""Personal tasks, answers and debts over HTTP, with scripts and without (R4.5.b)."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import factories
import factories_diary
import factories_tasks
import pytest
from factories import Journal, Person, make_lesson
from flask import Flask
from flask.testing import FlaskClient

from ejournal.extensions import db
from ejournal.models import Homework, Lesson, OwedWork, PersonalTask, TaskAnswer
from ejournal.services import settings
from web.test_diary import queries

SignIn = Callable[[Person], FlaskClient]
FRAGMENT = {"HX-Request": "true"}
DAY = timedelta(days=1)
MOST_QUERIES = 12


@dataclass
class College:
    """A journal with two students, one of whom (with a parent) can sign in; homework of yesterday's lesson."""

    journal: Journal
    child: Person
    classmate: Person
    parent: Person
    lesson: Lesson

    def diary(self, tail: str = "") -> str:
        return f"/diary/{self.child.id}/lessons/{self.lesson.id}/{tail or 'homework'}"

    def at(self, tail: str = "") -> str:
        return f"/journal/{self.journal.course_id}/{tail}"


@pytest.fixture
def college(app: Flask) -> College:
    with app.app_context():
        journal = factories.make_journal(students=0, lessons=0)
        child = factories_diary.make_child(journal.group)
        classmate = factories_diary.make_child(journal.group, "Пётр")
        lesson = make_lesson(journal.course_id, settings.today() - DAY)
        factories_diary.give(lesson, "Решить № 7", settings.today() + DAY)
        return College(journal, child, classmate, factories_diary.make_parent(child), lesson)


def pdf(name: str = "ответ.pdf") -> tuple[io.BytesIO, str]:
    return io.BytesIO(factories_tasks.PDF), name


# ── The student ─────────────────────────────────────────────────────────────
def test_r4_5_b_a_student_sends_an_answer_and_downloads_it(college: College, sign_in: SignIn) -> None:
    client = sign_in(college.child)
    data = {"text": "Мой ответ", "number": "1", "files": [pdf()]}
    answer = client.post(college.diary("homework/answers"), data=data)
    assert (answer.status_code, answer.location) == (302, college.diary())
    page = client.get(college.diary()).text
    for words in ("Ответ отправлен преподавателю", "Мой ответ", "ответ.pdf", "отправлено, ждёт проверки"):
        assert words in page
    path = re.search(rf'href="(/diary/{college.child.id}/answers/\d+/files/\d+)"', page)
    assert path
    got = client.get(path[1])
    assert (got.data, got.headers["X-Content-Type-Options"]) == (factories_tasks.PDF, "nosniff")
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert sign_in(college.parent).get(path[1]).status_code == 200
    assert sign_in(college.classmate).get(path[1]).status_code == 404


@pytest.mark.parametrize("headers", [{}, FRAGMENT])
def test_what_was_typed_is_still_there_when_a_file_is_refused(college: College, sign_in: SignIn, headers) -> None:
    data = {"text": "Долго печатал", "files": [(io.BytesIO(b"MZ" + b"0" * 99), "вирус.exe")]}
    answer = sign_in(college.child).post(college.diary("homework/answers"), data=data, headers=headers)
    assert answer.status_code == 422
    assert ("<html" in answer.text) is not bool(headers)
    for words in ("Долго печатал</textarea>", "вирус.exe", "Файлы выберите ещё раз"):
        assert words in answer.text


@pytest.mark.parametrize("verdict", [None, "accepted"])
def test_a_sent_answer_is_counted_and_shown_as_done(college: College, app: Flask, sign_in: SignIn, verdict) -> None:
    with app.app_context():
        factories_tasks.answer(college.lesson, college.child, verdict=verdict)
    page = sign_in(college.child).get(f"/diary/{college.child.id}/homework").text
    assert "сделано 1 из 1" in page
    assert "task-tick-on" in page
    assert "Отметить сделанным" not in page


def test_a_returned_answer_is_to_be_done_again_whatever_was_ticked(
    college: College, app: Flask, sign_in: SignIn
) -> None:
    client = sign_in(college.child)
    with app.app_context():
        homework = db.session.scalars(db.select(Homework)).one()
    client.post(f"/diary/{college.child.id}/homework/{homework.id}/tick", data={"done": "1"})
    with app.app_context():
        factories_tasks.answer(college.lesson, college.child, verdict="returned")
    page = client.get(f"/diary/{college.child.id}/homework").text
    assert "сделано 0 из 1" in page
    assert "task-is-done" not in page
    assert "возвращено на доработку" in page


def test_a_parent_has_no_form_and_is_refused(college: College, sign_in: SignIn) -> None:
    client = sign_in(college.parent)
    page = client.get(college.diary()).text
    assert "Отправить преподавателю" not in page
    assert "отправляет сам обучающийся" in page
    assert client.post(college.diary("homework/answers"), data={"text": "За него"}).status_code == 403


def test_a_personal_task_is_in_the_diary_of_its_student_with_its_own_page(
    college: College, app: Flask, sign_in: SignIn
) -> None:
    with app.app_context():
        own = factories_tasks.give_task(
            college.lesson, college.child, text="Только Артёму", due=settings.today() + DAY, answer="required"
        ).id
    client = sign_in(college.child)
    page = client.get(f"/diary/{college.child.id}/homework").text
    assert "Только Артёму" in page
    assert f'href="{college.diary(f"tasks/{own}")}"' in page
    assert "Только Артёму" in client.get(f"/diary/{college.child.id}").text
    assert "нужен ответ" in client.get(college.diary(f"tasks/{own}")).text
    ticked = client.post(f"/diary/{college.child.id}/tasks/{own}/tick", data={"done": "1"}, headers=FRAGMENT)
    assert 'aria-pressed="true"' in ticked.text
    assert (
        client.post(college.diary(f"tasks/{own}/answers"), data={"text": "Готово"}, headers=FRAGMENT).status_code == 200
    )
    other = sign_in(college.classmate)
    assert "Только Артёму" not in other.get(f"/diary/{college.classmate.id}/homework").text
    address = f"/diary/{college.classmate.id}/lessons/{college.lesson.id}/tasks/{own}"
    assert other.get(address).status_code == 404
    assert other.post(f"{address}/answers", data={"text": "Я тоже"}).status_code == 404


def test_what_is_owed_stands_above_the_tasks(college: College, app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        factories_tasks.owe(college.lesson.works[0], college.child, settings.today() + DAY, "вариант 3")
    for person in (college.child, college.parent):
        page = sign_in(person).get(f"/diary/{college.child.id}/homework").text
        assert "Не сдано" in page
        assert "вариант 3" in page
    assert "Не сдано" not in sign_in(college.classmate).get(f"/diary/{college.classmate.id}/homework").text


# ── The teacher ─────────────────────────────────────────────────────────────
def test_r4_4_b_a_teacher_gives_a_personal_task_without_scripts_and_changes_it_with_them(
    college: College, app: Flask, sign_in: SignIn
) -> None:
    client = sign_in(college.journal.teacher)
    lesson = college.at(f"lessons/{college.lesson.id}")
    data = {
        "text": "Карточка 4",
        "answer": "required",
        "due": "",
        "students": [college.child.id],
        "files": [pdf("к.pdf")],
    }
    answer = client.post(f"{lesson}/tasks", data=data)
    assert (answer.status_code, answer.location) == (302, lesson)
    page = client.get(lesson).text
    for words in ("Задание выдано.", "Карточка 4", "к.pdf", college.child.short_name, "ответы: 0 из 1"):
        assert words in page
    with app.app_context():
        own = db.session.scalars(db.select(PersonalTask.id)).one()
    changed = client.post(
        f"{lesson}/tasks/{own}",
        data={"text": "Карточка 5", "answer": "none", "students": [college.child.id, college.classmate.id]},
        headers=FRAGMENT,
    )
    assert changed.status_code == 200
    assert changed.text.lstrip().startswith("<section")
    assert "Карточка 5" in changed.text
    assert "Личные задания" in client.post(f"{lesson}/tasks/{own}/removal", headers=FRAGMENT).text


def test_a_task_not_taken_comes_back_with_all_that_was_typed_and_chosen(college: College, sign_in: SignIn) -> None:
    client = sign_in(college.journal.teacher)
    data = {"text": "Карточка 4", "answer": "none", "due": "31.02.2026", "students": [college.child.id]}
    answer = client.post(college.at(f"lessons/{college.lesson.id}/tasks"), data=data, headers=FRAGMENT)
    assert answer.status_code == 422
    assert "Карточка 4</textarea>" in answer.text
    assert 'value="31.02.2026"' in answer.text
    assert re.search(rf'value="{college.child.id}"\s+checked', answer.text)
    assert re.search(r'value="none"\s+selected', answer.text)


def test_the_lessons_form_says_whether_an_answer_is_needed(college: College, sign_in: SignIn, app: Flask) -> None:
    client = sign_in(college.journal.teacher)
    lesson = college.at(f"lessons/{college.lesson.id}")
    form = {"version": 0, "topic": "", "hours": "2", "room": "", "homework": "§ 5", "due": "", "held": "1"}
    client.post(lesson, data={**form, "answer": "required"})
    assert re.search(r'value="required"\s+selected', client.get(lesson).text)
    client.post(lesson, data={**form, "version": 1, "homework": "§ 6"})  # a page from before the update asks nothing
    assert re.search(r'value="required"\s+selected', client.get(lesson).text)


def test_r4_5_b_a_teacher_returns_and_accepts_in_place(college: College, app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        number = factories_tasks.answer(college.lesson, college.child, "Мой ответ").id
    client = sign_in(college.journal.teacher)
    sheet = college.at(f"lessons/{college.lesson.id}/answers")
    assert "Мой ответ" in client.get(sheet).text
    verdict = college.at(f"answers/{number}/verdict")
    refused = client.post(verdict, data={"verdict": "returned", "comment": ""}, headers=FRAGMENT)
    assert refused.status_code == 422
    assert "Напишите, что исправить" in refused.text
    done = client.post(verdict, data={"verdict": "returned", "comment": "Нет вывода"}, headers=FRAGMENT)
    assert done.text.count("<li") >= 1
    assert "Возвращено на доработку." in done.text
    assert "Нет вывода" in sign_in(college.child).get(college.diary()).text
    answer = client.post(verdict, data={"verdict": "accepted"})
    assert answer.location == f"{sheet}#answer-{college.child.id}"
    marked = client.post(verdict, data={"verdict": "mark"}, headers=FRAGMENT)
    assert marked.headers["HX-Redirect"] == college.at(f"lessons/{college.lesson.id}/roll#name-{college.child.id}")


def test_files_come_one_by_one_and_together(college: College, sign_in: SignIn) -> None:
    sign_in(college.child).post(college.diary("homework/answers"), data={"files": [pdf()]})
    client = sign_in(college.journal.teacher)
    page = client.get(college.at(f"lessons/{college.lesson.id}/answers")).text
    path = re.search(rf'href="({college.at("answers/")}\d+/files/\d+)"', page)
    assert path
    assert client.get(path[1]).data == factories_tasks.PDF
    packed = client.get(college.at(f"lessons/{college.lesson.id}/answers/files.zip"))
    assert (packed.mimetype, packed.data[:2]) == ("application/zip", b"PK")
    assert "attachment" in packed.headers["Content-Disposition"]
    assert packed.headers["Cache-Control"] == "no-store"


def test_who_owes_is_marked_and_unmarked_on_plain_pages(college: College, app: Flask, sign_in: SignIn) -> None:
    client = sign_in(college.journal.teacher)
    work = college.lesson.works[0].id
    page = college.at(f"works/{work}/owed")
    assert page in client.get(college.at(f"lessons/{college.lesson.id}")).text
    refused = client.post(page, data={"students": [college.child.id], "due": "", "note": "вариант 3"})
    assert refused.status_code == 422
    assert 'value="вариант 3"' in refused.text
    data = {"students": [college.child.id, college.classmate.id], "due": (college.lesson.date + 9 * DAY).isoformat()}
    assert client.post(page, data=data).location == page
    assert "Отмечено несданным: 2" in client.get(page).text
    board = client.get(college.at("answers")).text
    assert college.child.short_name in board
    with app.app_context():
        owed = db.session.scalars(db.select(OwedWork).order_by(OwedWork.id)).all()
        numbers = [row.id for row in owed]
    lifted = client.post(college.at(f"owed/{numbers[0]}/removal"), data={"back": "board"})
    assert lifted.location == college.at("answers#owed")
    assert client.post(college.at(f"owed/{numbers[1]}/removal")).location == page


def test_the_start_page_leads_to_what_waits(college: College, app: Flask, sign_in: SignIn) -> None:
    client = sign_in(college.journal.teacher)
    assert "Ответы и несданное" not in client.get("/").text
    with app.app_context():
        factories_tasks.answer(college.lesson, college.child)
        factories_tasks.owe(college.lesson.works[0], college.classmate)
    page = client.get("/").text
    assert f'href="{college.at("answers")}"' in page
    assert "проверить: 1" in page
    assert "не сдано: 1" in page


# ── How much it costs ───────────────────────────────────────────────────────
def fill_up(college: College) -> None:
    for number in range(12):
        lesson = make_lesson(college.journal.course_id, settings.today() - (number + 2) * DAY, pair=2)
        factories_diary.give(lesson, due=settings.today() + DAY, answer="required")
        task = factories_tasks.give_task(lesson, college.child, college.classmate, due=settings.today() - DAY)
        for student in (college.child, college.classmate):
            factories_tasks.answer(lesson, student)
            factories_tasks.answer(lesson, student, task=task)
            factories_tasks.owe(lesson.works[0], student)


@pytest.mark.parametrize("tail", ["answers", "lessons/{lesson}/answers", "lessons/{lesson}", "works/{work}/owed"])
def test_the_teachers_pages_cost_the_same_however_much_there_is(
    college: College, app: Flask, sign_in: SignIn, tail: str
) -> None:
    client = sign_in(college.journal.teacher)
    with app.app_context():
        task = factories_tasks.give_task(college.lesson, college.child)
        factories_tasks.answer(college.lesson, college.child)
        factories_tasks.answer(college.lesson, college.child, task=task)
    address = college.at(tail.format(lesson=college.lesson.id, work=college.lesson.works[0].id))
    client.get(address)
    few = queries(app, lambda: client.get(address))
    with app.app_context():
        fill_up(college)
        for _ in range(4):
            factories_tasks.give_task(college.lesson, college.child, college.classmate)
            factories_tasks.answer(college.lesson, college.classmate)
    assert queries(app, lambda: client.get(address)) == few
    assert few <= (20 if tail == "lessons/{lesson}" else MOST_QUERIES)


@pytest.mark.parametrize("tail", ["", "/homework"])
def test_the_diary_costs_the_same_with_personal_tasks_answers_and_debts(
    college: College, app: Flask, sign_in: SignIn, tail: str
) -> None:
    client = sign_in(college.parent)
    address = f"/diary/{college.child.id}{tail}"
    client.get(address)
    few = queries(app, lambda: client.get(address))
    with app.app_context():
        fill_up(college)
    assert queries(app, lambda: client.get(address)) == few <= 8


def test_the_answers_page_of_a_task_is_cheap(college: College, app: Flask, sign_in: SignIn) -> None:
    client = sign_in(college.child)
    with app.app_context():
        for _ in range(5):
            db.session.add(TaskAnswer(lesson_id=college.lesson.id, student_id=college.child.id))
        db.session.commit()
    assert queries(app, lambda: client.get(college.diary())) <= 8

"""The day of a teacher and of a parent by the keyboard alone, with what a screen reader tells (R1.7, GOST R 52872)."""

from datetime import timedelta
from io import BytesIO

import factories_absences
import factories_board
import factories_diary
import pytest
from factories import Journal, make_curator, make_group, make_journal, make_lesson, viewer_of
from flask import Flask
from keyboard_reader import Reader
from playwright.sync_api import Page

from ejournal.domain import calendar
from ejournal.domain.audiences import Choice
from ejournal.extensions import db
from ejournal.models import AbsencePaper, Account, Cell, Homework, Lesson, Message, Person
from ejournal.services import absences, passwords, settings
from ejournal.services.files import Upload

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"


def give_password(person: Person) -> None:
    account = db.session.scalars(db.select(Account).where(Account.person_id == person.id)).one()
    account.password_hash = passwords.hash_password(PASSWORD)
    db.session.commit()


def sign_in(page: Page, url: str, person: Person) -> Reader:
    give_password(person)
    reader = Reader(page)
    page.goto(f"{url}/login")
    reader.wait("textbox", "Логин")  # nothing to press before typing
    reader.type(db.session.scalars(db.select(Account.username).where(Account.person_id == person.id)).one())
    db.session.rollback()
    reader.press("Tab")
    assert reader.here()["name"] == "Пароль"
    reader.type(PASSWORD)
    with page.expect_navigation():
        reader.press("Enter")
    return reader


def sign_out(reader: Reader, person: Person) -> None:
    reader.press("Control+Home")
    reader.enter("DisclosureTriangle", person.surname, most=200)
    assert reader.here()["expanded"]
    reader.open("button", "^Выйти$")
    reader.wait("textbox", "Логин")


class Family:
    """A parent with two children; the second has a mark of the week before, and something to acknowledge."""

    def __init__(self) -> None:
        self.journal = make_journal(students=0, lessons=0)
        # First by name: the college is shared by all browser tests, with all their administrators.
        self.curator = make_curator(self.journal.group, "Абаева")
        first = factories_diary.make_child(make_group(year=self.journal.year))
        self.second = factories_diary.make_child(self.journal.group, "Полина")
        self.parent = factories_diary.make_parent(first, self.second)
        self.monday = calendar.monday_of(settings.today()) - timedelta(days=7)
        for days, mark in ((-3, "2"), (-2, "2"), (-1, "2"), (0, "5")):
            lesson = make_lesson(self.journal.course_id, self.monday + timedelta(days=days), topic="Процессы")
            factories_diary.put(lesson.works[0], self.second, mark, updated_by=self.journal.teacher.id)
        factories_board.announce(self.curator, Choice(group_ids=(self.journal.group.id,)), needs_ack=True)


def stored(journal: Journal) -> list[str]:
    db.session.rollback()
    rows = {
        row.student_id: (row.attendance or "") + (row.mark or "")
        for row in db.session.scalars(db.select(Cell).where(Cell.work_id == journal.works[-1].id))
    }
    db.session.rollback()
    return [rows.get(student.id, "") for student in journal.students]


def test_r1_7_a_teachers_day_by_keys_alone(page: Page, server, world: Flask) -> None:
    journal = make_journal(students=4, lessons=2)
    first = journal.students[0].surname
    reader = sign_in(page, server.url, journal.teacher)
    reader.open("link", f"Журнал: {journal.group.title}")

    # The grid is one stop of Tab; it begins at the first student on today's lesson, told with row and column.
    reader.to("gridcell", "")
    student, work = reader.heads()
    assert student.startswith(first)
    assert "Ответ на занятии" in work
    reader.type("5")
    reader.press("Enter")
    reader.hear(rf"^Сохранено: {first}.*, 5$")
    reader.type("о/4")
    reader.press("Enter")
    told = reader.hear("^Не сохранено: ")
    assert "«о/4»" in told
    assert "пробел" in told
    reader.press("ArrowUp")
    here = reader.here()
    assert here["invalid"] == "true"
    assert here["description"]
    reader.press("Space")
    reader.hear("^Сохранено: .*, о4$")
    assert reader.here().get("invalid", "false") == "false"
    assert stored(journal) == ["5", "о4", "", ""]
    reader.press("Control+z")
    reader.hear("^Отменено")
    assert stored(journal) == ["5", "", "", ""]

    # Who wrote what: a dialog that gives the focus back.
    reader.press("ArrowUp", "Alt+Enter")
    reader.wait("button", "Закрыть")
    reader.press("Escape")
    assert reader.wait("gridcell")["value"] == "5"
    reader.type("н")
    reader.press("Enter")
    reader.hear("^Сохранено")
    reader.press("Alt+ArrowDown")
    assert reader.wait("textbox", "Заполнить пустые")
    reader.enter("button", "Все присутствуют")
    reader.hear("Все присутствуют")
    reader.wait("gridcell")
    assert stored(journal) == ["", "", "", ""]

    # The mark of the period stands right of the works.
    reader.press("ArrowRight")
    assert "оценка за" in reader.heads()[1]
    reader.type("4")
    reader.press("Enter")
    reader.hear("^Сохранено: .*, 4$")

    # Topic and homework of the lesson, from the column's dialog.
    reader.press("ArrowLeft", "Alt+ArrowDown")
    reader.wait("textbox", "Заполнить пустые")
    reader.open("link", "Занятие: тема, задание")
    reader.to("textbox", "Тема занятия")
    reader.type("Потоки и процессы")
    reader.to("textbox", "Домашнее задание")
    reader.type("Глава 3")
    reader.press("Control+Enter")
    reader.hear("Сохранено")
    reader.wait("textbox", "Домашнее задание")
    db.session.rollback()
    lesson = db.session.get_one(Lesson, journal.lessons[-1].id, populate_existing=True)
    homework = db.session.scalars(db.select(Homework).where(Homework.lesson_id == lesson.id)).one()
    assert (lesson.topic, homework.text) == ("Потоки и процессы", "Глава 3")
    assert homework.published_at
    db.session.rollback()
    sign_out(reader, journal.teacher)


def test_r1_7_a_parents_day_by_keys_alone(page: Page, server, world: Flask) -> None:
    family = Family()
    reader = sign_in(page, server.url, family.parent)

    # What must be acknowledged is told first.
    reader.open("link", "Вход по пропускам")
    reader.enter("button", "Ознакомлен")
    reader.hear("^Вы ознакомлены")
    assert reader.here()["role"] != "RootWebArea", "the keyboard is where it was"
    reader.press("Control+Home")
    reader.open("link", "^Дневник", back=True)
    reader.open("link", f"^{family.second.name}")
    reader.enter("link", "Предыдущая неделя")
    reader.hear(str(family.monday.day))
    assert reader.here()["name"] == "Предыдущая неделя"

    # A mark is told with its subject, date, work and what it is.
    mark = reader.to("link", "^5")
    assert "Операционные системы" in mark["name"]
    assert "Ответ на занятии" in mark["name"]
    assert family.monday.strftime("%d.%m") in mark["name"]
    reader.press("Enter")
    reader.wait("button", "Закрыть")
    reader.press("Escape")
    assert reader.wait("link")["name"] == mark["name"]

    # How an average came about.
    reader.open("link", "^Оценки$", back=True)
    reader.enter("DisclosureTriangle", "Как посчитано.*Операционные системы")
    reader.to("combobox", "Какая оценка")
    reader.press("ArrowDown")
    reader.hear("4")

    # A message to the leader of the group.
    reader.press("Control+Home")
    reader.open("link", "^Сообщения", back=True)
    reader.open("link", "^Написать")
    reader.open("link", "Абаева")
    reader.to("textbox", "Сообщение")
    reader.type("Полина заболела")
    with page.expect_navigation():
        reader.press("Control+Enter")
    reader.hear("^Сообщение отправлено")
    db.session.rollback()
    assert db.session.scalars(db.select(Message.text).where(Message.author_id == family.parent.id)).all() == [
        "Полина заболела"
    ]
    db.session.rollback()

    # How to be told of news.
    reader.open("link", "^Что нового", back=True)
    reader.open("link", "Как мне сообщать")
    reader.to("combobox", "Оценки|Новые оценки|оценк")
    reader.press("ArrowDown")
    reader.open("button", "^Сохранить$")
    reader.hear("^Записано, как вам сообщать")
    sign_out(reader, family.parent)


def test_r1_7_a_leaders_day_by_keys_alone(page: Page, server, world: Flask) -> None:
    family = Family()
    scan = Upload("справка.pdf", BytesIO(factories_absences.PDF))
    paper = absences.send(viewer_of(family.parent), family.second.id, factories_absences.form(), scan)
    db.session.commit()
    reader = sign_in(page, server.url, family.curator)
    reader.open("link", "^Пропуски$")
    reader.open("link", "Аксёнов Полина")

    # Refused: the keyboard is on what is wrong, and why is read with it.
    reader.to("Date", "По какой день")
    reader.type("01012020")
    reader.open("button", "^Подтвердить")
    wrong = reader.wait("Date", "По какой день")
    assert wrong["invalid"] == "true"
    assert "не может быть раньше первого" in wrong["description"]
    reader.press("Delete", "Tab", "Delete", "Tab", "Delete")  # one day, then
    reader.open("button", "^Подтвердить")
    reader.hear("[Пп]одтвержд")
    db.session.rollback()
    assert db.session.get_one(AbsencePaper, paper, populate_existing=True).state == "registered"
    db.session.rollback()

    # Who is at risk, in words.
    reader.press("Control+Home")
    reader.open("link", "^Сегодня$", back=True)
    reader.open("link", "^Все и почему")
    reader.to("link", f"^{family.second.full_name}")
    sign_out(reader, family.curator)


def test_r1_7_a_students_day_by_keys_alone(page: Page, server, world: Flask) -> None:
    family = Family()
    lesson = make_lesson(family.journal.course_id, settings.today())
    factories_diary.give(lesson, "Решить № 7", settings.today() + timedelta(days=1))
    reader = sign_in(page, server.url, family.second)
    reader.open("link", "^Задания$")
    reader.enter("button", "Сделано: Операционные системы")
    reader.hear("^Отмечено: сделано")
    assert reader.here()["pressed"] == "true", "the keyboard is on the same button"
    reader.open("link", "^Прислать ответ")
    reader.enter("button", "Отправить преподавателю")
    reader.hear("^Сохранено не было")
    reader.wait("textbox", "Ответ")
    reader.type("x = 4")
    reader.enter("button", "Отправить преподавателю")
    reader.hear("^Ответ отправлен")
    assert reader.here()["name"], "the keyboard is where it was"
    sign_out(reader, family.second)

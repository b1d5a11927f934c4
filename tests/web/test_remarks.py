"""Remarks over HTTP (п. 4.2): from the journal's page to the teacher's start page, answered, accepted, printed."""

import io
import re
from datetime import timedelta

import pytest
from factories import Journal, make_journal, make_person
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from ejournal.extensions import db
from ejournal.models import LogEntry, Remark, Role
from ejournal.services import settings
from web.test_documents import queued


@pytest.fixture
def journal(app: Flask) -> Journal:
    with app.app_context():
        return make_journal(students=1, lessons=1)


@pytest.fixture
def zavuch(app: Flask, sign_in) -> FlaskClient:  # type: ignore[no-untyped-def]
    with app.app_context():
        person = make_person("Завучева", (Role.ADMINISTRATION,))
    return sign_in(person)


def due(app: Flask) -> str:
    with app.app_context():
        return (settings.today() + timedelta(days=2)).isoformat()


def test_r4_2_e_from_the_lesson_to_the_printed_page(app, journal, zavuch, sign_in):
    teacher = sign_in(journal.teacher)
    course, lesson = journal.course_id, journal.lessons[0].id
    lesson_page = zavuch.get(f"/journal/{course}/lessons/{lesson}").text
    link = re.search(r'href="(/remarks/journals/\d+/new\?lesson=\d+)"', lesson_page)
    assert link
    form = zavuch.get(link[1]).text
    assert f'name="lesson" value="{lesson}"' in form
    typed = {"lesson": lesson, "text": "Тема не записана полностью", "due": due(app)}
    made = zavuch.post(f"/remarks/journals/{course}/new", data=typed, follow_redirects=True)
    assert "Замечание сделано" in made.text

    for address in ("/", f"/journal/{course}", f"/journal/{course}/lessons/{lesson}", "/remarks/"):
        assert "Замечания" in teacher.get(address).text
    assert "1 ждёт исправления" in teacher.get("/").text
    for address in (f"/journal/{course}", f"/journal/{course}/lessons/{lesson}"):
        assert "Тема не записана полностью" in teacher.get(address).text
    with app.app_context():
        number = db.session.scalars(db.select(Remark.id)).one()
    assert "Исправлено" in teacher.get(f"/remarks/{number}").text
    answered = teacher.post(f"/remarks/{number}/answer", data={"answer": "Дописала"}, follow_redirects=True)
    assert "Ответ отправлен" in answered.text
    assert "1 исправлено и ждёт проверки" in zavuch.get("/").text
    accepted = zavuch.post(f"/remarks/{number}/decision", data={"verb": "accept"}, follow_redirects=True)
    assert "выполнено" in accepted.text
    assert "Тема не записана полностью" not in teacher.get(f"/journal/{course}").text


def test_r3_7_remarks_are_printed_with_the_journal(app, journal, zavuch, sign_in, finish_jobs):
    zavuch.post(f"/remarks/journals/{journal.course_id}/new", data={"text": "Запишите темы", "due": due(app)})
    with app.app_context():
        number = db.session.scalars(db.select(Remark.id)).one()
    teacher = sign_in(journal.teacher)
    teacher.post(f"/remarks/{number}/answer", data={"answer": "Записаны"})
    place = f"/documents/courses/{journal.course_id}/journal"
    text = queued(teacher, place, finish_jobs, {"period": str(journal.period.id)})
    assert "Замечания по ведению журнала" in text
    assert "Запишите темы Записаны" in text


def test_what_was_typed_stays_when_refused(app, journal, zavuch, sign_in):
    address = f"/remarks/journals/{journal.course_id}/new"
    refused = zavuch.post(address, data={"text": "Очень длинное объяснение", "due": "2020-01-01"})
    assert refused.status_code == 422
    assert "Очень длинное объяснение" in refused.text
    assert "Этот день уже прошёл" in refused.text
    zavuch.post(address, data={"text": "Запишите темы", "due": due(app)})
    with app.app_context():
        number = db.session.scalars(db.select(Remark.id)).one()
    again = sign_in(journal.teacher).post(f"/remarks/{number}/answer", data={"answer": "я"})
    assert again.status_code == 422
    assert "Напишите, что исправлено" in again.text
    returned = zavuch.post(f"/remarks/{number}/decision", data={"verb": "return", "decision": "Рано", "due": due(app)})
    assert returned.status_code == 422
    assert "уже что-то сделали" in returned.text


def test_the_register_goes_into_a_spreadsheet_as_its_filters_say(app, journal, zavuch, sign_in):
    typed = {"text": "=Тема не записана", "due": due(app)}
    zavuch.post(f"/remarks/journals/{journal.course_id}/new", data=typed)
    [heads, row] = sheet_of(zavuch.post("/remarks/export", data={"state": ""}))
    assert dict(zip(heads, row, strict=True)) | {
        "Замечание": "=Тема не записана", "Группа": journal.group.title, "Кто сделал": "Завучева П. И.",
    } == dict(zip(heads, row, strict=True))  # fmt: skip
    assert len(sheet_of(sign_in(journal.teacher).post("/remarks/export", data={"state": ""}))) == 2
    assert len(sheet_of(zavuch.post("/remarks/export", data={"state": "closed"}))) == 1
    with app.app_context():
        stranger = make_person(roles=(Role.TEACHER,))
        entries = db.select(LogEntry).where(LogEntry.subject == "export").order_by(LogEntry.id)
        said = [entry.after for entry in db.session.scalars(entries)]
    assert said == ["замечания: 1", "замечания: 1", "замечания: 0"]
    assert len(sheet_of(sign_in(stranger).post("/remarks/export", data={"state": ""}))) == 1


def sheet_of(answer) -> list[list[object]]:
    """Headings and rows, without the line above them."""
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    return [row for row in rows if row[1]]

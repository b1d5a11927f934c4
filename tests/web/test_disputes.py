"""Disputed marks over HTTP (R4.5.c): asked in the diary, answered by the teacher, seen by whom it concerns."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from factories_absences import World, make_world
from factories_diary import make_child
from flask import Flask
from flask.testing import FlaskClient

from ejournal.extensions import db
from ejournal.models import Dispute, Person
from ejournal.models.base import now
from ejournal.services import period_marks
from web.test_grid import counted

SignIn = Callable[[Person], FlaskClient]
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        return make_world()


@pytest.fixture
def cell_id(app: Flask, world: World) -> int:
    with app.app_context():
        return world.put("3").id


@pytest.fixture
def student(world: World, sign_in: SignIn) -> FlaskClient:
    return sign_in(world.student)


@pytest.fixture
def teacher(world: World, sign_in: SignIn) -> FlaskClient:
    return sign_in(world.journal.teacher)


def ask(client: FlaskClient, world: World, cell_id: int, text: str = "Отвечал на 5"):  # type: ignore[no-untyped-def]
    return client.post(f"/disputes/marks/{world.student.id}/{cell_id}", data={"text": text}, follow_redirects=True)


def dispute_id(app: Flask) -> int:
    with app.app_context():
        return db.session.scalars(db.select(Dispute.id)).one()


def test_r4_5_c_a_mark_in_the_diary_says_until_when_it_can_be_disputed(world, cell_id, student):
    for headers in ({}, FRAGMENT):
        page = student.get(f"/diary/{world.student.id}/marks/{cell_id}", headers=headers)
        assert "Оценка поставлена ошибочно?" in page.text
        assert "Сообщить до" in page.text
        assert f'action="/disputes/marks/{world.student.id}/{cell_id}"' in page.text


def test_r4_5_c_after_the_term_the_button_is_off_and_says_why(world, cell_id, student):
    with time_machine.travel(now() + timedelta(days=9)):
        page = student.get(f"/diary/{world.student.id}/marks/{cell_id}")
        assert re.search(r"<button[^>]*\sdisabled", page.text)
        assert "Срок прошёл" in page.text
        refused = ask(student, world, cell_id)
        assert refused.status_code == 422
        assert "Срок прошёл" in refused.text


def test_r4_5_c_asked_answered_and_read(app, world, cell_id, student, teacher, sign_in):
    assert "Обращение отправлено" in ask(student, world, cell_id).text
    parent = sign_in(world.parent)
    assert "Отвечал на 5" in parent.get(f"/diary/{world.student.id}/marks/{cell_id}").text
    assert "1 ждёт ответа" in teacher.get("/").text
    number = dispute_id(app)
    assert f"/disputes/{number}" in teacher.get("/disputes/").text
    page = teacher.get(f"/disputes/{number}")
    version = re.search(r'name="version" value="(\d+)"', page.text)
    assert version
    wrong = teacher.post(
        f"/disputes/{number}/answer",
        data={"decision": "corrected", "value": "7", "version": version[1], "reason": "Ошибся строкой"},
    )
    assert wrong.status_code == 422
    assert 'value="7"' in wrong.text
    assert ">Ошибся строкой</textarea>" in wrong.text
    done = teacher.post(
        f"/disputes/{number}/answer",
        data={"decision": "corrected", "value": "5", "version": version[1], "reason": "Ошибся строкой"},
        follow_redirects=True,
    )
    assert "Ответ отправлен: оценка исправлена." in done.text
    read = student.get(f"/diary/{world.student.id}/marks/{cell_id}")
    assert "исправлено на «5»" in read.text
    assert "Ошибся строкой" in read.text


def test_r4_5_c_empty_words_are_asked_for(world, cell_id, student):
    refused = ask(student, world, cell_id, "")
    assert refused.status_code == 422
    assert "Напишите, что, по-вашему, неверно" in refused.text


def test_r4_5_c_a_parent_reads_that_the_student_asks(world, cell_id, sign_in):
    page = sign_in(world.parent).get(f"/diary/{world.student.id}/marks/{cell_id}")
    assert "обучающийся может сообщить" in page.text
    assert "<textarea" not in page.text
    assert sign_in(world.parent).post(f"/disputes/marks/{world.student.id}/{cell_id}").status_code == 403


def test_list_costs_the_same_however_many_disputes(app, world, cell_id, student, teacher):
    ask(student, world, cell_id)
    numbers = []
    for more in (0, 2):
        for number in range(1, more + 1):
            with app.app_context():
                ask(student, world, world.put("2", number).id)
        teacher.get("/disputes/")
        with counted(app) as statements:
            assert teacher.get("/disputes/").status_code == 200
        numbers.append(len([s for s in statements if not s.startswith("BEGIN")]))
    assert numbers[0] == numbers[1] <= 5, numbers


@pytest.fixture
def whole(app: Flask, world: World) -> str:
    """The address of a mark for the period: where it is seen, without «/diary»."""
    with app.app_context():
        course_id, key = world.journal.course_id, str(world.journal.period.id)
        typed = period_marks.Typed("3", 0)
        period_marks.record(world.teacher, course_id, world.student.id, key, typed)
        world.put("3")
        return f"{course_id}/{key}"


def test_r4_5_c_a_mark_for_a_period_opens_from_the_diary_and_is_disputed(app, world, whole, student, teacher):
    course_id, key = whole.split("/")
    seen = f"/diary/{world.student.id}/courses/{course_id}/marks/{key}"
    assert f'href="{seen}"' in student.get(f"/diary/{world.student.id}/marks").text
    asked = f"/disputes/marks/{world.student.id}/courses/{course_id}/{key}"
    for headers in ({}, FRAGMENT):
        page = student.get(seen, headers=headers)
        assert "за I семестр" in page.text
        assert f'action="{asked}"' in page.text
    empty = student.post(asked, data={"text": ""})
    assert empty.status_code == 422
    assert "Напишите, что, по-вашему, неверно" in empty.text
    done = student.post(asked, data={"text": "Выходит четыре"}, follow_redirects=True)
    assert "Обращение отправлено" in done.text
    assert "Выходит четыре" in done.text
    number = dispute_id(app)
    assert "за I семестр" in teacher.get("/disputes/").text
    page = teacher.get(f"/disputes/{number}")
    assert "Новая оценка" in page.text
    version = re.search(r'name="version" value="(\d+)"', page.text)
    assert version
    answer = {"decision": "corrected", "value": "2", "version": version[1], "reason": "Пересчитал"}
    wants = teacher.post(f"/disputes/{number}/answer", data=answer)
    assert wants.status_code == 422
    assert "укажите срок и форму" in wants.text
    saved = teacher.post(f"/disputes/{number}/answer", data={**answer, "value": "4"}, follow_redirects=True)
    assert "«3» → «4»" in saved.text
    read = student.get(seen)
    assert "исправлено на «4»" in read.text
    assert "Пересчитал" in read.text


def test_r4_5_c_a_disputed_mark_for_a_period_is_seen_by_curator_and_parent(app, world, whole, student, sign_in):
    course_id, key = whole.split("/")
    student.post(f"/disputes/marks/{world.student.id}/courses/{course_id}/{key}", data={"text": "Выходит четыре"})
    with app.app_context():
        leads = db.session.get_one(Person, world.curator.person_id)
        db.session.remove()
    page = sign_in(leads).get(f"/groups/{world.journal.group.id}/students/{world.student.id}")
    assert "«3» за I семестр" in page.text
    parent = sign_in(world.parent)
    assert "Выходит четыре" in parent.get(f"/diary/{world.student.id}/courses/{course_id}/marks/{key}").text
    assert "за I семестр" in parent.get("/disputes/").text
    with app.app_context():
        other = make_child(world.journal.group)
    assert sign_in(other).get(f"/diary/{world.student.id}/courses/{course_id}/marks/{key}").status_code == 404

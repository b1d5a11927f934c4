"""A form sent again because its answer was lost is carried out once (R2.1.c)."""

import io
from typing import Any

import pytest
from conftest import SignIn
from factories import Journal, make_journal, make_kind, make_person
from factories_board import make_college
from flask import Flask
from flask.testing import FlaskClient

from ejournal.extensions import db
from ejournal.models import Announcement, DoneRequest, Role, Work
from ejournal.services import announcement_edit

FORM = {"HX-Request": "true", "X-Form-Id": "a-b-c-d"}


@pytest.fixture
def journal(app: Flask) -> Journal:
    with app.app_context():
        return make_journal(students=1, lessons=1)


@pytest.fixture
def teacher(journal: Journal, sign_in: SignIn) -> FlaskClient:
    return sign_in(journal.teacher)


def add(client: FlaskClient, journal: Journal, headers: dict[str, str] = FORM, **fields: Any) -> Any:
    form = {"kind_id": journal.works[0].kind_id, "title": "", "weight": "", "mark_due": "", "version": 0, **fields}
    return client.post(
        f"/journal/{journal.course_id}/lessons/{journal.lessons[0].id}/works", data=form, headers=headers
    )


def works(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(db.select(db.func.count(Work.id))) or 0


def test_sent_again_it_adds_no_second_column_and_the_page_is_opened_anew(app, journal, teacher):
    assert "hx-refresh" not in {name.lower() for name, _ in add(teacher, journal).headers}
    again = add(teacher, journal)
    assert (again.status_code, again.headers["HX-Refresh"], again.text) == (200, "true", "")
    assert works(app) == 2
    page = teacher.get(f"/journal/{journal.course_id}/lessons/{journal.lessons[0].id}").text
    assert "потерялся только ответ сервера" in page


def test_another_form_and_one_without_an_id_are_carried_out(app, journal, teacher):
    plain = {"HX-Request": "true"}
    for version, headers in enumerate((FORM, FORM | {"X-Form-Id": "another"}, plain, plain)):
        assert add(teacher, journal, headers, version=version).status_code == 200
    assert works(app) == 5


def test_what_was_refused_is_looked_at_anew(app, journal, teacher):
    with app.app_context():
        make_kind("Контрольная работа", "КР", 3)
    assert add(teacher, journal, weight="11").status_code == 422
    assert "HX-Refresh" not in add(teacher, journal, weight="3").headers
    assert works(app) == 2


def test_nobody_answers_for_what_somebody_else_has_sent(app, journal, teacher, sign_in):
    add(teacher, journal)
    with app.app_context():
        other = make_journal(students=1, lessons=1)
    assert "HX-Refresh" not in add(sign_in(other.teacher), other).headers
    assert works(app) == 4


PAGE = {"form_id": "a-b-c-d"}


@pytest.fixture
def director(app: Flask, sign_in: SignIn) -> FlaskClient:
    with app.app_context():
        college = make_college()
    return sign_in(college.director)


def publish(client: FlaskClient, **fields: Any) -> Any:
    form = {"title": "Линейка", "text": "Сбор в зале.", "audience": "college"} | PAGE | fields
    return client.post("/announcements/", data=form, headers={"Referer": "http://localhost/announcements/new"})


def announcements(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(db.select(db.func.count(Announcement.id))) or 0


def test_a_page_sent_again_leads_where_it_led_at_first_and_is_stored_once(app, director):
    first, again = publish(director), publish(director)
    assert (again.status_code, again.location) == (303, first.location)
    assert "второй раз ничего не записано" in director.get(again.location).text
    assert announcements(app) == 1


def test_a_page_that_was_refused_is_looked_at_anew(app, director):
    assert publish(director, title="").status_code == 422
    assert publish(director).status_code == 302
    assert announcements(app) == 1


def test_an_answer_that_shows_something_is_shown_again(app, sign_in, journal):
    """The one-time code for a person: who did not see it asks for another."""
    with app.app_context():
        admin, person = make_person("Админ", (Role.SYSADMIN,)), make_person("Новичок")
    client = sign_in(admin)
    client.post(f"/admin/people/{person.id}/account", data={"username": "novice"})
    codes = [client.post(f"/admin/people/{person.id}/account/code", data=PAGE) for _ in range(2)]
    assert [(code.status_code, "code-value" in code.text) for code in codes] == [(200, True)] * 2


def test_a_refusal_after_something_was_stored_is_no_form_that_has_come(journal, teacher):
    """As with a wrong password: the attempt is counted, what was asked for is not done."""
    form = {"old": "неверный", "new": "длинный новый пароль", "repeated": "длинный новый пароль"} | PAGE
    assert [teacher.post("/password", data=form).status_code for _ in range(2)] == [422, 422]


def test_a_page_with_a_file_is_stored_once_too(app, director):
    """What keeps a file rolls back first."""
    for _ in range(2):
        answer = publish(director, files=(io.BytesIO(b"plan"), "план.txt"))
        assert answer.location.endswith("/1")
    assert announcements(app) == 1


def test_a_form_that_broke_off_after_something_was_stored_is_carried_out_when_it_is_sent_again(
    app, director, monkeypatch
):
    usual, broken = announcement_edit.create, []

    def breaks(*given, **rest):
        made = usual(*given, **rest)
        if not broken:
            broken.append(True)
            raise RuntimeError("the disk is gone")
        return made

    monkeypatch.setattr(announcement_edit, "create", breaks)
    with pytest.raises(RuntimeError):
        publish(director)
    assert publish(director).location.endswith("/2")


def test_of_a_form_during_which_the_server_was_stopped_it_is_told_that_nobody_knows(app, director):
    first = publish(director)
    with app.app_context():
        db.session.execute(db.update(DoneRequest).values(led_to=None))
        db.session.commit()
    again = publish(director)
    assert again.location.endswith("/announcements/new")
    assert "неизвестно, чем закончилась" in director.get("/announcements/new").text
    assert announcements(app) == 1
    assert publish(director).location != first.location

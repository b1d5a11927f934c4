"""A form sent again because its answer was lost is carried out once (R2.1.c)."""

from typing import Any

import pytest
from conftest import SignIn
from factories import Journal, make_journal, make_kind
from flask import Flask
from flask.testing import FlaskClient

from ejournal.extensions import db
from ejournal.models import Work

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

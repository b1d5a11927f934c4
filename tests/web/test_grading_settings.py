"""«Пороги оценок» (п. 3.6, 4.4): tried first, then saved; the log says what was, and suggestions follow."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from factories import make_person
from flask import Flask
from flask.testing import FlaskClient

from ejournal.extensions import db
from ejournal.models import LogEntry, Person, Role
from ejournal.services import settings, suggestions

SignIn = Callable[[Person], FlaskClient]
USUAL = {"for_5": "4,60", "for_4": "3,60", "for_3": "2,60", "min_marks": "3", "min_attendance": "50"}


@pytest.fixture
def zavuch(app: Flask, sign_in: SignIn) -> FlaskClient:
    with app.app_context():
        person = make_person(roles=(Role.ADMINISTRATION,))
    return sign_in(person)


def test_what_a_change_means_is_said_before_it_is_saved(app, zavuch):
    page = zavuch.get("/admin/grading").text
    assert 'value="4,60"' in page
    assert "п. 3.6" in page
    assert "Сохранить" not in page
    tried = zavuch.get("/admin/grading", query_string={**USUAL, "for_5": "4,5"}).text
    assert "у кого средний от 4,50 до 4,59, тому вместо «4» — «5»." in tried
    assert "Выставленные оценки за период, год и итоговые не меняются" in tried
    with app.app_context():
        assert settings.get("grading") == {}, "looking changes nothing"
    saved = zavuch.post("/admin/grading", data={**USUAL, "for_5": "4,5"}, follow_redirects=True)
    assert "Сохранено" in saved.text
    assert 'value="4,50"' in saved.text
    with app.app_context():
        assert suggestions.rules().for_5 == Decimal("4.5")
        entry = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "setting")).one()
        assert (entry.before, entry.after) == ("«5» — при среднем балле от: 4,60", "4,50")


def test_what_is_out_of_bounds_is_refused_at_the_field(app, zavuch):
    for answer in (
        zavuch.get("/admin/grading", query_string={**USUAL, "for_4": "5"}),
        zavuch.post("/admin/grading", data={**USUAL, "for_4": "5"}),
    ):
        assert answer.status_code == 422
        assert "Укажите число от 3,10 до 4,00." in answer.text
        assert 'value="5"' in answer.text
    with app.app_context():
        assert settings.get("grading") == {}


def test_the_same_values_change_nothing(app, zavuch):
    assert "такие пороги действуют сейчас" in zavuch.get("/admin/grading", query_string=USUAL).text
    assert "Ничего не изменилось" in zavuch.post("/admin/grading", data=USUAL, follow_redirects=True).text
    with app.app_context():
        assert db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "setting")).all() == []

"""The table of a thematic plan: what two people write at the same time is not lost (R2.1.c, п. 4.4)."""

import re
from collections.abc import Callable

import pytest
from factories import Journal, make_journal
from flask import Flask
from flask.testing import FlaskClient

from ejournal.extensions import db
from ejournal.models import Person, ThematicPlan, Topic


@pytest.fixture
def journal(app: Flask) -> Journal:
    with app.app_context():
        return make_journal(students=1, lessons=2)


@pytest.fixture
def teacher(journal: Journal, sign_in: Callable[[Person], FlaskClient]) -> FlaskClient:
    return sign_in(journal.teacher)


def form_of(page: str) -> dict[str, str]:
    """What the table holds, as a browser would send it."""
    fields = dict(re.findall(r'<input[^>]*\bname="([\w-]+)"\s+value="([^"]*)"', page))
    fields |= dict(re.findall(r'<textarea[^>]*\bname="([\w-]+)"[^>]*>([^<]*)</textarea>', page))
    return {name: value for name, value in fields.items() if not name.startswith("gone-")}


def titles(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(db.select(Topic.title).order_by(Topic.ordinal)))


def test_topics_that_a_colleague_added_meanwhile_are_shown_and_stay(
    app: Flask, journal: Journal, teacher: FlaskClient
) -> None:
    teacher.post(f"/thematic/journals/{journal.course_id}/plan", data={"way": "new"})
    with app.app_context():
        address = f"/thematic/plans/{db.session.scalars(db.select(ThematicPlan.id)).one()}"
    assert teacher.post(address, data=form_of(teacher.get(address).text) | {"title-0": "Потоки"}).status_code == 302
    mine, of_colleague = form_of(teacher.get(address).text), form_of(teacher.get(address).text)
    assert teacher.post(address, data=of_colleague | {"title-1": "Процессы"}).status_code == 302
    # Wrong first: what was begun from is remembered through it.
    wrong = teacher.post(address, data=mine | {"title-0": "Потоки и нити", "hours-0": "0"})
    assert wrong.status_code == 422
    assert "изменил кто-то другой" not in wrong.text
    told = teacher.post(address, data=form_of(wrong.text) | {"hours-0": "2"})
    assert told.status_code == 422
    assert "План не сохранён. Пока вы правили, план изменил кто-то другой." in told.text
    assert titles(app) == ["Потоки", "Процессы"]
    assert teacher.post(address, data=form_of(told.text)).status_code == 302
    assert titles(app) == ["Потоки и нити", "Процессы"]

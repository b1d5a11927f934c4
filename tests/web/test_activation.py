"""One-time codes and one's own password (п. 3.8-3.10, 4.3, 4.5)."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from ejournal.extensions import db
from ejournal.models import Account, LogEntry
from ejournal.models.base import now
from ejournal.services import accounts
from web.signing import PASSWORD, MakeAccount, enter

NEW = {"password": "three quiet words", "repeated": "three quiet words"}


@pytest.fixture
def code(app: Flask, account: MakeAccount) -> str:
    """A code just issued to anna, who has no password yet."""
    account("anna", password=None)
    return issue(app)


def test_r4_5_a_a_student_registers_with_the_code_from_the_slip(client: FlaskClient, code: str) -> None:
    page = client.get(f"/activate/{code}")
    assert "Семёнова Анна Павловна" in page.text
    assert "anna" in page.text
    done = client.post(f"/activate/{code}", data=NEW, follow_redirects=True)
    assert done.request.path == "/"
    assert "пароль задан" in done.text
    client.post("/logout")
    assert enter(client, "anna", NEW["password"]).status_code == 302


def test_the_code_may_be_typed_from_paper(client: FlaskClient, code: str) -> None:
    assert re.fullmatch(r"(?:[2-9A-HJKMNP-Z]{5}-){3}[2-9A-HJKMNP-Z]{5}", code)
    typed = code.lower().replace("-", " ")
    led = client.get("/activate", query_string={"code": f" {typed} "})
    assert "Семёнова" in client.get(led.location).text


def test_a_code_works_once(client: FlaskClient, code: str) -> None:
    client.post(f"/activate/{code}", data=NEW)
    client.post("/logout")
    assert client.get(f"/activate/{code}").status_code == 404
    again = client.post(f"/activate/{code}", data={"password": "another person's", "repeated": "another person's"})
    assert again.status_code == 404
    assert enter(client, "anna", "another person's").status_code == 401


def test_a_new_code_ends_the_one_before(app: Flask, client: FlaskClient, code: str) -> None:
    newer = issue(app)
    assert client.get(f"/activate/{code}").status_code == 404
    assert client.get(f"/activate/{newer}").status_code == 200


def test_a_code_ends_after_thirty_days(client: FlaskClient, code: str) -> None:
    with time_machine.travel(now() + timedelta(days=29, hours=23)):
        assert client.get(f"/activate/{code}").status_code == 200
    with time_machine.travel(now() + timedelta(days=30, minutes=1)):
        answer = client.get(f"/activate/{code}")
        assert answer.status_code == 404
        assert "Попросите новый код" in answer.text
        assert client.post(f"/activate/{code}", data=NEW).status_code == 404


def test_a_code_of_a_blocked_account_does_not_work(app: Flask, client: FlaskClient, code: str) -> None:
    with app.app_context():
        db.session.execute(db.update(Account).values(blocked_at=now()))
        db.session.commit()
    assert client.post(f"/activate/{code}", data=NEW).status_code == 404


def test_neither_code_nor_password_is_stored_or_logged(app: Flask, client: FlaskClient, code: str) -> None:
    client.post(f"/activate/{code}", data=NEW)
    with app.app_context():
        stored = db.session.scalars(select(Account)).one()
        log = " ".join(str(vars(entry)) for entry in db.session.scalars(select(LogEntry)))
    assert stored.activation_hash is None
    assert stored.password_hash is not None
    assert stored.password_hash.startswith("$argon2id$")
    assert "activate" in log
    assert code not in log
    assert NEW["password"] not in log


def test_a_used_and_an_unknown_code_say_what_to_do(client: FlaskClient, code: str) -> None:
    client.post(f"/activate/{code}", data=NEW)
    client.post("/logout")
    used, unknown = client.get(f"/activate/{code}"), client.get("/activate/AAAAA-AAAAA-AAAAA-AAAAA")
    assert (used.status_code, unknown.status_code) == (404, 404)
    assert "уже использован: войдите" in used.text
    assert "Такого кода нет" in unknown.text
    assert code in used.text  # to correct a sign of it


def test_r4_5_a_a_person_sets_the_own_login(client: FlaskClient, code: str) -> None:
    assert 'value="anna"' in client.get(f"/activate/{code}").text
    client.post(f"/activate/{code}", data={**NEW, "username": " Anechka "})
    client.post("/logout")
    assert enter(client, "anna", NEW["password"]).status_code == 401
    assert enter(client, "anechka", NEW["password"]).status_code == 302


@pytest.mark.parametrize("username", ["an", "анна", "boris", "", "anna!"])
def test_a_login_that_cannot_be_is_refused_and_kept_to_be_mended(
    client: FlaskClient, account: MakeAccount, code: str, username: str
) -> None:
    account("boris")
    answer = client.post(f"/activate/{code}", data={**NEW, "username": username})
    assert answer.status_code == 422
    assert f'value="{username}"' in answer.text
    assert NEW["password"] not in answer.text
    assert client.get(f"/activate/{code}").status_code == 200


@pytest.mark.parametrize(
    "password", ["password12345", "Пароль2026!", "йцукенгшщз", "gfhjkm-1234", "qwertyqwerty", "1q2w3e4r5t"]
)
def test_a_common_password_is_refused_in_either_layout(client: FlaskClient, code: str, password: str) -> None:
    answer = client.post(f"/activate/{code}", data={"password": password, "repeated": password})
    assert answer.status_code == 422
    assert "самых частых" in answer.text


@pytest.mark.parametrize("password", ["только буквы", "0918273645 1029", "TONKO i DOLGO"])
def test_no_kinds_of_signs_are_demanded(client: FlaskClient, code: str, password: str) -> None:
    answer = client.post(f"/activate/{code}", data={"password": password, "repeated": password})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("password", "repeated", "said"),
    [
        ("short", "short", "не меньше 10"),
        ("ninechars", "ninechars", "не меньше 10"),
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa", "легко угадать"),
        ("ANNA-longer-name1", "ANNA-longer-name1", "легко угадать"),
        ("x" * 150 + "12345" * 11, "x" * 150 + "12345" * 11, "не больше 200"),
        ("three quiet words", "three quite words", "не совпали"),
        ("", "", "не меньше 10"),
    ],
)
def test_a_bad_new_password_is_refused_with_the_reason(
    client: FlaskClient, code: str, password: str, repeated: str, said: str
) -> None:
    answer = client.post(f"/activate/{code}", data={"password": password, "repeated": repeated})
    assert answer.status_code == 422
    assert said in answer.text
    assert client.get("/").status_code == 302
    assert client.get(f"/activate/{code}").status_code == 200


def test_a_person_changes_the_password_and_other_devices_are_signed_out(app: Flask, account: MakeAccount) -> None:
    account()
    here, elsewhere = app.test_client(), app.test_client()
    enter(here)
    enter(elsewhere)
    answer = change(here, PASSWORD, "three quiet words")
    assert answer.status_code == 302
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert enter(elsewhere, password=PASSWORD).status_code == 401
    assert enter(elsewhere, password="three quiet words").status_code == 302


def test_the_old_password_must_be_right_and_cannot_be_guessed_here_either(
    app: Flask, client: FlaskClient, account: MakeAccount
) -> None:
    account()
    enter(client)
    statuses = [change(client, "wrong password", "three quiet words").status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    assert enter(app.test_client(), address="198.51.100.7").status_code == 302


@pytest.mark.parametrize("new", ["short", "anna anna anna"])
def test_a_bad_password_is_not_taken_instead(client: FlaskClient, account: MakeAccount, new: str) -> None:
    account()
    enter(client)
    assert change(client, PASSWORD, new).status_code == 422


def test_a_demo_account_keeps_its_password_for_the_next_visitor(client: FlaskClient, account: MakeAccount) -> None:
    account("teacher", password="demo", is_demo=True)
    enter(client, "teacher", "demo")
    answer = change(client, "demo", "three quiet words")
    assert answer.status_code == 422
    assert "демонстрационная" in answer.text


def change(client: FlaskClient, old: str, new: str) -> TestResponse:
    form = {"old": old, "new": new, "repeated": new}
    return client.post("/password", data=form, environ_base={"REMOTE_ADDR": "192.0.2.10"})


def issue(app: Flask) -> str:
    with app.app_context():
        code = accounts.issue_code(db.session.scalars(select(Account)).one(), None)
        db.session.commit()
        return code

"""Signing in and out (п. 3.8-3.10)."""

import re
import sqlite3
from contextlib import closing

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from ejournal.extensions import db
from ejournal.models import Account, LogEntry, Role
from ejournal.models.base import now
from ejournal.services import passwords
from web.signing import PASSWORD, MakeAccount, enter, token_in


def test_a_person_signs_in_and_lands_on_the_start_page(client: FlaskClient, account: MakeAccount) -> None:
    account()
    answer = enter(client, follow_redirects=True)
    assert answer.status_code == 200
    assert answer.request.path == "/"
    assert "Семёнова А. П." in answer.text


@pytest.mark.parametrize("typed", ["anna", "ANNA", "  Anna "])
def test_the_login_is_taken_however_it_is_spelled(client: FlaskClient, account: MakeAccount, typed: str) -> None:
    account("anna")
    assert enter(client, typed).status_code == 302


def test_a_password_is_taken_letter_for_letter(client: FlaskClient, account: MakeAccount) -> None:
    account()
    assert enter(client, password=PASSWORD.upper()).status_code == 401
    assert enter(client, password=f"{PASSWORD} ").status_code == 401


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(client: FlaskClient, account: MakeAccount) -> None:
    account("anna")
    account("blocked", blocked_at=now())
    account("fresh", password=None)
    wrong = [enter(client, name, "wrong password") for name in ("anna", "nobody", "blocked", "fresh")]
    assert {answer.status_code for answer in wrong} == {401}
    assert len({_without_what_differs(answer.text) for answer in wrong}) == 1
    assert "Неверный логин или пароль" in wrong[0].text


@pytest.mark.parametrize("name", ["anna", "nobody", "blocked", "fresh"])
def test_an_unknown_name_costs_as_much_work_as_a_wrong_password(
    client: FlaskClient, account: MakeAccount, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    account("anna")
    account("blocked", blocked_at=now())
    account("fresh", password=None)
    passwords.matches(None, "x")  # the hash that stands in for a missing one is made once
    verified: list[str] = []
    real = PasswordHasher.verify

    def verify(self: PasswordHasher, stored: str, password: str) -> bool:
        verified.append(stored.rsplit("$", 2)[0])
        return real(self, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", verify)
    monkeypatch.setattr(PasswordHasher, "hash", lambda *_: pytest.fail("hashed anew: that takes twice the time"))
    enter(client, name, "wrong password")
    assert verified == ["$argon2id$v=19$m=19456,t=2,p=1"]


def test_a_blocked_person_is_told_so_only_with_the_right_password(client: FlaskClient, account: MakeAccount) -> None:
    account(blocked_at=now())
    assert "заблокирована" not in enter(client, password="wrong password").text
    answer = enter(client)
    assert answer.status_code == 403
    assert "заблокирована" in answer.text
    assert client.get("/").status_code == 302


def test_nothing_of_the_session_before_survives_signing_in(client: FlaskClient, account: MakeAccount) -> None:
    account()
    client.get("/login")
    with client.session_transaction() as session:
        planted = session["csrf_token"] = "planted by somebody else"
        session["role"] = "administration"
    enter(client)
    with client.session_transaction() as session:
        assert session.get("csrf_token") != planted
        assert "role" not in session


def test_signing_out_ends_the_session(client: FlaskClient, account: MakeAccount) -> None:
    account()
    enter(client)
    assert client.post("/logout", follow_redirects=True).request.path == "/login"
    assert client.get("/").status_code == 302


def test_a_link_to_sign_out_only_asks(client: FlaskClient, account: MakeAccount) -> None:
    account()
    enter(client)
    assert "Выйти из журнала?" in client.get("/logout").text
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("column", ["session_epoch", "blocked_at"])
def test_open_sessions_end_when_the_account_says_so(
    app: Flask, client: FlaskClient, account: MakeAccount, column: str
) -> None:
    made = account()
    enter(client)
    assert client.get("/").status_code == 200
    with app.app_context():
        db.session.execute(db.update(Account).values({column: 7 if column == "session_epoch" else now()}))
        db.session.commit()
    assert client.get("/").status_code == 302
    assert made.id


@pytest.mark.parametrize("address", ["/", "/password", "/admin/", "/admin/people/1?tab=2"])
def test_who_is_not_signed_in_is_led_to_the_form_and_back(
    client: FlaskClient, account: MakeAccount, address: str
) -> None:
    account("anna", Role.SYSADMIN)
    led = client.get(address)
    assert led.status_code == 302
    form = client.get(led.location)
    wanted = re.search(r'id="sign-in">.*?name="next" value="([^"]*)"', form.text, re.DOTALL)
    assert wanted
    assert enter(client, form={"next": wanted[1]}).location == address


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        " //evil.example",
        "evil.example",
        "",
    ],
)
def test_signing_in_leads_to_no_other_site(client: FlaskClient, account: MakeAccount, elsewhere: str) -> None:
    account()
    assert enter(client, form={"next": elsewhere}).location == "/"


def test_who_is_signed_in_is_not_asked_again(client: FlaskClient, account: MakeAccount) -> None:
    account()
    enter(client)
    assert client.get("/login?next=/password").location == "/password"
    assert client.get("/login?next=//evil.example").location == "/"


def test_signing_in_and_out_is_logged_without_what_was_typed(
    app: Flask, client: FlaskClient, account: MakeAccount
) -> None:
    made = account("anna")
    enter(client, "anna", "a typed secret")
    enter(client, "my password by mistake", "a typed secret")
    enter(client)
    client.post("/logout")
    with app.app_context():
        entries = db.session.scalars(select(LogEntry).order_by(LogEntry.id)).all()
    assert [(entry.subject, entry.action) for entry in entries] == [
        ("sign-in", "failure"),
        ("sign-in", "failure"),
        ("sign-in", "in"),
        ("sign-in", "out"),
    ]
    assert [entry.actor_id for entry in entries] == [None, None, made.person_id, made.person_id]
    assert entries[0].details == {"account_id": made.id, "username": "anna"}
    assert entries[0].address == "192.0.2.10"
    written = " ".join(str(vars(entry)) for entry in entries)
    assert "secret" not in written
    assert "mistake" not in written


def test_the_password_is_hashed_anew_when_the_parameters_grow(
    app: Flask, client: FlaskClient, account: MakeAccount
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    account(password=None)
    with app.app_context():
        db.session.execute(db.update(Account).values(password_hash=weak))
        db.session.commit()
    assert enter(client).status_code == 302
    with app.app_context():
        stored = db.session.scalars(select(Account.password_hash)).one()
    assert stored is not None
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.matches(stored, PASSWORD)


@pytest.mark.parametrize("password", [PASSWORD, "wrong password"])
def test_others_can_save_while_a_password_is_checked(
    app: Flask, client: FlaskClient, account: MakeAccount, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    account()
    file = app.config["EJOURNAL"].instance / "ejournal.db"
    tried: list[bool] = []
    real = PasswordHasher.verify

    def verify(self: PasswordHasher, stored: str, typed: str) -> bool:
        with closing(sqlite3.connect(file, timeout=0)) as other:
            other.execute("BEGIN IMMEDIATE")  # «database is locked» if signing in held the lock now
            other.rollback()
        tried.append(True)
        return real(self, stored, typed)

    monkeypatch.setattr(PasswordHasher, "verify", verify)
    enter(client, password=password)
    assert tried == [True]


def test_a_script_gets_the_bare_form_and_a_fresh_token(client: FlaskClient, account: MakeAccount) -> None:
    """The dialog over a page whose session has run out."""
    made = account()
    fragment = {"HX-Request": "true"}
    form = client.get("/login", headers=fragment)
    assert "<html" not in form.text
    assert 'name="password"' in form.text
    refused = enter(client, password="wrong password", headers=fragment)
    assert refused.status_code == 401
    assert "<html" not in refused.text
    assert "Неверный логин" in refused.text
    done = enter(client, headers=fragment)
    assert f'data-signed-in="{made.id}"' in done.text
    assert token_in(done)
    assert token_in(client.get("/login", headers=fragment))


def test_a_page_of_one_person_does_not_act_for_another(client: FlaskClient, account: MakeAccount) -> None:
    """Somebody else has signed in in the same browser since the page was opened."""
    first, second = account("anna"), account("berta")
    enter(client, "berta")
    asked = client.get("/password", headers={"HX-Request": "true", "X-Viewer": str(first.id)})
    assert asked.status_code == 401
    assert asked.headers["X-Sign-In"]
    own = client.get("/password", headers={"HX-Request": "true", "X-Viewer": str(second.id)})
    assert own.status_code == 200


def test_demo_logins_are_offered_only_by_a_demo_college(app: Flask, client: FlaskClient) -> None:
    from ejournal.services import settings

    assert "data-fill-login" not in client.get("/login").text
    with app.app_context():
        settings.put("is_demo", True)
        db.session.commit()
    page = client.get("/login").text
    logins = re.findall(r'data-fill-login="(\w+)"', page)
    assert sorted(logins) == ["admin", "curator", "director", "parent", "student", "teacher", "zavuch"]
    assert "Демонстрационный колледж" in page


def _without_what_differs(page: str) -> str:
    return re.sub(r'(name="username"\s+value=)"[^"]*"|name="csrf[-_]token"\s+(content|value)="[^"]*"', r"\1", page)

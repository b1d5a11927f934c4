"""Sessions live on the server: listed, ended one by one or all, ended by themselves (п. 3.8-3.11)."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from ejournal.extensions import db
from ejournal.models import LogEntry, Role, UserSession
from ejournal.models.base import now
from ejournal.services import settings
from web.signing import MakeAccount, enter

PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile Safari/604.1"}


@pytest.fixture
def two(app: Flask, account: MakeAccount) -> tuple[FlaskClient, FlaskClient]:
    """anna at a desk and with her phone."""
    account("anna")
    desk, phone = app.test_client(), app.test_client()
    enter(desk, headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/128.0"})
    enter(phone, address="198.51.100.7", headers=PHONE)
    return desk, phone


def cookie_of(client: FlaskClient) -> str:
    cookie = client.get_cookie("ejournal")
    assert cookie
    return cookie.value


def test_r3_10_a_copied_cookie_is_worth_nothing_after_signing_out(app: Flask, two: tuple[FlaskClient, ...]) -> None:
    desk, phone = two
    copied = cookie_of(desk)
    thief = app.test_client()
    thief.set_cookie("ejournal", copied)
    assert thief.get("/profile").status_code == 200
    desk.post("/logout")
    thief.set_cookie("ejournal", copied)
    assert thief.get("/profile").status_code == 302
    assert phone.get("/profile").status_code == 200


def test_r3_10_own_sessions_are_listed_in_words(two: tuple[FlaskClient, ...]) -> None:
    page = two[0].get("/profile").text
    assert "Firefox, Windows" in page
    assert "Safari, iPhone" in page
    assert "198.51.100.7" in page
    own = re.search(r"<strong>([^<]+)</strong>\s*<span[^>]*>это вы", page)
    assert own
    assert own[1] == "Firefox, Windows"


def test_a_page_does_not_hold_what_a_cookie_holds(app: Flask, two: tuple[FlaskClient, ...]) -> None:
    page = two[0].get("/profile").text
    with app.app_context():
        ids = db.session.scalars(select(UserSession.id)).all()
    assert len(ids) == 2
    assert all(len(session_id) == 43 and session_id not in page for session_id in ids)


def test_one_session_is_ended_from_another(two: tuple[FlaskClient, ...]) -> None:
    desk, phone = two
    (handle,) = re.findall(r"/profile/sessions/(\w+)/ending", desk.get("/profile").text)
    desk.post(f"/profile/sessions/{handle}/ending")
    assert phone.get("/profile").status_code == 302
    assert desk.get("/profile").status_code == 200
    assert desk.post(f"/profile/sessions/{handle}/ending").status_code == 404


def test_all_other_sessions_are_ended_at_once(app: Flask, two: tuple[FlaskClient, ...]) -> None:
    desk, phone = two
    assert "завершены: 1" in desk.post("/profile/sessions/ending", follow_redirects=True).text
    assert phone.get("/profile").status_code == 302
    assert "Других сеансов нет" in desk.get("/profile").text
    with app.app_context():
        assert db.session.scalars(
            select(LogEntry.action).where(LogEntry.subject == "session").order_by(LogEntry.id)
        ).all() == ["end"]


def test_nobody_ends_the_session_of_another(app: Flask, account: MakeAccount, two: tuple[FlaskClient, ...]) -> None:
    account("berta")
    other = app.test_client()
    enter(other, "berta")
    handles = re.findall(r"/profile/sessions/(\w+)/ending", two[0].get("/profile").text)
    assert other.post(f"/profile/sessions/{handles[0]}/ending").status_code == 404
    other.post("/profile/sessions/ending")
    assert two[1].get("/profile").status_code == 200


def test_r4_2_a_the_administrator_sees_and_ends_a_persons_sessions(
    app: Flask, account: MakeAccount, two: tuple[FlaskClient, ...]
) -> None:
    account("boss", Role.SYSADMIN)
    boss = app.test_client()
    enter(boss, "boss")
    page = boss.get("/admin/people?q=anna").text
    person = re.search(r'href="(/admin/people/\d+)"', page)
    assert person
    assert re.search(r'data-label="Последний вход">\s*\d\d\.\d\d\.\d{4}', page)
    shown = boss.get(person[1]).text
    assert "Safari, iPhone" in shown
    done = boss.post(f"{person[1]}/sessions/ending", follow_redirects=True)
    assert "Сейчас нигде не вошёл" in done.text
    assert {client.get("/profile").status_code for client in two} == {302}


def test_an_administrator_who_ends_his_own_sessions_keeps_this_one(app: Flask, account: MakeAccount) -> None:
    made = account("boss", Role.SYSADMIN)
    here, elsewhere = app.test_client(), app.test_client()
    enter(here, "boss")
    enter(elsewhere, "boss")
    here.post(f"/admin/people/{made.person_id}/sessions/ending")
    assert here.get("/profile").status_code == 200
    assert elsewhere.get("/profile").status_code == 302


@pytest.mark.parametrize(("hours", "status"), [(11, 200), (13, 302)])
def test_r3_10_an_idle_session_ends(client: FlaskClient, account: MakeAccount, hours: int, status: int) -> None:
    account()
    enter(client)
    with time_machine.travel(now() + timedelta(hours=hours)):
        assert client.get("/profile").status_code == status


def test_work_keeps_a_session_alive_but_not_for_ever(client: FlaskClient, account: MakeAccount) -> None:
    account()
    enter(client)
    begun, open_for = now(), 0
    for hours in range(8, 24 * 31, 8):
        with time_machine.travel(begun + timedelta(hours=hours)):
            if client.get("/profile").status_code != 200:
                break
        open_for = hours
    assert open_for == 29 * 24 + 16


def test_the_college_sets_its_own_limits(app: Flask, client: FlaskClient, account: MakeAccount) -> None:
    account()
    with app.app_context():
        settings.put("session.idle_hours", 1)
        db.session.commit()
    enter(client)
    with time_machine.travel(now() + timedelta(minutes=61)):
        assert client.get("/profile").status_code == 302


def test_an_administrators_session_is_shorter(app: Flask, client: FlaskClient, account: MakeAccount) -> None:
    account("boss", Role.SYSADMIN, Role.TEACHER)
    enter(client, "boss")
    with time_machine.travel(now() + timedelta(minutes=119)):
        assert client.get("/profile").status_code == 200
        with time_machine.travel(now() + timedelta(minutes=121)):
            assert client.get("/profile").status_code == 302


def test_limits_are_set_by_the_administrator_for_each_kind_of_person(
    app: Flask, client: FlaskClient, account: MakeAccount
) -> None:
    account("boss", Role.SYSADMIN)
    account("parent", Role.PARENT)
    enter(client, "boss")
    form = {f"{kind}_{unit}": "5" for kind in ("admin", "staff", "family") for unit in ("idle", "days")}
    refused = client.post("/admin/security", data={**form, "staff_days": "0", "family_idle": "²"})
    assert refused.status_code == 422
    assert refused.text.count("Целое число от 1 до") == 2
    assert client.post("/admin/security", data={**form, "family_idle": "1"}).status_code == 302
    own = app.test_client()
    enter(own, "parent")
    with time_machine.travel(now() + timedelta(minutes=61)):
        assert own.get("/profile").status_code == 302
        assert client.get("/profile").status_code == 200
    with app.app_context():
        said = db.session.scalars(
            select(LogEntry.before).where(LogEntry.subject == "setting").order_by(LogEntry.id)
        ).all()
    assert "Обучающиеся и родители: часов без обращений: 12" in said


def test_a_request_writes_nothing_while_the_session_was_seen_a_moment_ago(
    app: Flask, client: FlaskClient, account: MakeAccount
) -> None:
    account()
    enter(client)
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    client.get("/password")
    first = list(statements)
    with time_machine.travel(now() + timedelta(minutes=4)):
        statements.clear()
        client.get("/password")
        later = list(statements)
    event.remove(engine, "before_cursor_execute", note)
    assert sum("user_session" in statement for statement in first) == 1
    assert not any(statement.startswith("UPDATE") for statement in first)
    assert sum(statement.startswith("UPDATE user_session") for statement in later) == 1


def test_a_cookie_of_the_version_before_asks_to_sign_in_again(client: FlaskClient, account: MakeAccount) -> None:
    made = account()
    with client.session_transaction() as session:
        session["_user_id"] = f"{made.id}.{made.session_epoch}"
    assert client.get("/profile").status_code == 302


def test_long_ended_sessions_are_cleared_away_at_the_next_sign_in(
    app: Flask, client: FlaskClient, account: MakeAccount
) -> None:
    account()
    enter(client)
    client.post("/logout")
    with time_machine.travel(now() + timedelta(days=91)):
        enter(client)
        with app.app_context():
            assert len(db.session.scalars(select(UserSession)).all()) == 1


def test_the_profile_says_who_one_is_and_leads_to_the_password(client: FlaskClient, account: MakeAccount) -> None:
    account("anna", Role.TEACHER, Role.CURATOR)
    enter(client)
    page = client.get("/profile").text
    for said in ("Семёнова Анна Павловна", "anna", "Преподаватель", "Руководитель группы", "Сообщить о компрометации"):
        assert said in page
    assert 'href="/password"' in page
    assert 'href="/profile"' in client.get("/password").text

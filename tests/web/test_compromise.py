"""Telling of a compromised account and what follows (п. 3.11)."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from ejournal.extensions import db
from ejournal.models import Account, Compromise, LogEntry, PendingNotice, Person, Role
from ejournal.models.base import now
from ejournal.services import compromises, notify, settings
from web.signing import PASSWORD, MakeAccount, enter

NEW = "three quiet words"
FORM = {"old": PASSWORD, "new": NEW, "repeated": NEW}


@pytest.fixture
def anna(app: Flask, account: MakeAccount) -> FlaskClient:
    """anna signed in, and administration and support to be told."""
    account("anna")
    account("zavuch", Role.ADMINISTRATION)
    account("boss", Role.SYSADMIN)
    client = app.test_client()
    enter(client)
    return client


@pytest.fixture
def mail(app: Flask, anna: FlaskClient) -> Iterator[None]:
    """A college with mail set up; anna has an address."""
    before = app.config["EJOURNAL"]
    app.config["EJOURNAL"] = replace(before, smtp_url="smtp://localhost")
    with app.app_context():
        db.session.execute(db.update(Person).values(email="anna@college.example"))
        db.session.commit()
    yield
    app.config["EJOURNAL"] = before


def signed_in(app: Flask, username: str) -> FlaskClient:
    client = app.test_client()
    assert enter(client, username).status_code == 302
    return client


def reports(app: Flask) -> list[Compromise]:
    with app.app_context():
        return list(db.session.scalars(select(Compromise).order_by(Compromise.id)))


def test_r3_11_one_report_ends_all_sessions_and_sets_a_new_password(app: Flask, anna: FlaskClient) -> None:
    elsewhere = signed_in(app, "anna")
    done = anna.post("/profile/compromise", data={**FORM, "note": "Телефон потерян"}, follow_redirects=True)
    assert done.request.path == "/profile"
    assert "уведомлены (п. 3.11)" in done.text
    assert elsewhere.get("/profile").status_code == 302
    assert enter(app.test_client(), "anna").status_code == 401
    assert enter(app.test_client(), "anna", NEW).status_code == 302
    (report,) = reports(app)
    assert (report.source, report.note, report.closed_at) == ("profile", "Телефон потерян", None)
    assert report.secured_at


def test_r3_11_administration_and_support_are_told(app: Flask, anna: FlaskClient) -> None:
    anna.post("/profile/compromise", data=FORM)
    with app.app_context():
        told = [(notice.kind, notice.person.account.username) for notice in notify.pending()]  # type: ignore[union-attr]
        text = notify.pending()[0].text
        notify.sent(notify.pending()[0])
        db.session.commit()
        left = len(notify.pending())
        logged = db.session.scalars(
            select(LogEntry.action).where(LogEntry.subject == "compromise").order_by(LogEntry.id)
        ).all()
    assert told == [("compromise", "zavuch"), ("compromise", "boss")]
    assert "логин anna" in text
    assert left == 1
    assert logged == ["create"]
    assert "открыто: 1" in signed_in(app, "boss").get("/admin/").text
    assert "открыто: 1" in signed_in(app, "zavuch").get("/").text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"old": "wrong password"}, "Текущий пароль введён неверно"),
        ({"new": "short", "repeated": "short"}, "не меньше 10"),
        ({"repeated": "three other words"}, "не совпали"),
        ({"known_on": "2099-01-01"}, "ещё не наступил"),
        ({"known_on": "2001-01-01"}, "Слишком давно"),
        ({"known_on": "вчера"}, "Укажите день"),
    ],
)
def test_a_report_that_cannot_be_taken_changes_nothing_and_keeps_what_was_typed(
    app: Flask, anna: FlaskClient, wrong: dict[str, str], said: str
) -> None:
    answer = anna.post("/profile/compromise", data={**FORM, "note": "Кто-то входил", **wrong})
    assert answer.status_code == 422
    assert said in answer.text
    assert "Кто-то входил" in answer.text
    assert reports(app) == []
    assert anna.get("/profile").status_code == 200
    assert enter(app.test_client(), "anna").status_code == 302


def test_r3_11_without_a_password_a_new_code_is_needed(app: Flask, anna: FlaskClient) -> None:
    elsewhere = signed_in(app, "anna")
    anna.post("/profile/compromise", data={"without": "1"})
    assert {client.get("/profile").status_code for client in (anna, elsewhere)} == {302}
    assert enter(app.test_client(), "anna").status_code == 401
    boss = signed_in(app, "boss")
    assert "нужен код активации" in boss.get("/admin/compromises").text
    with app.app_context():
        person = db.session.scalars(select(Account.person_id).where(Account.username == "anna")).one()
    code = re.search(r'class="code-value">([^<]+)<', boss.post(f"/admin/people/{person}/account/code").text)
    assert code
    anna.post(f"/activate/{code[1]}", data={"password": NEW, "repeated": NEW})
    assert anna.get("/profile").status_code == 200


def test_a_code_given_out_before_dies_with_the_password(app: Flask, anna: FlaskClient) -> None:
    boss = signed_in(app, "boss")
    with app.app_context():
        person = db.session.scalars(select(Account.person_id).where(Account.username == "anna")).one()
    code = re.search(r'class="code-value">([^<]+)<', boss.post(f"/admin/people/{person}/account/code").text)
    assert code
    anna.post("/profile/compromise", data={"without": "1"})
    assert app.test_client().get(f"/activate/{code[1]}").status_code == 404


def test_a_demo_account_locks_the_next_visitor_out_by_no_way(app: Flask, account: MakeAccount) -> None:
    account("teacher", password="demo", is_demo=True)
    client = app.test_client()
    enter(client, "teacher", "demo")
    for form in ({**FORM, "old": "demo"}, {"without": "1"}):
        answer = client.post("/profile/compromise", data=form)
        assert answer.status_code == 422
        assert "демонстрационная" in answer.text
    form = {**FORM, "old": "demo", "username": "teacher"}
    assert app.test_client().post("/compromise/password", data=form).status_code == 422
    assert client.get("/profile").status_code == 200
    assert reports(app) == []


def test_r3_11_the_sign_in_page_leads_to_the_report(client: FlaskClient, anna: FlaskClient) -> None:
    assert 'href="/compromise"' in client.get("/login").text
    page = client.get("/compromise").text
    assert "подойти к системному администратору" in page


def test_r3_11_from_the_sign_in_page_with_the_password(app: Flask, client: FlaskClient, anna: FlaskClient) -> None:
    done = client.post("/compromise/password", data={**FORM, "username": "Anna "}, follow_redirects=True)
    assert done.request.path == "/profile"
    assert anna.get("/profile").status_code == 302
    assert [report.source for report in reports(app)] == ["password"]


def test_the_password_is_not_guessed_on_the_report_page_either(
    app: Flask, client: FlaskClient, anna: FlaskClient
) -> None:
    form = {**FORM, "old": "wrong password", "username": "anna"}
    statuses = [client.post("/compromise/password", data=form).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    assert reports(app) == []
    assert anna.get("/profile").status_code == 200


def test_r3_11_a_stranger_is_heard_and_locks_nobody_out(app: Flask, client: FlaskClient, anna: FlaskClient) -> None:
    answers = [client.post("/compromise", data={"username": name, "note": "Не я"}) for name in ("anna", "nobody")]
    assert {answer.status_code for answer in answers} == {200}
    assert len({re.sub(r'name="csrf[^>]*>', "", answer.text) for answer in answers}) == 1
    assert anna.get("/profile").status_code == 200
    assert enter(app.test_client(), "anna").status_code == 302
    (report,) = reports(app)
    assert (report.source, report.secured_at, report.reported_by) == ("stranger", None, None)
    assert "не подтверждено" in signed_in(app, "zavuch").get("/admin/compromises").text


def test_a_stranger_fills_no_register(app: Flask, client: FlaskClient, account: MakeAccount, anna: FlaskClient) -> None:
    for _ in range(3):
        client.post("/compromise", data={"username": "anna"})
    assert len(reports(app)) == 1
    for number in range(25):
        account(f"user{number}", password=None)
        client.post("/compromise", data={"username": f"user{number}"})
    assert len(reports(app)) == compromises.MOST_STRANGE
    client.post("/compromise", data={"username": "user24"}, environ_base={"REMOTE_ADDR": "198.51.100.9"})
    assert len(reports(app)) == compromises.MOST_STRANGE + 1


def test_r3_11_administration_believes_a_stranger_and_closes_with_an_outcome(
    app: Flask, client: FlaskClient, anna: FlaskClient
) -> None:
    client.post("/compromise", data={"username": "anna"})
    (report,) = reports(app)
    zavuch = signed_in(app, "zavuch")
    assert "потребовать новый пароль" in zavuch.get("/admin/compromises").text
    zavuch.post(f"/admin/compromises/{report.id}/securing")
    assert anna.get("/profile").status_code == 302
    assert enter(app.test_client(), "anna").status_code == 401
    again = zavuch.post(f"/admin/compromises/{report.id}/securing", follow_redirects=True)
    assert "уже завершены" in again.text
    refused = zavuch.post(f"/admin/compromises/{report.id}/closing", data={"outcome": " "})
    assert refused.status_code == 422
    assert "Напишите, что сделано" in refused.text
    zavuch.post(f"/admin/compromises/{report.id}/closing", data={"outcome": "Выдан новый код лично"})
    page = zavuch.get("/admin/compromises").text
    assert "Выдан новый код лично" in page
    assert "открыто: 1" not in page
    late = zavuch.post(f"/admin/compromises/{report.id}/closing", data={"outcome": "Ещё раз"}, follow_redirects=True)
    assert "уже закрыто" in late.text
    (closed,) = reports(app)
    assert closed.outcome == "Выдан новый код лично"


def test_administration_does_not_lock_out_the_system_administrator(
    app: Flask, client: FlaskClient, anna: FlaskClient
) -> None:
    client.post("/compromise", data={"username": "boss"})
    (report,) = reports(app)
    boss, zavuch = signed_in(app, "boss"), signed_in(app, "zavuch")
    assert zavuch.post(f"/admin/compromises/{report.id}/securing").status_code == 403
    own = boss.post(f"/admin/compromises/{report.id}/securing", follow_redirects=True)
    assert "в своём профиле" in own.text
    assert boss.get("/profile").status_code == 200


def test_r3_11_what_was_told_in_person_is_entered_by_the_administrator(app: Flask, anna: FlaskClient) -> None:
    boss = signed_in(app, "boss")
    with app.app_context():
        person = db.session.scalars(select(Account.person_id).where(Account.username == "anna")).one()
    done = boss.post(f"/admin/people/{person}/compromises", data={"note": "Сказала лично"}, follow_redirects=True)
    assert "Внесено в реестр" in done.text
    assert anna.get("/profile").status_code == 302
    assert [(report.source, report.note) for report in reports(app)] == [("admin", "Сказала лично")]


def test_who_keeps_no_register_does_not_see_it(anna: FlaskClient) -> None:
    assert anna.get("/admin/compromises").status_code == 403
    assert anna.post("/admin/compromises/1/closing", data={"outcome": "нет"}).status_code == 403


@pytest.mark.usefixtures("mail")
def test_r3_11_a_one_time_link_goes_to_the_persons_own_address(
    app: Flask, client: FlaskClient, anna: FlaskClient
) -> None:
    answer = client.post("/compromise", data={"username": "anna"})
    assert "одноразовая ссылка" in answer.text
    link = link_of(app)
    assert "Семёнова Анна Павловна" in client.get(link).text
    done = client.post(link, data=FORM, follow_redirects=True)
    assert done.request.path == "/profile"
    assert anna.get("/profile").status_code == 302
    assert enter(app.test_client(), "anna", NEW).status_code == 302
    assert client.get(link).status_code == 404
    first, second = reports(app)
    assert (first.source, second.source, second.closed_at) == ("stranger", "link", None)
    assert first.outcome.startswith("Подтверждено")


@pytest.mark.usefixtures("mail")
def test_a_link_ends_after_an_hour_or_with_any_new_password(app: Flask, client: FlaskClient, anna: FlaskClient) -> None:
    client.post("/compromise", data={"username": "anna"})
    link = link_of(app)
    with time_machine.travel(now() + timedelta(minutes=61)):
        assert client.get(link).status_code == 404
    assert client.get(link).status_code == 200
    assert client.post(link, data={**FORM, "new": "short", "repeated": "short"}).status_code == 422
    anna.post("/password", data={"old": PASSWORD, "new": NEW, "repeated": NEW})
    answer = client.post(link, data=FORM)
    assert answer.status_code == 404
    assert "уже использована" in answer.text


@pytest.mark.usefixtures("mail")
def test_a_person_is_not_flooded_with_links(app: Flask, client: FlaskClient, anna: FlaskClient) -> None:
    for _ in range(3):
        client.post("/compromise", data={"username": "anna"})
    assert links(app) == 1
    with time_machine.travel(now() + timedelta(minutes=11)):
        client.post("/compromise", data={"username": "anna"})
    assert links(app) == 2


@pytest.mark.parametrize("token", ["x", "WzEsMF0.aaaa.bbbb", "..", "%00"])
def test_a_made_up_link_opens_nothing(client: FlaskClient, anna: FlaskClient, token: str) -> None:
    assert client.get(f"/compromise/{token}").status_code == 404
    assert client.post(f"/compromise/{token}", data=FORM).status_code == 404


def test_neither_passwords_nor_links_are_stored_or_logged(app: Flask, anna: FlaskClient) -> None:
    anna.post("/profile/compromise", data=FORM)
    with app.app_context():
        rows = [row for table in (LogEntry, PendingNotice, Compromise) for row in db.session.scalars(select(table))]
        written = " ".join(str(vars(row)) for row in rows)
    assert "compromise" in written
    assert NEW not in written
    assert PASSWORD not in written


def test_the_term_is_told_where_it_is_broken(app: Flask, anna: FlaskClient) -> None:
    with app.app_context():
        long_ago = settings.today() - timedelta(days=20)
    anna.post("/profile/compromise", data={**FORM, "known_on": long_ago.isoformat()})
    page = signed_in(app, "zavuch").get("/admin/compromises").text
    assert "позже срока" in page
    assert "дольше рабочего дня: 1" in page


def link_of(app: Flask) -> str:
    """The address that the sender of mail would put into the notice."""
    with app.app_context():
        notice = db.session.scalars(select(PendingNotice).where(PendingNotice.kind == notify.LINK)).first()
        assert notice
        return f"/compromise/{compromises.link_token(db.session.get_one(Account, notice.details['account_id']))}"


def links(app: Flask) -> int:
    with app.app_context():
        return len(db.session.scalars(select(PendingNotice).where(PendingNotice.kind == notify.LINK)).all())

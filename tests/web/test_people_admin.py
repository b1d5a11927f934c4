"""The system administrator keeps people, accounts and roles (п. 4.1, 4.2)."""

import re
from datetime import date

import pytest
from factories import make_journal
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from ejournal.domain.names import sort_key
from ejournal.extensions import db
from ejournal.models import Account, LogEntry, Person, Role, RoleGrant
from ejournal.services import settings
from web.signing import MakeAccount, enter

ANYBODY = {"surname": "Ёлкина", "name": "Зоя", "patronymic": "Ивановна", "email": "zoya@college.example"}


@pytest.fixture
def admin(client: FlaskClient, account: MakeAccount) -> FlaskClient:
    account("boss", Role.SYSADMIN)
    enter(client, "boss")
    return client


@pytest.fixture
def person(app: Flask, admin: FlaskClient) -> int:
    """Ёлкина, just added, without an account."""
    return int(admin.post("/admin/people", data=ANYBODY).location.rsplit("/", 1)[1])


def test_r4_2_a_a_new_person_gets_an_account_a_role_and_a_code_and_signs_in(
    app: Flask, admin: FlaskClient, person: int
) -> None:
    page = admin.post(f"/admin/people/{person}/account", data={"username": "elkina.zi"})
    admin.post(f"/admin/people/{person}/roles", data={"role": "teacher", "order_number": "17-к"})
    assert "elkina.zi" in page.text
    code = code_on(page.text)
    own = app.test_client()
    assert own.get(f"/activate/{code}").status_code == 200
    own.post(f"/activate/{code}", data={"password": "three quiet words", "repeated": "three quiet words"})
    assert "Ёлкина З. И." in own.get("/").text
    assert code not in admin.get(f"/admin/people/{person}").text


def test_a_login_is_offered_that_nobody_has(app: Flask, admin: FlaskClient, person: int) -> None:
    offered = re.compile(r'name="username"\s+id="username"\s+value="([^"]*)"')
    first = offered.search(admin.get(f"/admin/people/{person}").text)
    assert first
    assert first[1] == "elkina.zi"
    admin.post(f"/admin/people/{person}/account", data={"username": first[1]})
    namesake = admin.post("/admin/people", data={**ANYBODY, "sure": "1"}).location
    second = offered.search(admin.get(namesake).text)
    assert second
    assert second[1] == "elkina.zi2"


@pytest.mark.parametrize(
    ("username", "said"), [("boss", "уже занят"), ("BOSS ", "уже занят"), ("ёлка", "латинских"), ("a b", "латинских")]
)
def test_a_login_that_cannot_be_is_refused(admin: FlaskClient, person: int, username: str, said: str) -> None:
    answer = admin.post(f"/admin/people/{person}/account", data={"username": username}, follow_redirects=True)
    assert said in answer.text
    assert "Входа пока нет" in answer.text


def test_a_namesake_is_asked_about_once(app: Flask, admin: FlaskClient, person: int) -> None:
    asked = admin.post("/admin/people", data={**ANYBODY, "surname": "ЕЛКИНА"})
    assert asked.status_code == 409
    assert f"/admin/people/{person}" in asked.text
    assert admin.post("/admin/people", data={**ANYBODY, "sure": "1"}).status_code == 302
    with app.app_context():
        assert len(db.session.scalars(select(Person).where(Person.skey.startswith("елкина"))).all()) == 2


@pytest.mark.parametrize(
    "wrong", [{"surname": " "}, {"name": ""}, {"email": "zoya"}, {"phone": "8" * 21}, {"phone": "8 900 123"}]
)
def test_what_cannot_be_stored_is_refused_and_kept_in_the_form(admin: FlaskClient, wrong: dict[str, str]) -> None:
    answer = admin.post("/admin/people", data={**ANYBODY, **wrong})
    assert answer.status_code == 422
    assert 'value="Ивановна"' in answer.text


def test_a_number_that_was_stored_before_is_in_nobodys_way(app: Flask, admin: FlaskClient, person: int) -> None:
    with app.app_context():
        db.session.get_one(Person, person).phone = "12-34"
        db.session.commit()
    kept = {**ANYBODY, "phone": "12-34", "post": "методист"}
    assert admin.post(f"/admin/people/{person}", data=kept).status_code == 302
    with_extension = {**ANYBODY, "phone": "84951234567 доб.2"}
    assert admin.post(f"/admin/people/{person}", data=with_extension).status_code == 302
    refused = admin.post(f"/admin/people/{person}", data={**ANYBODY, "phone": "43-21"})
    assert "должно быть 10 цифр" in refused.text


def test_a_change_of_name_is_found_and_logged_field_by_field(app: Flask, admin: FlaskClient, person: int) -> None:
    admin.post(f"/admin/people/{person}", data={**ANYBODY, "surname": "Жукова", "post": "методист"})
    with app.app_context():
        stored = db.session.get_one(Person, person)
        assert stored.skey == sort_key("Жукова", "Зоя", "Ивановна")
        entries = db.session.scalars(select(LogEntry).where(LogEntry.action == "update").order_by(LogEntry.id)).all()
    assert {(entry.before, entry.after) for entry in entries} == {
        ("фамилия: Ёлкина", "Жукова"),
        ("должность: пусто", "методист"),
    }


def test_blocking_ends_open_sessions_and_unblocking_lets_in_again(
    app: Flask, admin: FlaskClient, account: MakeAccount
) -> None:
    other = account("anna")
    own = app.test_client()
    enter(own, "anna")
    admin.post(f"/admin/people/{other.person_id}/account/blocking", data={"blocked": "1"})
    assert own.get("/").status_code == 302
    assert enter(own, "anna").status_code == 403
    admin.post(f"/admin/people/{other.person_id}/account/blocking", data={"blocked": "0"})
    assert own.get("/").status_code == 302
    assert enter(own, "anna").status_code == 302


def test_a_new_code_leaves_the_password_working_until_it_is_used(
    app: Flask, admin: FlaskClient, account: MakeAccount
) -> None:
    other = account("anna")
    code = code_on(admin.post(f"/admin/people/{other.person_id}/account/code").text)
    own = app.test_client()
    assert enter(own, "anna").status_code == 302
    own.post(f"/activate/{code}", data={"password": "three quiet words", "repeated": "three quiet words"})
    own.post("/logout")
    assert enter(own, "anna").status_code == 401


def test_an_administrator_locks_nobody_in_and_not_himself_out(app: Flask, admin: FlaskClient) -> None:
    with app.app_context():
        me = db.session.scalars(select(Account).where(Account.username == "boss")).one()
        grant = db.session.scalars(select(RoleGrant.id).where(RoleGrant.person_id == me.person_id)).one()
    blocked = admin.post(f"/admin/people/{me.person_id}/account/blocking", data={"blocked": "1"}, follow_redirects=True)
    assert "Себя заблокировать нельзя" in blocked.text
    ended = admin.post(f"/admin/people/{me.person_id}/roles/{grant}/end", follow_redirects=True)
    assert "Свою роль" in ended.text
    assert admin.get("/admin/").status_code == 200


def test_r4_1_a_a_role_is_given_by_an_order_and_ends_with_a_trace(
    app: Flask, admin: FlaskClient, account: MakeAccount
) -> None:
    other = account("anna", Role.TEACHER)
    own = app.test_client()
    enter(own, "anna")
    address = f"/admin/people/{other.person_id}"
    form = {"role": "administration", "since": "2026-09-01", "order_number": "5-к", "order_date": "2026-08-31"}
    given = admin.post(f"{address}/roles", data=form, follow_redirects=True)
    assert "приказ № 5-к от 31.08.2026" in given.text
    assert own.get("/admin/log").status_code == 200
    assert "уже есть" in admin.post(f"{address}/roles", data=form, follow_redirects=True).text
    with app.app_context():
        grant = db.session.scalars(select(RoleGrant.id).where(RoleGrant.role == "administration")).one()
    admin.post(f"{address}/roles/{grant}/end")
    assert own.get("/admin/log").status_code == 403
    with app.app_context():
        kept = db.session.get_one(RoleGrant, grant)
        assert kept.until is not None
        assert kept.until < settings.today()
        actions = db.session.scalars(
            select(LogEntry.action).where(LogEntry.subject == "role").order_by(LogEntry.id)
        ).all()
    assert list(actions) == ["grant", "revoke"]


def test_a_role_to_come_is_not_held_yet(app: Flask, admin: FlaskClient, account: MakeAccount) -> None:
    other = account("anna", Role.TEACHER)
    admin.post(f"/admin/people/{other.person_id}/roles", data={"role": "sysadmin", "since": "2099-01-01"})
    own = app.test_client()
    enter(own, "anna")
    assert own.get("/admin/").status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"Ёлкина", "Семёнова"}),
        ("елк", {"Ёлкина"}),
        ("ЁЛКИНА З", {"Ёлкина"}),
        ("зоя", {"Ёлкина"}),
        ("boss", {"Семёнова"}),
        ("семенов", {"Семёнова"}),
        ("семенов ан", {"Семёнова"}),
        ("семенов зоя", set()),
        ("никто", set()),
        ("%", set()),
    ],
)
def test_people_are_found_by_any_name_or_login(admin: FlaskClient, person: int, query: str, found: set[str]) -> None:
    page = admin.get("/admin/people", query_string={"q": query}).text
    rows = re.findall(r'href="/admin/people/\d+">([^< ]+)', page)
    assert set(rows) == found


def test_of_very_many_found_the_first_thousand_are_shown_and_said(app: Flask, admin: FlaskClient) -> None:
    with app.app_context():
        db.session.add_all(Person.called("Абрамов", f"Имя{number:04}", "") for number in range(1001))
        db.session.commit()
    page = admin.get("/admin/people", query_string={"q": "абрамов", "page": "2"}).text
    assert "первые 1000" in page
    assert "Имя0050" in page
    assert "впишите больше" in page
    few = admin.get("/admin/people", query_string={"q": "абрамов имя000"}).text
    assert ">10</span>" in few
    assert "первые" not in few


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"state": "none"}, {"Ёлкина"}),
        ({"state": "active"}, {"Семёнова"}),
        ({"state": "blocked"}, set()),
        ({"state": "waiting"}, set()),
        ({"role": "sysadmin"}, {"Семёнова"}),
        ({"role": "parent"}, set()),
        ({"page": "99"}, set()),
    ],
)
def test_people_are_narrowed_by_role_and_state(
    admin: FlaskClient, person: int, filters: dict[str, str], found: set[str]
) -> None:
    page = admin.get("/admin/people", query_string=filters).text
    assert set(re.findall(r'href="/admin/people/\d+">([^< ]+)', page)) == found


def test_a_name_is_shown_as_text_whatever_is_typed(admin: FlaskClient) -> None:
    page = admin.post("/admin/people", data={**ANYBODY, "surname": "<b>Ёлка</b>"}, follow_redirects=True).text
    assert "<b>Ёлка" not in page
    assert "&lt;b&gt;Ёлка" in page


def code_on(page: str) -> str:
    found = re.search(r'class="code-value">([^<]+)<', page)
    assert found
    return found[1]


def test_a_role_is_not_given_from_a_mistyped_day(app: Flask, admin: FlaskClient, account: MakeAccount) -> None:
    other = account("anna")
    address = f"/admin/people/{other.person_id}/roles"
    answer = admin.post(address, data={"role": "curator", "since": "2026-02-31"}, follow_redirects=True)
    assert "Дата «2026-02-31» не прочитана" in answer.text
    with app.app_context():
        held = select(RoleGrant.role).where(RoleGrant.person_id == other.person_id)
        assert "curator" not in db.session.scalars(held).all()


def test_from_a_students_account_it_is_two_clicks_to_the_group(app: Flask, admin: FlaskClient) -> None:
    with app.app_context():
        journal = make_journal(students=1)
        student, group = journal.students[0].id, journal.group.id
        db.session.add(RoleGrant(person_id=student, role=Role.STUDENT, since=date(2020, 1, 1)))
        db.session.commit()
    page = admin.get(f"/admin/people/{student}").text
    assert f'href="/movement/students/{student}"' in page
    assert "Забыт пароль" not in page, "without an account there is nothing to forget"
    assert f'href="/groups/{group}"' in admin.get(f"/movement/students/{student}").text

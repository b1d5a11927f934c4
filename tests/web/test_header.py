"""The header of every page: roles of one login, the version for the weak-sighted (п. 1.7)."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ejournal.models import Role
from ejournal.models.base import now
from web.signing import MakeAccount, enter


def test_r1_7_one_login_switches_between_its_roles(client: FlaskClient, account: MakeAccount) -> None:
    account("anna", Role.TEACHER, Role.CURATOR)
    enter(client)
    assert shown_role(client) == "Преподаватель"
    switched = client.post("/role", data={"role": "curator"}, follow_redirects=True)
    assert switched.request.path == "/"
    assert shown_role(client) == "Руководитель группы"
    assert "Моя группа" in switched.text


def test_a_single_role_needs_no_switch(client: FlaskClient, account: MakeAccount) -> None:
    account("anna", Role.TEACHER)
    enter(client)
    assert "Сменить роль" not in client.get("/").text


@pytest.mark.parametrize("role", ["sysadmin", "administration", "director", ""])
def test_nobody_takes_a_role_not_given(client: FlaskClient, account: MakeAccount, role: str) -> None:
    account("anna", Role.TEACHER, Role.CURATOR)
    enter(client)
    assert client.post("/role", data={"role": role}).status_code == 403
    assert shown_role(client) == "Преподаватель"
    assert client.get("/admin/").status_code == 403


def test_a_role_in_the_session_that_has_ended_is_not_shown(client: FlaskClient, account: MakeAccount) -> None:
    account("anna", Role.TEACHER, Role.CURATOR)
    enter(client)
    with client.session_transaction() as session:
        session["role"] = "sysadmin"
    assert shown_role(client) == "Преподаватель"


@pytest.mark.parametrize("role", list(Role))
def test_everybody_has_a_start_page_whose_links_open(client: FlaskClient, account: MakeAccount, role: Role) -> None:
    account("anna", role)
    page = enter(client, follow_redirects=True)
    assert page.status_code == 200
    nav = re.search(r'<nav class="site-menu".*?</nav>', page.text, re.DOTALL)
    assert nav
    links = re.findall(r'href="([^"]+)"', nav[0])
    assert links
    assert {address: client.get(address, follow_redirects=True).status_code for address in links} == dict.fromkeys(
        links, 200
    )


def test_who_has_no_role_today_is_told_whom_to_ask(app: Flask, client: FlaskClient, account: MakeAccount) -> None:
    from ejournal.extensions import db
    from ejournal.models import RoleGrant

    account("anna", Role.TEACHER)
    with app.app_context():
        db.session.execute(db.update(RoleGrant).values(until=now().date().replace(year=2021)))
        db.session.commit()
    page = enter(client, follow_redirects=True)
    assert page.status_code == 403
    assert "администратор" in page.text
    assert "Выйти" in page.text


@pytest.mark.parametrize("address", ["/login", "/activate", "/nothing", "/", "/password", "/journal/"])
def test_r1_7_a_the_large_version_is_one_click_away_on_every_page(
    client: FlaskClient, account: MakeAccount, address: str
) -> None:
    account()
    if address not in ("/login", "/activate"):
        enter(client)
    assert re.search(r'name="choice"\s+value="on"\s+title="Версия для слабовидящих"', client.get(address).text)


def test_r1_7_a_the_large_version_is_remembered_until_turned_off(client: FlaskClient) -> None:
    turned = client.post("/view", data={"choice": "on", "next": "/activate"})
    assert turned.location == "/activate"
    cookie = turned.headers["Set-Cookie"]
    assert "Max-Age=31536000" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert 'data-view="bw"' in client.get("/login").text
    client.post("/view", data={"choice": "off"})
    assert "data-view=" not in client.get("/login").text


def test_r1_7_a_colours_size_and_spacing_are_chosen_apart(client: FlaskClient) -> None:
    for choice in ("on", "blue", "3", "spaced"):
        client.post("/view", data={"choice": choice})
    assert re.search(r'data-view="blue"\s+data-view-size="3"\s+data-view-spaced', client.get("/login").text)
    client.post("/view", data={"choice": "spaced"})
    page = client.get("/login").text
    assert 'data-view-size="3"' in page
    assert "data-view-spaced" not in page


@pytest.mark.parametrize("cookie", ["", "bw", "x.y.z", '".1."><script>', "wb.9.q", "....."])
def test_a_spoiled_cookie_spoils_no_page(client: FlaskClient, cookie: str) -> None:
    client.set_cookie("view", cookie)
    page = client.get("/login")
    assert page.status_code == 200
    assert "><script>" not in page.text


def test_choosing_the_version_leads_to_no_other_site(client: FlaskClient) -> None:
    assert client.post("/view", data={"choice": "on", "next": "//evil.example"}).location == "/"


def shown_role(client: FlaskClient) -> str:
    found = re.search(r'class="role-name">([^<]+)<', client.get("/password").text)
    assert found
    return found[1]

"""Light or dark: chosen in the menu, remembered in the browser, or left to the system."""

import pytest
from conftest import SignIn
from factories import make_person
from flask import Flask
from flask.testing import FlaskClient

from ejournal.models import Role


@pytest.fixture
def client(app: Flask, sign_in: SignIn) -> FlaskClient:
    with app.app_context():
        return sign_in(make_person(roles=(Role.TEACHER,)))


@pytest.mark.parametrize(("chosen", "said"), [("dark", "dark"), ("light", "light")])
def test_a_chosen_theme_is_kept_and_given_back_to_the_system(client: FlaskClient, chosen: str, said: str) -> None:
    assert "data-theme" not in client.get("/journal/").text
    answer = client.post("/theme", data={"theme": chosen, "next": "/journal/"})
    assert (answer.status_code, answer.location) == (302, "/journal/")
    page = client.get("/journal/").text
    assert f'data-theme="{said}"' in page
    assert f'content="{said}"' in page
    client.post("/theme", data={"theme": "system"})
    assert "data-theme" not in client.get("/journal/").text


@pytest.mark.parametrize("typed", ["purple", "", '"><script>'])
def test_another_word_is_no_theme(client: FlaskClient, typed: str) -> None:
    client.post("/theme", data={"theme": typed})
    assert "data-theme" not in client.get("/journal/").text


def test_r1_7_a_the_version_for_the_weak_sighted_is_stronger_than_a_theme(client: FlaskClient) -> None:
    client.post("/theme", data={"theme": "dark"})
    client.post("/view", data={"choice": "wb"})
    page = client.get("/journal/").text
    assert 'data-view="wb"' in page
    assert 'data-theme="light"' in page


def test_a_theme_leads_to_no_other_site(client: FlaskClient) -> None:
    assert client.post("/theme", data={"theme": "dark", "next": "//evil.example"}).location == "/"

"""No other site can act in a person's name."""

import pytest
from flask import Flask

from ejournal.models import Role
from web.signing import MakeAccount, enter, token_in

FRAGMENT = {"HX-Request": "true"}


def test_no_route_changes_anything_without_a_token(with_csrf: Flask, account: MakeAccount) -> None:
    account("anna", *Role)
    client = with_csrf.test_client()
    token = token_in(client.get("/login"))
    assert enter(client, headers={"X-CSRFToken": token}).status_code == 302
    taken = []
    for rule in with_csrf.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}):
            address = rule.rule
            for name in rule.arguments:
                address = address.replace(f"<int:{name}>", "1").replace(f"<{name}>", "1")
            answer = client.open(address, method=method, headers=FRAGMENT)
            if answer.status_code != 401:
                taken.append(f"{method} {address}: {answer.status_code}")
    assert taken == []


def test_the_form_signs_in_with_its_own_token(with_csrf: Flask, account: MakeAccount) -> None:
    account()
    client = with_csrf.test_client()
    token = token_in(client.get("/login"))
    assert enter(client, form={"csrf_token": token}).status_code == 302


@pytest.mark.parametrize("token", ["", "garbage", "of another session"])
def test_a_token_that_does_not_fit_is_refused(with_csrf: Flask, account: MakeAccount, token: str) -> None:
    account()
    client = with_csrf.test_client()
    client.get("/login")
    if token == "of another session":
        token = token_in(with_csrf.test_client().get("/login"))
    answer = enter(client, form={"csrf_token": token})
    assert answer.status_code == 400
    assert "Страница устарела" in answer.text
    assert client.get("/").status_code == 302


def test_the_token_of_the_sign_in_page_dies_with_signing_in(with_csrf: Flask, account: MakeAccount) -> None:
    account()
    client = with_csrf.test_client()
    token = token_in(client.get("/login"))
    enter(client, form={"csrf_token": token})
    assert client.post("/role", data={"role": "teacher", "csrf_token": token}).status_code == 400
    fresh = token_in(client.get("/password"))
    assert client.post("/role", data={"role": "teacher", "csrf_token": fresh}).status_code == 302


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_script_is_told_that_signing_in_again_helps(with_csrf: Flask, account: MakeAccount, signed_in: bool) -> None:
    """The page outlived its session: its token is old, whether or not somebody has signed in since."""
    account()
    client = with_csrf.test_client()
    if signed_in:
        enter(client, form={"csrf_token": token_in(client.get("/login"))})
    answer = client.post("/role", data={"role": "teacher"}, headers=FRAGMENT)
    assert answer.status_code == 401
    assert answer.headers["X-Sign-In"]


def test_the_length_of_a_compressed_page_tells_nothing_of_its_token(with_csrf: Flask) -> None:
    """BREACH measures lengths: the same page comes in many."""
    client = with_csrf.test_client()
    pages = [client.get("/login", headers={"Accept-Encoding": "gzip"}) for _ in range(20)]
    assert all(page.headers["Content-Encoding"] == "gzip" for page in pages)
    assert len({page.content_length for page in pages}) > 5

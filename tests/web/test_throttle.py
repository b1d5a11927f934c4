"""Guessing passwords is slowed down, and nobody is locked out by somebody else (п. 3.8-3.10)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from conftest import anew
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from ejournal.extensions import db
from ejournal.models import SignInFailure
from ejournal.services import throttle
from web.signing import MakeAccount, enter

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOME, SCHOOL, ELSEWHERE = "192.0.2.10", "198.51.100.7", "203.0.113.99"


def test_after_five_failures_even_the_right_password_waits(client: FlaskClient, account: MakeAccount) -> None:
    account()
    assert fail(client, 5) == [401] * 5
    refused = enter(client)
    assert refused.status_code == 429
    assert "Подождите 15 мин." in refused.text
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    assert client.get("/").status_code == 302


def test_the_wait_ends_by_itself(client: FlaskClient, account: MakeAccount) -> None:
    account()
    with time_machine.travel(NOON, tick=False) as clock:
        fail(client, 5)
        clock.shift(timedelta(minutes=14, seconds=59))
        assert enter(client).status_code == 429
        clock.shift(timedelta(seconds=2))
        assert enter(client).status_code == 302


def test_who_was_made_to_wait_by_a_clock_years_ahead_does_not_wait_for_years(
    client: FlaskClient, account: MakeAccount
) -> None:
    account()
    with time_machine.travel(NOON + timedelta(days=2000), tick=False):
        fail(client, 5)
    with time_machine.travel(NOON, tick=False):
        assert enter(client).status_code == 302


def test_trying_during_the_wait_does_not_prolong_it(client: FlaskClient, account: MakeAccount) -> None:
    account()
    with time_machine.travel(NOON, tick=False) as clock:
        fail(client, 5)
        for _ in range(14):
            clock.shift(timedelta(minutes=1))
            assert fail(client, 1) == [429]
        clock.shift(timedelta(minutes=1, seconds=1))
        assert enter(client).status_code == 302


def test_a_success_clears_what_went_wrong_before(client: FlaskClient, account: MakeAccount) -> None:
    account()
    for _ in range(3):
        assert fail(client, 4) == [401] * 4
        assert enter(client).status_code == 302
        client.post("/logout")


def test_a_clumsy_student_does_not_keep_the_class_out(client: FlaskClient, account: MakeAccount) -> None:
    """Thirty behind one address: one mistypes on and on, each of the others once."""
    for number in range(30):
        account(f"student{number}")
    assert fail(client, 12, "student0") == [401] * 5 + [429] * 7
    for number in range(1, 30):
        assert fail(client, 1, f"student{number}") == [401]
        assert enter(client, f"student{number}").status_code == 302
        client.post("/logout")


def test_trying_one_name_after_another_from_an_address_ends(client: FlaskClient, account: MakeAccount) -> None:
    account("regular")
    account("newcomer")
    enter(client, "regular")
    client.post("/logout")
    statuses = [fail(client, 1, f"guess{number}")[0] for number in range(52)]
    assert statuses == [401] * 50 + [429] * 2
    assert enter(client, "newcomer").status_code == 429
    assert enter(client, "newcomer", address=ELSEWHERE).status_code == 302
    client.post("/logout")
    # Who has signed in here before does not wait for what a classmate typed.
    assert enter(client, "regular").status_code == 302


def test_a_stranger_cannot_lock_a_teacher_out(client: FlaskClient, account: MakeAccount) -> None:
    account()
    enter(client, address=SCHOOL)
    client.post("/logout")
    for number in range(1, 9):
        fail(client, 5, address=f"203.0.113.{number}")
    assert enter(client, address=SCHOOL).status_code == 302


def test_guessing_spread_over_many_addresses_ends(client: FlaskClient, account: MakeAccount) -> None:
    account()
    statuses = [fail(client, 1, address=f"203.0.113.{number}")[0] for number in range(1, 24)]
    assert statuses == [401] * 20 + [429] * 3
    refused = enter(client, address=ELSEWHERE)
    assert refused.status_code == 429
    assert "Подождите 60 мин." in refused.text


def test_an_unknown_name_is_slowed_down_alike(client: FlaskClient) -> None:
    """Otherwise the wait itself would tell which names exist."""
    assert fail(client, 6, "nobody") == [401] * 5 + [429]


def test_a_restart_forgets_nothing(app: Flask, client: FlaskClient, account: MakeAccount) -> None:
    account()
    fail(client, 5)
    again = anew(app)
    again.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    assert enter(again.test_client()).status_code == 429
    with again.app_context():
        db.engine.dispose()


def test_guesses_sent_at_once_do_not_slip_past_the_count(app: Flask, account: MakeAccount) -> None:
    account()
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: enter(app.test_client(), password="wrong password").status_code, range(16)))
    assert sorted(statuses) == [401] * 5 + [429] * 11


def test_what_was_typed_as_a_name_is_not_stored(app: Flask, client: FlaskClient) -> None:
    enter(client, "my password by mistake", "x")
    with app.app_context():
        stored = db.session.scalars(select(SignInFailure)).one()
    assert len(stored.username) == 64
    assert "password" not in stored.username


def test_old_failures_are_swept_out(app: Flask, client: FlaskClient) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        fail(client, 5)
        clock.shift(timedelta(minutes=61))
        fail(client, 1)
    with app.app_context():
        assert db.session.scalar(select(func.count(SignInFailure.id))) == 1


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.10", "192.0.2.10"),
        ("::ffff:192.0.2.10", "192.0.2.10"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("", ""),
        ("not an address", "not an address"),
    ],
)
def test_an_ipv6_household_counts_as_one_address(address: str, counted: str) -> None:
    assert throttle.network(address) == counted


@pytest.mark.parametrize(("proxy", "believed"), [("10.0.0.1", True), ("10.0.0.2", False)])
def test_a_forwarded_address_is_believed_only_from_the_configured_proxy(
    app: Flask, account: MakeAccount, proxy: str, believed: bool
) -> None:
    account()
    behind = anew(app, trusted_proxies="10.0.0.1")
    behind.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    client = behind.test_client()
    for number in range(5):
        headers = {"X-Forwarded-For": f"203.0.113.{number}"}
        enter(client, password="wrong password", address=proxy, headers=headers)
    answer = enter(client, "anna", address=proxy, headers={"X-Forwarded-For": "203.0.113.77"})
    # Believed: five people each failed once. Not believed: one client changed a header five times.
    assert answer.status_code == (302 if believed else 429)
    with behind.app_context():
        db.engine.dispose()


def fail(client: FlaskClient, times: int, username: str = "anna", address: str = HOME) -> list[int]:
    return [enter(client, username, "wrong password", address).status_code for _ in range(times)]

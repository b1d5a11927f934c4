"""Signing in by the form, as a person does."""

import html
import re
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ejournal.extensions import db
from ejournal.models import Account, RecoveryCode
from ejournal.services import passwords

PASSWORD = "correct horse battery"

MakeAccount = Callable[..., Account]


def enter(
    client: FlaskClient, username: str = "anna", password: str = PASSWORD, address: str = "192.0.2.10", **more: Any
) -> TestResponse:
    """Send the sign-in form from an address."""
    form = {"username": username, "password": password, **more.pop("form", {})}
    follow = more.pop("follow_redirects", False)
    answer = client.post("/login", data=form, environ_base={"REMOTE_ADDR": address}, **more)
    if answer.status_code == 302 and answer.location.startswith("/login/code"):
        step = client.get(answer.location)
        form = {"code": _spare(client, username), "csrf_token": token_in(step), "next": _next_in(step)}
        answer = client.post("/login/code", data=form, environ_base={"REMOTE_ADDR": address})
    return client.get(answer.location, follow_redirects=True) if follow and answer.location else answer


def spare_codes(username: str) -> list[str]:
    """Codes on paper of a test's administrator, whom the fixture `account` gives a second step."""
    return [f"{username.upper():A<16}{number:04}" for number in range(5)]


def _spare(client: FlaskClient, username: str) -> str:
    """One that was not used yet in this test's database."""
    with client.application.app_context():
        used = db.session.scalars(db.select(RecoveryCode.code_hash).where(RecoveryCode.used_at.is_not(None))).all()
    return next(code for code in spare_codes(username) if passwords.hash_code(code) not in used)


def _next_in(response: TestResponse) -> str:
    found = re.search(r'id="code-step">.*?name="next" value="([^"]*)"', response.text, re.DOTALL)
    return html.unescape(found[1]) if found else ""


def token_in(response: TestResponse) -> str:
    """The CSRF token a page carries."""
    found = re.search(r'name="csrf-token" content="([^"]+)"|data-csrf="([^"]+)"', response.text)
    assert found, response.text
    return found[1] or found[2]

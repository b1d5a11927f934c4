"""Signing in by the form, as a person does."""

import re
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ejournal.models import Account

PASSWORD = "correct horse battery"

MakeAccount = Callable[..., Account]


def enter(
    client: FlaskClient, username: str = "anna", password: str = PASSWORD, address: str = "192.0.2.10", **more: Any
) -> TestResponse:
    """Send the sign-in form from an address."""
    form = {"username": username, "password": password, **more.pop("form", {})}
    return client.post("/login", data=form, environ_base={"REMOTE_ADDR": address}, **more)


def token_in(response: TestResponse) -> str:
    """The CSRF token a page carries."""
    found = re.search(r'name="csrf-token" content="([^"]+)"|data-csrf="([^"]+)"', response.text)
    assert found, response.text
    return found[1] or found[2]

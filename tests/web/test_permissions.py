"""Deny by default: every route declares who may call it (п. 2.1)."""

from collections.abc import Iterator

import pytest
from conftest import anew
from flask import Flask

from ejournal.extensions import db
from ejournal.models import Role

# What anyone may open without signing in. Adding to this list is a decision.
PUBLIC = {
    "account.activate",
    "account.activation",
    "account.ask_code",
    "account.code",
    "account.enter_code",
    "account.leave",
    "account.login",
    "account.sign_in",
    "account.sign_out",
    "calendar.show",
    "compromises.ask",
    "compromises.ask_again",
    "compromises.create",
    "compromises.create_by_link",
    "compromises.create_with_password",
    "compromises.link",
    "documents.check",
    "documents.check_file",
    "health.healthz",
    "help.guide",
    "help.index",
    "help.list_updates",
    "home.switch_theme",
    "home.switch_view",
    "offline.manifest",
    "offline.page",
    "offline.worker",
}


def test_every_route_declares_its_permission(app: Flask) -> None:
    undeclared = [
        f"{rule.rule} ({rule.endpoint})"
        for rule in app.url_map.iter_rules()
        if not hasattr(app.view_functions[rule.endpoint], "permission")
    ]
    assert undeclared == []


def test_only_the_listed_routes_are_public(app: Flask) -> None:
    public = {name for name, view in app.view_functions.items() if getattr(view, "permission", 0) is None}
    assert public == PUBLIC


def test_a_permission_names_roles_there_are(app: Flask) -> None:
    for name, view in app.view_functions.items():
        permission = getattr(view, "permission", None)
        assert permission is None or (permission and permission <= set(Role)), name


@pytest.fixture
def careless(app: Flask) -> Iterator[Flask]:
    """An application with a view whose author forgot."""
    made = anew(app)
    made.config.update(TESTING=True, PROPAGATE_FAULTS=False)
    made.add_url_rule("/forgotten", "forgotten", lambda: "everything about everybody")
    yield made
    with made.app_context():
        db.engine.dispose()


def test_a_view_without_a_permission_is_never_a_way_in(careless: Flask) -> None:
    answer = careless.test_client().get("/forgotten")
    assert answer.status_code == 500
    assert "everything" not in answer.text

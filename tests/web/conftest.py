"""Accounts with passwords."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import pytest
from factories_consents import give_child
from flask import Flask

from ejournal.domain import second_step
from ejournal.extensions import db
from ejournal.models import Account, Person, RecoveryCode, Role, RoleGrant, SecondStep
from ejournal.services import passwords, seal
from web.signing import PASSWORD, MakeAccount, spare_codes


@pytest.fixture
def account(app: Flask) -> MakeAccount:
    """account("login", Role.TEACHER, …, password=…, columns of Account) stores a person with an account."""

    def make(username: str = "anna", *roles: Role, password: str | None = PASSWORD, **columns: Any) -> Account:
        with app.app_context():
            person = Person.called("Семёнова", "Анна", "Павловна")
            db.session.add(person)
            db.session.flush()
            for role in roles or (Role.TEACHER,):
                db.session.add(RoleGrant(person_id=person.id, role=role, since=date(2020, 1, 1)))
            hashed = _hash(password) if password else None
            if Role.PARENT in roles:
                give_child(person)  # without one there is nothing to sign in for (п. 4.1)
            made = Account(person_id=person.id, username=username, password_hash=hashed, **columns)
            db.session.add(made)
            db.session.flush()
            if Role.SYSADMIN in roles and not made.is_demo:
                give_second_step(made)  # without one he could do nothing but set it up
            db.session.commit()
            return made

    return make


def give_second_step(account: Account) -> None:
    """On, with the codes on paper that `enter` types."""
    secret = seal.close(second_step.new_secret(), f"second-step:{account.id}")
    db.session.add(SecondStep(account_id=account.id, secret=secret))
    hashes = [passwords.hash_code(code) for code in spare_codes(account.username)]
    db.session.add_all(RecoveryCode(account_id=account.id, code_hash=hashed) for hashed in hashes)


@pytest.fixture
def with_csrf(app: Flask) -> Iterator[Flask]:
    app.config["WTF_CSRF_ENABLED"] = True
    yield app
    app.config["WTF_CSRF_ENABLED"] = False


@cache
def _hash(password: str) -> str:
    return passwords.hash_password(password)

"""What an update brought is told once to each, and never to who came after it (п. 4.1)."""

from datetime import timedelta

import pytest
import time_machine
from factories import make_person
from flask import Flask

from ejournal import access
from ejournal.domain import changelog
from ejournal.extensions import db
from ejournal.models import Account, LogEntry, Role
from ejournal.models.base import now
from ejournal.services import settings, updates

ONE = "## 0.1.0\n\n- Первая.\n- Вторая.\n"
TWO = "## 0.2.0\n\n- Третья.\n\n" + ONE


def start(text: str) -> int:
    """The server of the program that comes with this CHANGELOG.md starts."""
    return updates.remember(changelog.read(text))


def viewer(account: Account) -> access.Viewer:
    found = access.viewer_of(account.id, settings.today())
    assert found
    return found


@pytest.fixture
def account(in_app: Flask) -> Account:
    person = make_person(roles=(Role.TEACHER,))
    return db.session.scalars(db.select(Account).where(Account.person_id == person.id)).one()


def test_r4_1_g_an_update_is_news_until_it_is_put_aside(account: Account) -> None:
    began = now()
    with time_machine.travel(began, tick=False):
        assert start(ONE) == 2
    account.updates_seen_at = began + timedelta(hours=1)
    db.session.commit()
    assert updates.fresh(viewer(account)) == {}
    with time_machine.travel(began + timedelta(days=2), tick=False):
        assert start(TWO) == 1
        assert list(updates.fresh(viewer(account))) == [changelog.read(TWO)[0].entries[0].key]
    with time_machine.travel(began + timedelta(days=3), tick=False):
        updates.put_aside(viewer(account))
        assert updates.fresh(viewer(account)) == {}


def test_a_start_without_an_update_writes_nothing(in_app: Flask) -> None:
    start(ONE)
    before = db.session.scalar(db.select(db.func.count(LogEntry.id)))
    assert start(ONE) == 0
    assert db.session.scalar(db.select(db.func.count(LogEntry.id))) == before


def test_who_has_not_signed_in_yet_is_told_nothing(account: Account) -> None:
    start(ONE)
    assert account.updates_seen_at is None
    assert updates.fresh(viewer(account)) == {}


def test_an_entry_taken_out_of_the_file_is_forgotten(in_app: Flask) -> None:
    start(TWO)
    assert start(TWO.replace("- Первая.\n", "- Первая, иначе.\n")) == 1
    assert len(settings.get(updates.KNOWN)) == 3


def test_what_is_new_about_the_server_is_told_to_who_runs_it(in_app: Flask) -> None:
    began = now()
    with time_machine.travel(began, tick=False):
        updates.remember(updates.versions())
    of_server = {entry.key for version in updates.versions() for entry in version.entries if entry.for_admin}
    assert of_server
    for role, told in ((Role.SYSADMIN, True), (Role.TEACHER, False)):
        person = make_person(roles=(role,))
        account = db.session.scalars(db.select(Account).where(Account.person_id == person.id)).one()
        account.updates_seen_at = began - timedelta(hours=1)
        db.session.commit()
        reads = {entry.key for version in updates.readable(viewer(account)) for entry in version.entries}
        assert (of_server <= reads, bool(of_server & set(updates.fresh(viewer(account))))) == (told, told)
        assert updates.fresh(viewer(account))

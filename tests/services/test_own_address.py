"""One's own address, confirmed by a link; notices of compromised accounts that go by mail (п. 3.8, 3.11)."""

import re
from collections.abc import Iterator
from datetime import timedelta

import factories
import pytest
import time_machine
from factories_mail import MailServer, mail_server, mail_set_up, text_of, write_to
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import Account, LogEntry, Person, Role
from ejournal.models.base import now
from ejournal.services import addresses, compromises, letters, notify, own_address, sending, settings
from ejournal.services.compromises import Told
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError


@pytest.fixture
def anna(in_app: Flask) -> Viewer:
    return factories.viewer_of(write_to(factories.make_person("Семёнова", (Role.PARENT,)), "old@mail.example"))


@pytest.fixture
def server(app: Flask, anna: Viewer) -> Iterator[MailServer]:
    with mail_server() as made, mail_set_up(app, made.port):
        yield made


def later(**delta: int) -> time_machine.travel:
    return time_machine.travel(now() + timedelta(**delta), tick=True)


def token(server: MailServer) -> str:
    found = re.search(r"https://journal\.college\.example/profile/address/(\S+)", text_of(server.received[-1]))
    assert found
    return found[1]


def email(viewer: Viewer) -> str | None:
    return db.session.get_one(Person, viewer.person_id).email


def test_an_address_changes_once_its_owner_opened_the_link(anna: Viewer, server: MailServer) -> None:
    own_address.wish(anna, " new@mail.example ")
    assert sending.run() == 1
    assert server.receivers == [["new@mail.example"]]
    assert email(anna) == "old@mail.example"
    link = token(server)
    assert own_address.confirm(anna, link) == "new@mail.example"
    assert email(anna) == "new@mail.example"
    assert addresses.of([anna.person_id])[anna.person_id].confirmed
    logged = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "person")).one()
    assert (logged.before, logged.after) == ("почта: old@mail.example", "new@mail.example")
    with pytest.raises(NotFoundError, match="уже использована"):
        own_address.confirm(anna, link)


def test_the_old_address_is_told_of_the_change(anna: Viewer, server: MailServer) -> None:
    own_address.wish(anna, "new@mail.example")
    sending.run()
    own_address.confirm(anna, token(server))
    sending.run()
    assert server.receivers[-1] == ["old@mail.example"]
    assert "изменён" in text_of(server.received[-1])
    assert "new@mail.example" not in text_of(server.received[-1])


def test_the_present_address_can_be_confirmed_and_its_owner_is_told_once(anna: Viewer, server: MailServer) -> None:
    own_address.wish(anna, "old@mail.example")
    sending.run()
    own_address.confirm(anna, token(server))
    assert sending.run() == 0
    with pytest.raises(FieldsError):
        own_address.wish(anna, "OLD@mail.example")


def test_a_link_is_of_no_use_to_anybody_else_and_not_for_long(anna: Viewer, server: MailServer) -> None:
    own_address.wish(anna, "new@mail.example")
    sending.run()
    stranger = factories.viewer_of(factories.make_person(roles=(Role.PARENT,)))
    with pytest.raises(NotFoundError):
        own_address.confirm(stranger, token(server))
    with later(hours=25), pytest.raises(NotFoundError):
        own_address.confirm(anna, token(server))
    for wrong in ("", "x", token(server) + "x"):
        with pytest.raises(NotFoundError):
            own_address.find(anna, wrong)


def test_a_later_wish_makes_the_earlier_link_worthless(anna: Viewer, server: MailServer) -> None:
    own_address.wish(anna, "first@mail.example")
    sending.run()
    first = token(server)
    with later(minutes=3):
        own_address.wish(anna, "second@mail.example")
        with pytest.raises(NotFoundError):
            own_address.confirm(anna, first)


def test_letters_cannot_be_asked_for_without_end(anna: Viewer, server: MailServer) -> None:
    own_address.wish(anna, "new@mail.example")
    with pytest.raises(FieldsError) as refused:
        own_address.wish(anna, "new@mail.example")
    assert "две минуты" in refused.value.fields["address"]


@pytest.mark.parametrize("address", ["", "anna", "anna@mail", "a@b.ru\r\nBcc: c@d.ru"])
def test_what_is_no_address_is_refused(anna: Viewer, server: MailServer, address: str) -> None:
    with pytest.raises(FieldsError):
        own_address.wish(anna, address)


def test_without_mail_the_administrator_changes_the_address(anna: Viewer) -> None:
    with pytest.raises(RefusedError, match="системный администратор"):
        own_address.wish(anna, "new@mail.example")


def test_an_address_that_bounced_works_again_once_confirmed(anna: Viewer, server: MailServer) -> None:
    addresses.bounce("old@mail.example", "550 unknown")
    db.session.commit()
    own_address.wish(anna, "old@mail.example")
    assert sending.run() == 1
    own_address.confirm(anna, token(server))
    assert addresses.of([anna.person_id])[anna.person_id].works


def test_r3_11_administration_and_support_are_told_by_mail(anna: Viewer, server: MailServer) -> None:
    write_to(factories.make_person("Завучева", (Role.ADMINISTRATION,)), "zavuch@college.example")
    factories.make_person("Админов", (Role.SYSADMIN,))  # has no address
    compromises.report_without_password(anna, Told(now().date()))
    assert notify.dispatch() == 1
    assert notify.dispatch() == 0
    sending.run()
    (message,) = server.received
    assert message["To"] == "zavuch@college.example"
    assert "компрометации" in message["Subject"]
    assert "https://journal.college.example/admin/compromises" in text_of(message)
    assert "Семёнов" not in message["Subject"] + text_of(message)
    assert notify.pending() == []


def test_r3_11_a_college_that_wants_it_so_reads_whose_account_it_is(anna: Viewer, server: MailServer) -> None:
    settings.put("mail.content", True)
    write_to(factories.make_person("Завучева", (Role.ADMINISTRATION,)))
    compromises.report_without_password(anna, Told(now().date()))
    notify.dispatch()
    sending.run()
    assert "Семёнова" in server.subjects[0]


def test_r3_11_a_one_time_link_comes_by_mail_and_works(anna: Viewer, server: MailServer) -> None:
    compromises.report_as_stranger(anna.username, Told(now().date()))
    notify.dispatch()
    sending.run()
    found = re.search(r"https://journal\.college\.example/compromise/(\S+)", text_of(server.received[-1]))
    assert found
    assert compromises.find_by_link(found[1]).id == anna.id


def test_r3_11_no_link_for_an_account_blocked_meanwhile(anna: Viewer, server: MailServer) -> None:
    compromises.report_as_stranger(anna.username, Told(now().date()))
    notify.dispatch()
    db.session.get_one(Account, anna.id).blocked_at = now()
    db.session.commit()
    assert sending.run() == 0


def test_notices_of_long_ago_are_not_mailed_when_mail_is_set_up(app: Flask, anna: Viewer) -> None:
    write_to(factories.make_person("Завучева", (Role.ADMINISTRATION,)))
    compromises.report_without_password(anna, Told(now().date()))
    assert notify.dispatch() == 0
    assert len(notify.pending()) == 1
    db.session.rollback()
    with mail_server() as made, mail_set_up(app, made.port), later(days=3):
        assert notify.dispatch() == 0
        assert notify.pending() == []
        assert letters.counts().queued == 0

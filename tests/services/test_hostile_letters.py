"""What people type into names, subjects and texts stays text in the letters that carry it: no element of a page, no
header of its own, no further receiver. Over a real mail server."""

from collections.abc import Iterator

import factories_diary as diary
import pytest
from attack.hostile import LONG, live_in
from factories import make_curator, make_journal, viewer_of
from factories_mail import MailServer, html_of, mail_server, mail_set_up, text_of, write_to
from flask import Flask

from ejournal.extensions import db
from ejournal.models import Letter
from ejournal.services import bulletins, letters, sending, settings

HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version",
    "Content-Type",
}  # fmt: skip
# Ends a header and begins others, a receiver among them; then a body of its own.
INJECTED = "Тема\r\nBcc: thief@mail.example\r\nX-Injected: yes\r\n\r\n<xss>"
TYPED = [
    LONG,
    INJECTED,
    'Колледж "Связь", <b@c.example>; a,b',
    "Тема\x01\x1b[2J\u2028Bcc: thief@mail.example",
    "т" * 600,
]


@pytest.fixture
def server(app: Flask) -> Iterator[MailServer]:
    with mail_server() as made, mail_set_up(app, made.port):
        yield made


@pytest.mark.parametrize("typed", TYPED)
def test_hostile_text_in_a_letter_stays_text(in_app: Flask, server: MailServer, typed: str) -> None:
    settings.put("college.short_name", typed)
    letters.add("plain", "one", "anna@mail.example", typed, f"{typed}\n\n{typed}")
    db.session.commit()
    assert sending.run() == 1
    _is_harmless(server)


@pytest.mark.parametrize("typed", TYPED)
def test_hostile_names_and_texts_in_a_letter_to_parents_stay_text(
    in_app: Flask, server: MailServer, typed: str
) -> None:
    journal = make_journal(students=1, lessons=1)
    mother = write_to(diary.make_parent(diary.make_child(journal.group)), "anna@mail.example")
    curator = make_curator(journal.group)
    curator.name, journal.group.title = typed[:60], typed[:20]
    db.session.commit()
    bulletins.send(viewer_of(curator), journal.group.id, typed[:150], typed, [mother.id])
    assert sending.run() == 1
    _is_harmless(server)


def _is_harmless(server: MailServer) -> None:
    (message,) = server.received
    assert set(message.keys()) == HEADERS
    assert len(message.keys()) == len(HEADERS)
    assert server.receivers == [["anna@mail.example"]]
    assert message["To"] == "anna@mail.example"
    (sender,) = message["From"].addresses
    assert sender.addr_spec == "journal@college.example"
    assert live_in(html_of(message)) == []
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert text_of(message)
    db.session.expire_all()
    assert [letter.state for letter in db.session.scalars(db.select(Letter))] == ["sent"]

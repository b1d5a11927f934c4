"""A real mail server for tests, and colleges that use it."""

import email
import email.policy
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from flask import Flask

from ejournal.extensions import db
from ejournal.models import Letter, Person
from ejournal.services import letters, settings

SENDER = "journal@college.example"
SITE = "https://journal.college.example"


@dataclass
class MailServer:
    """Takes letters; answers to RCPT and DATA as it is told to, one answer each, then «250»."""

    to_rcpt: list[str] = field(default_factory=list)
    to_data: list[str] = field(default_factory=list)
    # Closes the connection instead of answering to the text, whether it kept the letter or not.
    breaks_off: bool = False
    received: list[EmailMessage] = field(default_factory=list)
    receivers: list[list[str]] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(self, server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        answer = self.to_rcpt.pop(0) if self.to_rcpt else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self.to_data.pop(0) if self.to_data else "250 OK"
        if answer.startswith("250"):
            self.received.append(email.message_from_bytes(envelope.content, policy=email.policy.default))  # type: ignore[arg-type]
            self.receivers.append(list(envelope.rcpt_tos))
        if self.breaks_off:
            server.transport.abort()
        return answer

    @property
    def subjects(self) -> list[str]:
        return [str(message["Subject"]) for message in self.received]


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def mail_server() -> Iterator[MailServer]:
    handler = MailServer()
    handler.port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()


@contextmanager
def mail_set_up(app: Flask, port: int) -> Iterator[None]:
    """The college sends through a server on this port."""
    before = app.config["EJOURNAL"]
    app.config["EJOURNAL"] = replace(before, smtp_url=f"smtp://127.0.0.1:{port}")
    with app.app_context():
        settings.put("mail.sender", SENDER)
        settings.put("mail.site", SITE)
        db.session.commit()
    try:
        yield
    finally:
        app.config["EJOURNAL"] = before


def write_to(person: Person, address: str = "") -> Person:
    """Give a person an address."""
    person.email = address or f"person{person.id}@mail.example"
    db.session.commit()
    return person


def make_letter(key: str = "one", address: str = "anna@mail.example", **rest: Any) -> Letter:
    letter = letters.add("plain", key, address, "Тема", "Текст письма.", **rest)
    assert letter
    db.session.commit()
    return letter


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body
    return str(body.get_content()).replace("\r\n", "\n")


def html_of(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    assert body
    return str(body.get_content())

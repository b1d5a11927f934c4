"""A letter as it goes out: text and simple HTML, nothing fetched from anywhere, nothing that follows its reader."""

from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from flask import current_app

from ejournal.domain import smtp
from ejournal.services import mail, settings

NO_REPLY = "Письмо отправлено автоматически, ответы на него никто не читает."


@dataclass(frozen=True, slots=True)
class Content:
    """`groups`: a heading («Артём», may be empty) and the lines under it; `link`: its words and address."""

    subject: str
    paragraphs: list[str]
    groups: list[tuple[str, list[str]]] = field(default_factory=list)
    link: tuple[str, str] | None = None
    footer: str = NO_REPLY


def build(content: Content, address: str, message_id: str, moment: datetime) -> bytes:
    """The bytes to send. Raises ValueError for an address that cannot be sent to."""
    message = EmailMessage(policy=SMTP)
    college = settings.get("college.short_name")
    message["From"] = Address(display_name=_name(college), addr_spec=smtp.wire(mail.sender()))
    message["To"] = smtp.wire(address)
    message["Subject"] = _line(content.subject)
    message["Date"] = moment
    message["Message-ID"] = message_id
    # Holiday answers of mailboxes are not wanted (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    values = {"content": content, "college": college}
    # The templates' own environment, not the pages': there is no request and no viewer here.
    environment = current_app.jinja_env
    message.set_content(environment.get_template("mail/letter.txt").render(values))
    message.add_alternative(environment.get_template("mail/letter.html").render(values), subtype="html")
    return message.as_bytes()


def _name(text: str) -> str:
    """A name before an address: short enough for one line, since folding loses its quotes, and without what could be
    read as another address."""
    return _line(text.translate(str.maketrans('"<>\\', "    ")))[:60]


def _line(text: str) -> str:
    """One line without signs that no text has: a line's end would begin another header."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())

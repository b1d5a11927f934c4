"""Whether mail can be sent, through which server, as whom; and when the server was last out of reach."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app

from ejournal.domain import notices, smtp
from ejournal.domain.smtp import Server, SmtpUrlError
from ejournal.extensions import db
from ejournal.models.base import now
from ejournal.services import clock, settings

SENDER, SITE, TROUBLE = "mail.sender", "mail.site", "mail.trouble"


@dataclass(frozen=True, slots=True)
class Trouble:
    """The server could not be used `failures` times in a row; it is tried again at `next_at`."""

    failures: int
    at: datetime
    next_at: datetime
    error: str

    def is_over(self, moment: datetime) -> bool:
        """Whether the server may be tried; what a clock noted that was ahead does not keep it waiting."""
        return self.next_at <= moment or self.at > moment + clock.SLACK


def server() -> Server | None:
    """The server of EJOURNAL_SMTP_URL; None where there is none. Raises SmtpUrlError."""
    url = current_app.config["EJOURNAL"].smtp_url
    return smtp.parse_url(url) if url else None


def why_not() -> str:
    """Why no mail is sent, and what to do; empty where all is set up."""
    try:
        found = server()
    except SmtpUrlError as error:
        return str(error)
    if found is None:
        return "Почтовый сервер не указан: задайте EJOURNAL_SMTP_URL в окружении или smtp_url в instance/ejournal.toml."
    if not sender():
        return "Не указан адрес отправителя."
    if not settings.get(SITE):
        return "Не указан адрес журнала для ссылок в письмах."
    return ""


def is_ready() -> bool:
    return not why_not()


def sender() -> str:
    """The address letters come from: the college's setting, or the server's user where that is an address."""
    chosen: str = settings.get(SENDER)
    if chosen:
        return chosen
    try:
        found = server()
    except SmtpUrlError:
        return ""
    return found.user if found and smtp.is_address(found.user) else ""


def link(path: str) -> str:
    """The full address of a page of ours: from the college's setting, never from what a request claims."""
    return settings.get(SITE).rstrip("/") + path


def path_of(endpoint: str, **values: Any) -> str:
    """The path of a page, outside of any request."""
    return current_app.url_map.bind("").build(endpoint, values)


def trouble() -> Trouble | None:
    stored: dict[str, Any] | None = settings.get(TROUBLE)
    if stored is None:
        return None
    at, next_at = (datetime.fromisoformat(stored[name]) for name in ("at", "next"))
    return Trouble(stored["failures"], at, next_at, stored["error"])


def note_trouble(error: str) -> None:
    """The server is out of reach: wait longer each time. Commits."""
    settings.forget()  # another process may have noted more
    known, moment = trouble(), now()
    failures = known.failures + 1 if known else 1
    next_at = moment + notices.server_retry_after(failures)
    stored = {"failures": failures, "at": moment.isoformat(), "next": next_at.isoformat(), "error": error[:500]}
    settings.put(TROUBLE, stored)
    db.session.commit()


def note_well() -> None:
    """The server answers again. Commits."""
    if trouble():
        settings.put(TROUBLE, None)
        db.session.commit()

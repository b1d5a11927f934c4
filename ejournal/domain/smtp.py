"""What mail servers say, and addresses of people and servers (RFC 5321, 3463): as pure functions."""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs, unquote, urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
WHOLE = re.compile(r"[^\s@<>(),:;\"\[\]\\]+@[^\s@<>(),:;\"\[\]\\]+\.[^\s@.<>(),:;\"\[\]\\]{2,}")
# «5.7.1»: relaying, spam, policy. Not the receiver's fault: the address itself may be well.
POLICY = re.compile(r"\b5\.7\.\d+")
# «5.1.1 … 5.2.2»: no such mailbox, switched off. A full one (5.2.2) is told for good by some servers.
MAILBOX = re.compile(r"\b5\.(?:1|2)\.\d+")


class Verdict(StrEnum):
    LATER = "later"
    ADDRESS = "address"
    REFUSED = "refused"


class SmtpUrlError(ValueError):
    """EJOURNAL_SMTP_URL cannot be used; the message (Russian) says what to mend."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is given to. `tls`: from the first byte (smtps://); `starttls`: after a greeting."""

    host: str
    port: int
    tls: bool
    starttls: bool
    user: str
    password: str

    def __str__(self) -> str:
        """For people: without the password."""
        how = "TLS" if self.tls else "STARTTLS" if self.starttls else "без шифрования"
        return f"{self.host}:{self.port}, {how}" + (f", пользователь {self.user}" if self.user else "")


def parse_url(url: str) -> Server:
    """`smtp://user:password@host:587?starttls`, `smtps://host`. Raises SmtpUrlError."""
    parts = urlsplit(url.strip())
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise SmtpUrlError("EJOURNAL_SMTP_URL должен быть вида smtp://имя:пароль@сервер:587?starttls или smtps://…")
    try:
        port = parts.port
    except ValueError:
        raise SmtpUrlError("В EJOURNAL_SMTP_URL неверный номер порта.") from None
    tls = parts.scheme == "smtps"
    starttls = not tls and "starttls" in parse_qs(parts.query, keep_blank_values=True)
    server = Server(
        parts.hostname, port or (465 if tls else 587 if starttls else 25), tls, starttls,
        unquote(parts.username or ""), unquote(parts.password or ""),
    )  # fmt: skip
    if server.user and not (tls or starttls) and server.host not in LOOPBACK:
        raise SmtpUrlError("Пароль почты не передаётся без шифрования: допишите ?starttls или используйте smtps://.")
    return server


def is_address(text: str) -> bool:
    """Whether it looks like an address; whether it works only a letter can tell."""
    return len(text) <= 250 and WHOLE.fullmatch(text) is not None


def wire(address: str) -> str:
    """The address as servers understand it: the domain in ASCII. Raises ValueError for what cannot be sent to."""
    local, _, domain = address.strip().rpartition("@")
    if not local or not local.isascii():
        raise ValueError(address)
    return f"{local}@{domain.encode('idna').decode('ascii')}"


def verdict(code: int, text: str, *, at_recipient: bool) -> Verdict:
    """What a refusal means. `at_recipient`: said to the address, not to the letter's text.

    Codes of 4xx ask to come later. Of 5xx only what is said of the mailbox speaks against the address.
    """
    if code < 500:
        return Verdict.LATER
    if POLICY.search(text):
        return Verdict.REFUSED
    return Verdict.ADDRESS if at_recipient or MAILBOX.search(text) else Verdict.REFUSED

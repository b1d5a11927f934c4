"""One conversation with the mail server, in which it is always known whether a letter was handed over.

smtplib's sendmail() does not say at which step it failed; here each step is asked of its own (RFC 5321).
"""

import smtplib
import ssl
from collections.abc import Callable

from ejournal.domain import smtp
from ejournal.domain.smtp import Server, Verdict

TIMEOUT = 20.0


class ServerError(Exception):
    """The server cannot be reached or will not serve us at all: no letter's fault. Nothing was handed over."""


class RefusedError(Exception):
    """This letter was refused, for now or for good (`verdict`). Nothing was handed over."""

    def __init__(self, verdict: Verdict, message: str) -> None:
        super().__init__(message)
        self.verdict = verdict


class UncertainError(Exception):
    """The connection broke after the text was on its way: it may have arrived."""


class Connection:
    """Open for as many letters as there are. Raises ServerError."""

    def __init__(self, server: Server, timeout: float = TIMEOUT) -> None:
        try:
            self._client = _open(server, timeout)
        except (OSError, UnicodeError) as error:  # smtplib's and ssl's own errors are OSErrors
            raise ServerError(_words(error, server)) from error

    def deliver(self, sender: str, address: str, message: bytes, about_to_send: Callable[[], bool]) -> bool:
        """Hand a letter over. `about_to_send` is called at the last moment at which it surely was not; where it
        returns False, the letter is left alone, and so does this. Raises ServerError, RefusedError, UncertainError."""
        try:
            self._ask(self._client.mail(smtp.wire(sender)), "отправитель", sender_fault=True)
            try:
                receiver = smtp.wire(address)
            except ValueError:
                raise RefusedError(Verdict.ADDRESS, "Такого адреса не бывает: проверьте его.") from None
            self._ask(self._client.rcpt(receiver), "получатель", at_recipient=True)
        except OSError as error:
            raise ServerError(_plain(error)) from error
        if not about_to_send():
            self._reset()
            return False
        try:
            reply = self._client.data(message)
        except smtplib.SMTPDataError as error:
            reply = (error.smtp_code, _bytes(error.smtp_error))
        except OSError as error:
            raise UncertainError(_plain(error)) from error
        self._ask(reply, "текст")
        return True

    def close(self) -> None:
        try:
            self._client.quit()
        except OSError:
            self._client.close()

    def _ask(
        self, reply: tuple[int, bytes], what: str, *, at_recipient: bool = False, sender_fault: bool = False
    ) -> None:
        code, text = reply[0], reply[1].decode("utf-8", "replace")
        if 200 <= code < 300:
            return
        said = f"{what}: {code} {' '.join(text.split())}"[:500]
        if code == 421 or sender_fault:
            raise ServerError(said)
        self._reset()
        raise RefusedError(smtp.verdict(code, text, at_recipient=at_recipient), said)

    def _reset(self) -> None:
        try:
            self._client.rset()
        except OSError:
            self._client.close()


def _open(server: Server, timeout: float) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    client: smtplib.SMTP
    if server.tls:
        client = smtplib.SMTP_SSL(server.host, server.port, timeout=timeout, context=trusted)
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=timeout)
    try:
        client.ehlo_or_helo_if_needed()
        if server.starttls:
            client.starttls(context=trusted)
            client.ehlo()
        if server.user:
            client.login(server.user, server.password)
    except BaseException:
        client.close()
        raise
    return client


def _words(error: Exception, server: Server) -> str:
    """What went wrong on the way to the server, and what to look at."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return (
            f"Сервер не принял имя или пароль ({error.smtp_code} {_bytes(error.smtp_error).decode(errors='replace')})."
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"Сертификату сервера {server.host} нельзя верить: {error.verify_message}."
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return f"Сервер не умеет того, что от него просят: {error}. Проверьте порт и ?starttls."
    if isinstance(error, TimeoutError):
        return f"Сервер {server.host}:{server.port} не отвечает. Проверьте адрес, порт и сетевой экран."
    if isinstance(error, ConnectionRefusedError):
        return f"На {server.host}:{server.port} никто не принимает почту. Проверьте адрес и порт."
    return f"Не удалось связаться с {server.host}:{server.port}: {_plain(error)}"


def _plain(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_bytes(error.smtp_error).decode(errors='replace')}"
    return str(error) or type(error).__name__


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()

"""Mail as the system administrator sets it up: sender, address of the journal, holds; a trial letter (п. 4.2, 4.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ejournal.access import Viewer
from ejournal.domain import smtp
from ejournal.domain.numbers import whole
from ejournal.extensions import db
from ejournal.models.base import now
from ejournal.services import letter_format, letters, log, mail, settings
from ejournal.services.errors import FieldsError, RefusedError
from ejournal.services.letter_format import Content
from ejournal.services.smtp_connection import Connection, ServerError, UncertainError
from ejournal.services.smtp_connection import RefusedError as LetterRefusedError

# Field of the form → setting, and what people call it.
FIELDS = {
    "sender": ("mail.sender", "Адрес отправителя"),
    "site": ("mail.site", "Адрес журнала для ссылок"),
    "content": ("mail.content", "Содержание в письмах"),
    "hold": ("notices.hold_minutes", "Оценки и задания: выдержка, минут"),
    "absence": ("notices.absence_minutes", "Пропуски: выдержка, минут"),
    "digest": ("notices.digest_hour", "Час ежедневного письма"),
}
NUMBERS = {"hold": (0, 1440), "absence": (0, 1440), "digest": (8, 21)}
# Somebody waits for the answer.
TRIAL_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class State:
    """Everything the page shows of the mail."""

    server: str
    why_not: str
    counts: letters.Counts
    trouble: mail.Trouble | None


def state() -> State:
    try:
        server = mail.server()
    except smtp.SmtpUrlError:
        server = None
    return State(str(server) if server else "", mail.why_not(), letters.counts(), mail.trouble())


def load() -> dict[str, Any]:
    return {field: settings.get(key) for field, (key, _title) in FIELDS.items()}


def save(actor: Viewer, form: Mapping[str, str]) -> int:
    """Store what differs, each change with its own entry of the log. Returns how many. Raises FieldsError."""
    clean, errors = _checked(form)
    if errors:
        raise FieldsError(errors)
    before = load()
    changed = [field for field in FIELDS if clean[field] != before[field]]
    for field in changed:
        key, title = FIELDS[field]
        settings.put(key, clean[field])
        log.record(actor, "setting", "update", before=f"{title}: {_words(before[field])}", after=_words(clean[field]))
    db.session.commit()
    return len(changed)


def try_out(actor: Viewer, address: str) -> str:
    """Send a letter now, past the queue, and say how it went. Raises FieldsError, RefusedError."""
    address = address.strip()
    if not smtp.is_address(address):
        raise FieldsError({"address": "Укажите адрес, на который отправить: имя@сервер.ru."})
    if why := mail.why_not():
        raise RefusedError(why)
    server, sender = mail.server(), mail.sender()
    assert server is not None
    text = "Это пробное письмо электронного журнала: почта работает."
    content = Content("Пробное письмо", [text], link=("Открыть журнал", mail.link("/")))
    message = letter_format.build(content, address, letters.new_message_id(), now())
    log.record(actor, "mail", "trial", after=address)
    db.session.commit()  # nobody waits for the database while the server is asked
    try:
        connection = Connection(server, TRIAL_TIMEOUT)
        try:
            connection.deliver(sender, address, message, lambda: True)
        finally:
            connection.close()
    except (ServerError, LetterRefusedError, UncertainError) as error:
        raise RefusedError(f"Письмо не отправлено. {error}") from error
    mail.note_well()
    return f"Сервер {server.host} принял письмо для {address}. Проверьте ящик, и папку «Спам» тоже."


def _checked(form: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    clean: dict[str, Any] = {field: form.get(field, "").strip() for field in FIELDS}
    errors = {}
    if clean["sender"] and not smtp.is_address(clean["sender"]):
        errors["sender"] = "Это не похоже на адрес: нужно имя@сервер.ru."
    if clean["site"] and not _is_site(clean["site"]):
        errors["site"] = "Нужен полный адрес, как в браузере: https://journal.college.ru"
    clean["content"] = clean["content"] == "1"
    for field, (least, most) in NUMBERS.items():
        number = whole(clean[field], least, most)
        if number is not None:
            clean[field] = number
        else:
            errors[field] = f"Целое число от {least} до {most}."
    return clean, errors


def _is_site(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query and not parts.fragment


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "что нового" if value else "только ссылка"
    return str(value) or "пусто"

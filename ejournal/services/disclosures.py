"""The register of extracts given to authorised bodies (R2.1.a): entries are added and struck out, never deleted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ejournal.access import Viewer
from ejournal.domain import numbers
from ejournal.domain.names import fold
from ejournal.extensions import db
from ejournal.models import Disclosure, Person
from ejournal.models.base import now
from ejournal.services import files, log, people, settings
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError
from ejournal.services.files import Download, Upload

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Filter:
    """What to show; empty fields do not narrow. `text` is looked for in the body, the ground and the person's name."""

    text: str = ""
    since: date | None = None
    until: date | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates of the form, each None where there is none or it cannot be read."""

    document_date: date | None
    given_on: date | None
    since: date | None
    until: date | None


def search(wanted: Filter) -> tuple[list[Disclosure], int, int]:
    """The page's entries, the newest first; how many there are, and how many pages."""
    query = select(Disclosure).options(*_WHO).order_by(Disclosure.given_on.desc(), Disclosure.id.desc())
    if wanted.since:
        query = query.where(Disclosure.given_on >= wanted.since)
    if wanted.until:
        query = query.where(Disclosure.given_on <= wanted.until)
    # A college gives some dozens a year; SQLite knows no capital letters of ours, so words are compared here.
    key = fold(wanted.text)
    found = [row for row in db.session.scalars(query) if key in _words(row)]
    start = (wanted.page - 1) * PAGE_SIZE
    return found[start : start + PAGE_SIZE], len(found), numbers.pages(len(found), PAGE_SIZE)


def find(disclosure_id: int) -> Disclosure:
    """Raises NotFoundError."""
    found = db.session.scalar(select(Disclosure).where(Disclosure.id == disclosure_id).options(*_WHO))
    if found is None:
        raise NotFoundError
    return found


def to_give(disclosure_id: int) -> Disclosure:
    """The entry of which an extract is made. Raises NotFoundError, RefusedError (a struck entry)."""
    found = find(disclosure_id)
    if found.struck_at:
        raise RefusedError("Запись вычеркнута из реестра, выписки по ней нет (п. 2.1). Внесите новую запись.")
    return found


def record(
    actor: Viewer, person_id: int, form: Mapping[str, str], dates: Dates, upload: Upload | None = None
) -> Disclosure:
    """Enter what is given to whom. Raises NotFoundError, FieldsError, RefusedError (the scan)."""
    people.find(person_id)
    text = {name: " ".join(form.get(name, "").split()) for name in (*REQUIRED, "official", "document_number")}
    if errors := _wrong(text, dates):
        raise FieldsError(errors)
    scan = None
    if upload is not None:
        db.session.rollback()  # nobody waits for the database while the file is written
        scan = files.keep(actor, upload)
    person = people.find(person_id)
    made = Disclosure(
        person_id=person.id, **text, document_date=dates.document_date, given_on=dates.given_on, since=dates.since,
        until=dates.until, file=scan, recorded_by=actor.person_id,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    log.record(
        actor, "disclosure", "create", after=f"{made.body}: {made.given}", reason=made.ground, details=_about(person)
    )
    db.session.commit()
    return made


def strike(actor: Viewer, disclosure_id: int, reason: str) -> None:
    """Mark a mistaken entry; it stays readable, with the reason. Raises NotFoundError, RefusedError."""
    found = find(disclosure_id)
    if found.struck_at:
        raise RefusedError("Эта запись уже вычеркнута.")
    if not reason.strip():
        raise RefusedError("Укажите, почему запись ошибочна: запись остаётся в реестре вместе с причиной.")
    found.struck_at, found.struck_by, found.struck_reason = now(), actor.person_id, reason.strip()
    log.record(
        actor, "disclosure", "strike", before=f"{found.body}: {found.given}", reason=reason.strip(),
        details=_about(found.person),
    )  # fmt: skip
    db.session.commit()


def scan_of(disclosure_id: int) -> Download:
    """Raises NotFoundError."""
    found = find(disclosure_id)
    if found.file is None:
        raise NotFoundError
    return files.open_stored(found.file)


REQUIRED = {
    "body": "Какой орган запросил: например, «ОМВД по Светлоярскому району».",
    "ground": "На каком основании: статья закона, номер дела, запрос.",
    "given": "Что выдано: например, «выписка об успеваемости и посещаемости за I семестр».",
}


def _wrong(text: Mapping[str, str], dates: Dates) -> dict[str, str]:
    today = settings.today()
    errors = {name: hint for name, hint in REQUIRED.items() if not text[name]}
    for name in ("body", "official"):
        if len(text[name]) > 250:
            errors[name] = "Не длиннее 250 знаков."
    if len(text["document_number"]) > 50:
        errors["document_number"] = "Не длиннее 50 знаков."
    if dates.given_on is None or dates.given_on > today:
        errors["given_on"] = "Укажите день выдачи, не позже сегодняшнего."
    if dates.document_date and dates.document_date > today:
        errors["document_date"] = "Дата запроса — не позже сегодняшней."
    if dates.since is None:
        errors["since"] = "Укажите первый день, о котором выписка."
    if dates.until is None or (dates.since and dates.until < dates.since):
        errors["until"] = "Укажите последний день, не раньше первого."
    return errors


def _words(row: Disclosure) -> str:
    return fold(" ".join((row.body, row.official, row.ground, row.document_number, row.given, row.person.full_name)))


def _about(person: Person) -> dict[str, Any]:
    return {"person_id": person.id, "name": person.full_name}


_WHO = (
    joinedload(Disclosure.person),
    joinedload(Disclosure.recorder),
    joinedload(Disclosure.striker),
    joinedload(Disclosure.file),
)

"""The register of printed documents: a number and a code before printing, the hash after it, recognising (п. 3.7)."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ejournal.access import OVERSEERS, Viewer
from ejournal.extensions import db
from ejournal.models import IssuedDocument, Person
from ejournal.models.base import now
from ejournal.services import log, settings
from ejournal.services.errors import RefusedError
from ejournal.services.passwords import ALPHABET

# What can be issued, in the words people see; none of them names a person.
KINDS = {
    "statement": "выписка из электронного журнала",
    "slips": "коды доступа",
    "consent": "бланк согласия на обработку персональных данных",
    "extract": "выписка по запросу уполномоченного органа",
    "attendance": "ведомость посещаемости",
    "consolidated": "сводная ведомость успеваемости",
    "exam-sheet": "экзаменационная ведомость",
    "timetable": "расписание занятий",
    "replacements": "лист замен",
    "journal": "журнал учебных занятий",
    "group-journal": "журнал учебной группы",
    "group-view": "ведомость группы по всем дисциплинам",
    "student-view": "сведения об обучающемся",
    "report": "отчёт",
    "control": "отчёт о соблюдении сроков",
}
CODE_LENGTH = 12  # of 31 signs: 59 bits, and all a right guess gives is a number and a date
LISTED = 30


@dataclass(frozen=True, slots=True)
class Entry:
    """What the register keeps of one document. `details`: who asked for it and on what ground (п. 2.1)."""

    kind: str
    title: str
    subject_ids: Sequence[int] = ()
    details: dict[str, str] | None = field(default=None)


def reserve(actor: Viewer, entries: Sequence[Entry]) -> list[IssuedDocument]:
    """Take a number and a code for each document, in one transaction: printing takes long, numbers may not wait."""
    rows = []
    for entry in entries:
        code = new_code()
        row = IssuedDocument(
            kind=entry.kind, title=entry.title[:250], subject_ids=list(entry.subject_ids), details=entry.details,
            number=code, code=code, issued_by=actor.person_id,
        )  # fmt: skip
        db.session.add(row)
        rows.append(row)
    db.session.flush()
    year = settings.today().year
    for row in rows:
        row.number = f"{row.id}/{year % 100:02}"
    db.session.commit()
    return rows


def complete(actor: Viewer, rows: Sequence[IssuedDocument], content: bytes, pages: Sequence[int]) -> None:
    """The documents are in this file: from now on they are recognised. One log entry each."""
    digest = hashlib.sha256(content).hexdigest()
    for row, number in zip(rows, pages, strict=True):
        row.sha256, row.pages, row.issued_at = digest, number, now()
        db.session.add(row)
        only = row.subject_ids[0] if len(row.subject_ids) == 1 else None
        log.record(
            actor, "document", "print", after=f"№ {row.number}: {row.title}", student_id=only,
            details={"document_id": row.id, **(row.details or {})},
        )  # fmt: skip
    db.session.commit()


def new_code() -> str:
    """«K7QM-2HBD-93XE»: signs that cannot be taken for one another on paper."""
    signs = [secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)]
    return "-".join("".join(signs[start : start + 4]) for start in range(0, CODE_LENGTH, 4))


def by_code(code: str) -> IssuedDocument:
    """The document with this code. Raises RefusedError where no such one was issued."""
    signs = "".join(sign for sign in code.upper() if sign.isalnum())
    wanted = "-".join(signs[start : start + 4] for start in range(0, len(signs), 4))
    row = db.session.scalar(_issued().where(IssuedDocument.code == wanted[:32]))
    if row is None:
        raise RefusedError("Документа с таким кодом колледж не выдавал. Проверьте код: он напечатан под QR-кодом.")
    return row


def by_file(stream: IO[bytes]) -> list[IssuedDocument]:
    """The documents handed out in exactly this file. Raises RefusedError: not ours, or altered since."""
    digest = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
    rows = list(db.session.scalars(_issued().where(IssuedDocument.sha256 == digest).order_by(IssuedDocument.id)))
    if not rows:
        raise RefusedError(
            f"Файл не совпадает ни с одним выданным документом: его изменили, или он выдан не здесь. "
            f"Его контрольная сумма: {digest}."
        )
    return rows


def recent(viewer: Viewer) -> list[IssuedDocument]:
    """The newest documents: one's own, for administration everybody's."""
    query = _issued().order_by(IssuedDocument.id.desc()).limit(LISTED)
    return list(
        db.session.scalars(
            query if viewer.holds(OVERSEERS) else query.where(IssuedDocument.issued_by == viewer.person_id)
        )
    )


def subjects_of(viewer: Viewer, row: IssuedDocument) -> list[str]:
    """Names of those the document is about, for who issued it and for administration; nobody else is told."""
    if not (viewer.holds(OVERSEERS) or row.issued_by == viewer.person_id):
        return []
    people = db.session.scalars(select(Person).where(Person.id.in_(row.subject_ids)).order_by(Person.skey, Person.id))
    return [person.full_name for person in people]


def _issued() -> Any:
    return select(IssuedDocument).where(IssuedDocument.sha256.is_not(None)).options(joinedload(IssuedDocument.issuer))

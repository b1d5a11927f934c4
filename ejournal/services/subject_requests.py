"""Requests of persons for what is held about them (R4.1.c; 152-ФЗ, ст. 14, 20): the register and the answer."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ejournal.access import Viewer
from ejournal.domain import terms
from ejournal.extensions import db
from ejournal.models import Person, SubjectRequest
from ejournal.models.base import now
from ejournal.services import log, people, personal_data, school_days, settings
from ejournal.services.errors import FieldsError, NotFoundError
from ejournal.services.personal_data import Collected

PAGE_SIZE = 100


def search(open_only: bool, page: int) -> tuple[list[SubjectRequest], bool]:
    """The register, the newest first, and whether there is more."""
    query = select(SubjectRequest).options(*_WHO).order_by(SubjectRequest.id.desc())
    if open_only:
        query = query.where(SubjectRequest.answered_at.is_(None))
    rows = db.session.scalars(query.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE + 1)).all()
    return list(rows[:PAGE_SIZE]), len(rows) > PAGE_SIZE


def find(request_id: int) -> SubjectRequest:
    """Raises NotFoundError."""
    found = db.session.scalar(select(SubjectRequest).where(SubjectRequest.id == request_id).options(*_WHO))
    if found is None:
        raise NotFoundError
    return found


def record(actor: Viewer, person_id: int, asked_on: date | None, form: Mapping[str, str]) -> SubjectRequest:
    """Register a request; the term is counted from its date. Raises NotFoundError, FieldsError."""
    person = people.find(person_id)
    if asked_on is None or asked_on > settings.today():
        raise FieldsError({"asked_on": "Укажите дату запроса, не позже сегодняшней."})
    made = SubjectRequest(
        person_id=person.id, asked_on=asked_on, due=due(asked_on), applicant=form.get("applicant", "").strip()[:250],
        number=form.get("number", "").strip()[:50], note=form.get("note", "").strip(), recorded_by=actor.person_id,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    log.record(
        actor, "subject-request", "create", after=f"от {asked_on:%d.%m.%Y}, срок {made.due:%d.%m.%Y}",
        details=_about(person),
    )  # fmt: skip
    db.session.commit()
    return made


def due(asked_on: date) -> date:
    """The last day to answer: 10 working days, by the production calendar as far as the college has filled it in."""
    return terms.subject_request_due(asked_on, school_days.working(), settings.get("terms"))


def answer(actor: Viewer, request_id: int) -> tuple[SubjectRequest, Collected]:
    """Collect everything held about the person; the first time answers the request. Each time is in the log."""
    found = find(request_id)
    collected = personal_data.collect(found.person)
    if found.answered_at is None:
        found.answered_at, found.answered_by = now(), actor.person_id
    rows = sum(len(section.rows) for section in collected.sections)
    log.record(actor, "subject-request", "answer", after=f"записей: {rows}", details=_about(found.person))
    db.session.commit()
    return found, collected


def _about(person: Person) -> dict[str, object]:
    return {"person_id": person.id, "name": person.full_name}


_WHO = (
    joinedload(SubjectRequest.person),
    joinedload(SubjectRequest.recorder),
    joinedload(SubjectRequest.answerer),
)

"""What documents about absences ask of a teacher: one request a document and journal, one action (п. 4.3)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import joinedload

from ejournal.access import Viewer, ever_taught, teaches
from ejournal.domain import absences
from ejournal.domain.absences import Standing
from ejournal.domain.notation import Value
from ejournal.domain.reasons import SHORTEST_REASON
from ejournal.extensions import db
from ejournal.models import AbsencePaper, AbsenceRequest, AcademicYear, Course
from ejournal.models.base import now
from ejournal.services import absence_lessons, cell_context, cells, log, notify, settings
from ejournal.services.absence_cover import span_words
from ejournal.services.absence_lessons import BATCH, Concern
from ejournal.services.cell_context import Place
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError, ServiceError

ANSWERED_SHOWN = timedelta(days=30)
MOST_ANSWERED = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as its teacher sees it: whose absences and when, never the paper itself (п. 2.1)."""

    id: int
    request: AbsenceRequest
    concern: Concern
    standing: Standing

    @property
    def span(self) -> str:
        return span_words(self.request.paper.since, self.request.paper.until)


@dataclass(frozen=True, slots=True)
class Done:
    """What accepting did: lessons changed, and why some were not."""

    lessons: int
    refused: list[str]


def waiting(viewer: Viewer) -> list[Asked]:
    """The requests that wait for the viewer's answer, by student; three queries however many."""
    found = absence_lessons.asking(viewer, _own)
    concerns = absence_lessons.load(sorted(found))
    asked = [_asked(request, concerns[request.id]) for request in _requests(AbsenceRequest.id.in_(found))]
    return sorted(asked, key=lambda one: (one.request.paper.student.skey, one.request.paper.since, one.id))


def count(viewer: Viewer) -> int:
    """How many requests wait for the viewer's answer."""
    return len(absence_lessons.asking(viewer, _own))


def answered(viewer: Viewer) -> list[AbsenceRequest]:
    """What the viewer's journals answered of late, the newest first."""
    recent = AbsenceRequest.answered_at >= now() - ANSWERED_SHOWN
    own = teaches(viewer, AbsenceRequest.course_id, settings.today())
    found = _requests(and_(own, recent, AbsenceRequest.answer != Standing.WAITING))
    return sorted(found, key=lambda one: (one.answered_at, one.id), reverse=True)[:MOST_ANSWERED]


def accept(actor: Viewer, request_id: int) -> Done:
    """Change what the request asks. Raises NotFoundError, ClosedError, RefusedError."""
    request = _find(actor, request_id)
    concern = absence_lessons.load([request.id])[request.id]
    asked = {spot.work_id: spot.asked for spot in concern.spots if spot.asked}
    if not asked:
        raise RefusedError("Менять нечего: отметок, о которых говорит документ, в журнале уже нет.")
    student_id = request.paper.student_id
    places = cell_context.load(actor, request.course_id, [student_id], sorted(asked))
    changes, refused = _checked(list(places.values()), asked)
    request.answer, request.reason = Standing.ACCEPTED, ""
    request.answered_by, request.answered_at = actor.person_id, now()
    log.record(actor, "absence", "accept", after=_words(request), course_id=request.course_id, student_id=student_id)
    batch = f"{BATCH}{request.paper_id}-{secrets.token_hex(4)}"
    cells.write_batch(actor, changes, "absence", batch, _ground(request.paper), excused=True)
    return Done(len({place.lesson_id for place, _value in changes}), refused)


def accept_all(actor: Viewer) -> Done:
    """Accept whatever waits; what can't be changed is told and left waiting."""
    lessons, refused = 0, []
    for asked in waiting(actor):
        try:
            done = accept(actor, asked.id)
        except ServiceError as error:
            db.session.rollback()
            refused.append(f"{asked.request.paper.student.short_name}, {asked.request.course.title}: {error.message}")
        else:
            lessons += done.lessons
            refused += done.refused
    return Done(lessons, refused)


def decline(actor: Viewer, request_id: int, reason: str) -> None:
    """Leave the marks of absence as they are, for a reason that the group's leader sees.

    Raises NotFoundError, FieldsError.
    """
    request = _find(actor, request_id)
    if len(reason.strip()) < SHORTEST_REASON:
        raise FieldsError({"reason": "Напишите, почему отметки не меняются."})
    request.answer, request.reason = Standing.DECLINED, reason.strip()[:2000]
    request.answered_by, request.answered_at = actor.person_id, now()
    log.record(
        actor, "absence", "decline", after=_words(request), reason=request.reason,
        course_id=request.course_id, student_id=request.paper.student_id,
    )  # fmt: skip
    if request.paper.decided_by:
        text = f"{_words(request)}. Преподаватель не изменил отметки: {request.reason}"
        notify.add("absence-declined", [request.paper.decided_by], "Запрос по документу о пропусках отклонён", text)
    db.session.commit()


def _own(viewer: Viewer, today: date) -> ColumnElement[bool]:
    """Requests to the journals the viewer keeps now; a closed year is the archive's."""
    taught = teaches(viewer, AbsenceRequest.course_id, today)
    return and_(AbsenceRequest.course_id.in_(ever_taught(viewer)), taught, AcademicYear.closed_at.is_(None))


def _find(actor: Viewer, request_id: int) -> AbsenceRequest:
    own = teaches(actor, AbsenceRequest.course_id, settings.today())
    found = _requests(and_(own, AbsenceRequest.id == request_id))
    if not found or found[0].paper.state not in (absences.REGISTERED, absences.WITHDRAWN):
        raise NotFoundError
    return found[0]


def _requests(wanted: ColumnElement[bool]) -> Sequence[AbsenceRequest]:
    course = joinedload(AbsenceRequest.course)
    query = (
        select(AbsenceRequest)
        .where(wanted)
        .options(
            joinedload(AbsenceRequest.paper).joinedload(AbsencePaper.student),
            joinedload(AbsenceRequest.answerer),
            course.joinedload(Course.group),
            course.joinedload(Course.subgroup),
            course.joinedload(Course.discipline),
        )
        .order_by(AbsenceRequest.id)
    )
    return db.session.scalars(query).all()


def _asked(request: AbsenceRequest, concern: Concern) -> Asked:
    return Asked(request.id, request, concern, concern.standing(request.answer))


def _checked(places: Sequence[Place], asked: dict[int, Any]) -> tuple[list[tuple[Place, Value]], list[str]]:
    """What can be written, and why the rest can't. Raises the reason where nothing can."""
    changes, errors = [], []
    for place in places:
        try:
            cells.check_may_write(place)
            changes.append((place, Value(asked[place.work_id], place.value.mark)))
        except ServiceError as error:
            errors.append((place, error))
    if not changes:
        raise errors[0][1]
    return changes, [f"{place.date:%d.%m}: {error.message}" for place, error in errors]


def _words(request: AbsenceRequest) -> str:
    """What the log tells of a request: no name of who issued the paper."""
    paper = request.paper
    return f"{paper.kind_title}, {paper.code} {span_words(paper.since, paper.until)}, {request.course.title}"


def _ground(paper: AbsencePaper) -> str:
    """The reason that stands beside each changed cell."""
    dates = span_words(paper.since, paper.until)
    if paper.state == absences.WITHDRAWN:
        return f"документ отозван: {paper.kind_title} {dates} (п. 4.3)"
    return f"{paper.kind_title} {dates} (п. 4.3)"

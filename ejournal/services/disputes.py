"""Disputing a mark and answering it (п. 4.5): the student asks in time, the teacher corrects or upholds it."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ejournal.access import Viewer
from ejournal.domain import disputes as rules
from ejournal.domain import terms
from ejournal.domain.disputes import CORRECTED, OPEN, UPHELD
from ejournal.domain.notation import Value
from ejournal.domain.reasons import SHORTEST_REASON
from ejournal.extensions import db
from ejournal.models import Cell, Dispute
from ejournal.models.base import now
from ejournal.services import absence_asking, cell_context, cells, diary_mark, dispute_lists, log, notify, settings
from ejournal.services.cell_context import Place
from ejournal.services.diary_mark import MarkDetail
from ejournal.services.errors import FieldsError, ForbiddenError, NotFoundError, RefusedError

LONGEST_TEXT = 2000
ASKED_ALREADY = "Об этой оценке уже спрашивали: ответ преподавателя — в дневнике."


@dataclass(frozen=True, slots=True)
class Answer:
    """What the teacher decided; `value` is typed as into the cell, over the version she saw."""

    decision: str
    reason: str
    value: str = ""
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """What can be done about one mark of the diary: `refusal` says why it can't be disputed, "" where it can."""

    refusal: str
    until: date | None
    answer_days: int
    disputes: list[Dispute]
    is_own: bool


def panel(detail: MarkDetail) -> Panel:
    """The disputes of a mark and whether the student may ask now. One query."""
    query = select(Dispute).where(Dispute.cell_id == detail.cell.id).order_by(Dispute.id.desc())
    found = list(db.session.scalars(dispute_lists.with_people(query)))
    values = settings.get("terms")
    given = _given_at(detail)
    given_on = settings.local(given).date() if given else None
    disputed = any(dispute.given_at == given for dispute in found)
    refusal = rules.why_not(detail.cell.mark, given_on, settings.today(), disputed, values)
    until = terms.dispute_due(given_on, values) if given_on else None
    days = terms.term_value("dispute_answer", values)
    assert isinstance(days, int)
    return Panel(refusal, until, days, found, detail.diary.is_own)


def ask(actor: Viewer, student_id: int, cell_id: int, text: str) -> int:
    """The student tells the teachers that a mark is wrong. Returns the dispute's id.

    Raises NotFoundError, ForbiddenError, RefusedError (the term is over, asked already), FieldsError.
    """
    detail = diary_mark.load(actor, student_id, cell_id)
    if not detail.diary.is_own:
        raise ForbiddenError("Об ошибке в оценке сообщает сам обучающийся (п. 4.5).")
    shown = panel(detail)
    if shown.refusal:
        raise RefusedError(shown.refusal)
    words = text.strip()[:LONGEST_TEXT]
    if len(words) < SHORTEST_REASON:
        raise FieldsError({"text": "Напишите, что, по-вашему, неверно: преподаватель прочтёт и ответит."})
    given, course_id = _given_at(detail), detail.lesson.course_id
    assert given is not None
    dispute = Dispute(
        student_id=student_id, course_id=course_id, cell_id=cell_id, mark=detail.cell.mark, given_at=given, text=words,
        due=terms.dispute_answer_due(settings.today(), settings.get("terms")), state=OPEN,
    )  # fmt: skip
    db.session.add(dispute)
    try:
        db.session.flush()
    except IntegrityError as error:  # the button was pressed twice
        db.session.rollback()
        raise RefusedError(ASKED_ALREADY) from error
    _log(actor, detail.cell, dispute, "create", detail.lesson.id)
    text = f"{detail.diary.child.full_name}, {detail.lesson.course.title}: оценка «{dispute.mark}»"
    notify.add(
        "dispute",
        absence_asking.teachers_of([course_id]),
        f"Обращение об оценке: ответьте до {dispute.due:%d.%m}",
        text,
    )
    db.session.commit()
    return dispute.id


def answer(actor: Viewer, dispute_id: int, given: Answer) -> Dispute:
    """A teacher of the journal answers; a corrected mark is written as any other, with the clause as its reason.

    Raises NotFoundError, ForbiddenError, ClosedError, StaleError, RefusedError, FieldsError.
    """
    dispute = dispute_lists.find(actor, dispute_id)
    if not dispute_lists.may_answer(actor, dispute):
        raise ForbiddenError("На обращение отвечает преподаватель, который ведёт этот журнал (п. 4.5).")
    if dispute.state != OPEN:
        raise RefusedError("На это обращение уже ответили.")
    reason = given.reason.strip()[:LONGEST_TEXT]
    errors = {}
    if len(reason) < SHORTEST_REASON:
        errors["reason"] = "Напишите, почему: без объяснения ответить нельзя (п. 4.5)."
    if given.decision not in (CORRECTED, UPHELD):
        errors["decision"] = "Выберите: оценка исправлена или оставлена."
    if errors:
        raise FieldsError(errors)
    place = _place(actor, dispute)
    change = _correction(place, dispute, given) if given.decision == CORRECTED else None
    dispute.state, dispute.reason = given.decision, reason
    dispute.answered_by, dispute.answered_at = actor.person_id, now()
    if change is not None:
        dispute.corrected_to = change.mark
    _log(actor, dispute.cell, dispute, "update" if change is not None else "uphold", place.lesson_id)
    words = f"Оценка «{dispute.mark}»: {rules.STATES[given.decision]}. {reason}"
    notify.add("dispute-answer", [dispute.student_id], "Ответ на обращение об оценке", words)
    if change is not None and change.text != place.value.text:
        why = f"по обращению (п. 4.5): {reason}"
        cells.write_batch(actor, [(place, change)], "dispute", secrets.token_hex(8), why, excused=True)
    else:
        db.session.commit()
    return dispute


def _correction(place: Place, dispute: Dispute, given: Answer) -> Value:
    """The value the cell gets: what is typed may be the mark alone, attendance then stays as it is."""
    value = cells.parse(given.value)
    if value.attendance is None:
        value = Value(place.value.attendance, value.mark)
    if value.mark == dispute.mark:
        raise RefusedError(f"Оценка та же, «{dispute.mark}». Если она верна, выберите «Оставить».")
    if value.text != place.value.text:
        cells.check_may_write(place)
        cells.check_version(place, given.version)
    return value


def _place(actor: Viewer, dispute: Dispute) -> Place:
    key = (dispute.student_id, dispute.cell.work_id)
    place = cell_context.load(actor, dispute.course_id, [key[0]], [key[1]]).get(key)
    if place is None:
        raise NotFoundError
    return place


def _given_at(detail: MarkDetail) -> datetime | None:
    changes = ((change.at, change.before, change.after) for change in detail.changes)
    # Marks that came with a list have no line of their own in the log: the cell knows when it was written.
    return rules.given_at(changes) or (detail.cell.updated_at if not detail.changes else None)


def _log(actor: Viewer, cell: Cell, dispute: Dispute, action: str, lesson_id: int) -> None:
    """That it was asked and what was decided; not the words, which are between the two."""
    log.record(
        actor, "dispute", action, before=dispute.mark, after=dispute.corrected_to or rules.STATES[dispute.state],
        course_id=dispute.course_id, lesson_id=lesson_id, work_id=cell.work_id, student_id=dispute.student_id,
    )  # fmt: skip

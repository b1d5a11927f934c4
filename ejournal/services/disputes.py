"""Disputing a mark and answering it (п. 4.5): the student asks in time, the teacher corrects or upholds it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ejournal.access import Viewer
from ejournal.domain import disputes as rules
from ejournal.domain import terms
from ejournal.domain.disputes import CORRECTED, OPEN, UPHELD
from ejournal.domain.reasons import SHORTEST_REASON
from ejournal.extensions import db
from ejournal.models import Course, Dispute
from ejournal.models.base import now
from ejournal.services import (
    absence_asking,
    diary_mark,
    diary_period_mark,
    dispute_lists,
    disputed,
    log,
    mark_slots,
    news_decided,
    notify,
    settings,
)
from ejournal.services.debt_marks import NO_TERMS, Terms
from ejournal.services.disputed import Detail, Disputed, Typing
from ejournal.services.errors import FieldsError, ForbiddenError, RefusedError

LONGEST_TEXT = 2000
ASKED_ALREADY = "Об этой оценке уже спрашивали: ответ преподавателя — в дневнике."


@dataclass(frozen=True, slots=True)
class Answer:
    """What the teacher decided; `value` is typed as into the journal, over the version she saw. `debt`: of a mark of a
    period that opens one."""

    decision: str
    reason: str
    value: str = ""
    version: int | None = None
    debt: Terms = field(default=NO_TERMS)


@dataclass(frozen=True, slots=True)
class Panel:
    """What can be done about one mark of the diary: `refusal` says why it can't be disputed, "" where it can."""

    mark: str
    refusal: str
    until: date | None
    answer_days: int
    disputes: list[Dispute]
    is_own: bool


def panel(detail: Detail) -> Panel:
    """The disputes of a mark and whether the student may ask now. One query."""
    return _panel(disputed.of(detail))


def _panel(about: Disputed) -> Panel:
    query = select(Dispute).where(about.condition).order_by(Dispute.id.desc())
    found = list(db.session.scalars(dispute_lists.with_people(query)))
    values = settings.get("terms")
    given_on = settings.local(about.given_at).date() if about.given_at else None
    asked = any(dispute.given_at == about.given_at for dispute in found)
    refusal = rules.why_not(about.mark, given_on, settings.today(), asked, values)
    until = terms.dispute_due(given_on, values) if given_on else None
    days = terms.term_value("dispute_answer", values)
    assert isinstance(days, int)
    return Panel(about.mark or "", refusal, until, days, found, about.diary.is_own)


def ask(actor: Viewer, student_id: int, cell_id: int, text: str) -> int:
    """The student tells the teachers that the mark of a lesson is wrong. Returns the dispute's id.

    Raises NotFoundError, ForbiddenError, RefusedError (the term is over, asked already), FieldsError.
    """
    return _ask(actor, disputed.of(diary_mark.load(actor, student_id, cell_id)), text)


def ask_of_period(actor: Viewer, student_id: int, course_id: int, slot: str, text: str) -> int:
    """The same of a mark of a period, of the year or a final one."""
    return _ask(actor, disputed.of(diary_period_mark.load(actor, student_id, course_id, slot)), text)


def _ask(actor: Viewer, about: Disputed, text: str) -> int:
    if not about.diary.is_own:
        raise ForbiddenError("Об ошибке в оценке сообщает сам обучающийся (п. 4.5).")
    refusal = _panel(about).refusal
    if refusal:
        raise RefusedError(refusal)
    words = text.strip()[:LONGEST_TEXT]
    if len(words) < SHORTEST_REASON:
        raise FieldsError({"text": "Напишите, что, по-вашему, неверно: преподаватель прочтёт и ответит."})
    slot = about.place.get("slot")
    dispute = Dispute(
        student_id=about.diary.child.id, mark=about.mark, given_at=about.given_at, text=words, state=OPEN,
        due=terms.dispute_answer_due(settings.today(), settings.get("terms")),
        period_id=int(slot) if slot and slot not in mark_slots.TITLES else None, **about.place,
    )  # fmt: skip
    db.session.add(dispute)
    try:
        db.session.flush()
    except IntegrityError as error:  # the button was pressed twice
        db.session.rollback()
        raise RefusedError(ASKED_ALREADY) from error
    _log(actor, dispute, "create")
    course = db.session.get_one(Course, dispute.course_id)
    notify.add(
        "dispute",
        absence_asking.teachers_of([course.id]),
        f"Обращение об оценке: ответьте до {dispute.due:%d.%m}",
        f"{about.diary.child.full_name}, {course.title}: оценка «{dispute.mark}» ({dispute.phrase})",
    )
    db.session.commit()
    return dispute.id


def answer(actor: Viewer, dispute_id: int, given: Answer) -> Dispute:
    """A teacher of the journal answers; a corrected mark is written as any other, with the clause as its reason.

    Raises NotFoundError, ForbiddenError, ClosedError, StaleError, RefusedError, DebtNeededError, FieldsError.
    """
    dispute = dispute_lists.find(actor, dispute_id)
    if not dispute_lists.may_answer(actor, dispute):
        raise ForbiddenError("На обращение отвечает преподаватель, который ведёт этот журнал (п. 4.5).")
    # Of two who answer at once the second is told that it is answered.
    db.session.execute(select(Dispute.id).where(Dispute.id == dispute.id).with_for_update())
    db.session.refresh(dispute)
    if dispute.state != OPEN:
        raise RefusedError("На это обращение уже ответили.")
    reason = given.reason.strip()[:LONGEST_TEXT]
    _check(given.decision, reason)
    change = None
    if given.decision == CORRECTED:
        change = disputed.correction(actor, dispute, Typing(given.value, given.version, given.debt))
    dispute.state, dispute.reason = given.decision, reason
    dispute.answered_by, dispute.answered_at = actor.person_id, now()
    if change is not None:
        dispute.corrected_to = change.mark
    _log(actor, dispute, "update" if change is not None else "uphold")
    words = f"Оценка «{dispute.mark}» ({dispute.phrase}): {rules.STATES[given.decision]}. {reason}"
    student_id = dispute.student_id
    notify.add("dispute-answer", [student_id], "Ответ на обращение об оценке", words, student_id=student_id)
    news_decided.dispute(dispute)
    if change is not None:
        change.write(actor, f"по обращению (п. 4.5): {reason}")
    else:
        db.session.commit()
    return dispute


def _check(decision: str, reason: str) -> None:
    errors = {}
    if len(reason) < SHORTEST_REASON:
        errors["reason"] = "Напишите, почему: без объяснения ответить нельзя (п. 4.5)."
    if decision not in (CORRECTED, UPHELD):
        errors["decision"] = "Выберите: оценка исправлена или оставлена."
    if errors:
        raise FieldsError(errors)


def _log(actor: Viewer, dispute: Dispute, action: str) -> None:
    """That it was asked and what was decided; not the words, which are between the two."""
    where: dict[str, Any] = {"details": {"slot": dispute.slot, "name": dispute.phrase}}
    if dispute.cell is not None:
        where = {"lesson_id": dispute.cell.work.lesson_id, "work_id": dispute.cell.work_id}
    log.record(
        actor, "dispute", action, before=dispute.mark, after=dispute.corrected_to or rules.STATES[dispute.state],
        course_id=dispute.course_id, student_id=dispute.student_id, **where,
    )  # fmt: skip

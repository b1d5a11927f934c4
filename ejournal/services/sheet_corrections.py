"""Correcting a closed ведомость: one person proposes with a reason, another of administration decides (п. 4.4)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ejournal.access import OVERSEERS, Viewer, keeps
from ejournal.domain import attestation
from ejournal.domain.reasons import SHORTEST_REASON
from ejournal.extensions import db
from ejournal.models import SheetCorrection, SheetRow
from ejournal.models.base import now
from ejournal.services import log, settings, sheet_debts, sheets
from ejournal.services.closed import hold_open
from ejournal.services.errors import FieldsError, ForbiddenError, NotFoundError, RefusedError
from ejournal.services.periods import check_open


def of_sheet(sheet_id: int) -> Sequence[SheetCorrection]:
    """All corrections of a sheet that is open to the viewer already, the newest first. One query."""
    return db.session.scalars(
        select(SheetCorrection)
        .join(SheetRow, SheetRow.id == SheetCorrection.row_id)
        .where(SheetRow.sheet_id == sheet_id)
        .options(joinedload(SheetCorrection.row).joinedload(SheetRow.student), joinedload(SheetCorrection.proposer))
        .order_by(SheetCorrection.id.desc())
    ).all()


def propose(actor: Viewer, row_id: int, mark: str, reason: str) -> SheetCorrection:
    """Raises NotFoundError, ForbiddenError, FieldsError, ClosedError, RefusedError."""
    hold_open()
    row = db.session.get(SheetRow, row_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError
    sheet = sheets.find(actor, row.sheet_id)
    if not keeps(actor, sheet.course_id, settings.today()):
        raise ForbiddenError("Исправление предлагает преподаватель журнала или администрация (п. 4.4).")
    check_open(sheet.course.year)
    if not sheet.closed_at:
        raise RefusedError("Ведомость ещё не закрыта: исправьте результат в ней самой.")
    words = " ".join(reason.split())[:500]
    wrong = {}
    if mark not in attestation.results(sheet.control) or mark == row.mark:
        wrong["mark"] = "Выберите другой результат."
    if len(words) < SHORTEST_REASON:
        wrong["reason"] = "Укажите причину: она останется в журнале изменений (п. 4.4)."
    if wrong:
        raise FieldsError(wrong)
    waiting = select(SheetCorrection.id).where(SheetCorrection.row_id == row_id, SheetCorrection.decision.is_(None))
    if db.session.scalar(waiting.limit(1)):
        raise RefusedError("По этому обучающемуся исправление уже предложено и ждёт решения.")
    made = SheetCorrection(
        row_id=row_id, before=row.mark, after=mark, reason=words, proposed_by=actor.person_id
    )  # fmt: skip
    db.session.add(made)
    _log(actor, row, "propose", row.mark or "", mark, words)
    db.session.commit()
    return made


def decide(actor: Viewer, correction_id: int, confirm: bool) -> SheetCorrection:
    """Raises NotFoundError, ForbiddenError, ClosedError, RefusedError."""
    hold_open()
    made = db.session.get(SheetCorrection, correction_id, with_for_update=True, populate_existing=True)
    if made is None:
        raise NotFoundError
    row = db.session.get_one(SheetRow, made.row_id, with_for_update=True, populate_existing=True)
    sheet = sheets.find(actor, row.sheet_id)
    if not actor.holds(OVERSEERS):
        raise ForbiddenError("Исправление закрытой ведомости утверждает администрация (п. 4.4).")
    if made.proposed_by == actor.person_id:
        raise ForbiddenError("Своё исправление утвердить нельзя: это делает другой человек (п. 4.4).")
    if made.decision:
        raise RefusedError("По этому исправлению решение уже принято. Обновите страницу.")
    if confirm:
        check_open(sheet.course.year)
    made.decision, made.decided_by, made.decided_at = "confirmed" if confirm else "rejected", actor.person_id, now()
    if confirm:
        row.mark, row.version = made.after, row.version + 1
        row.updated_by, row.updated_at = actor.person_id, now()
        sheet_debts.follow_correction(actor, row, made.before or "", made.reason)
    after = (made.after if confirm else made.before) or ""
    _log(actor, row, "confirm" if confirm else "reject", made.before or "", after, made.reason)
    db.session.commit()
    return made


def _log(actor: Viewer, row: SheetRow, action: str, before: str, after: str, reason: str) -> None:
    sheet = row.sheet
    log.record(
        actor, "sheet", action, before=before, after=after, reason=reason, course_id=sheet.course_id,
        student_id=row.student_id, details={"sheet": sheet.id, "name": f"ведомость № {sheet.number}"},
    )  # fmt: skip

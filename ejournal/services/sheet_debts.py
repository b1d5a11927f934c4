"""What a closed ведомость does to debts (п. 4.4; ст. 58 273-ФЗ): who failed or was absent owes; a retake is an attempt.

Everything in the transaction that closes the sheet; the caller commits.
"""

from collections.abc import Sequence

from sqlalchemy import exists, select

from ejournal.access import Viewer
from ejournal.domain import absences, attestation, session_plan
from ejournal.domain import debts as law
from ejournal.domain.notation import NOT_ATTESTED
from ejournal.extensions import db
from ejournal.models import AbsencePaper, AttestationSheet, Debt, DebtAttempt, SheetRow
from ejournal.services import debt_marks, debts, mark_slots, settings
from ejournal.services.debt_marks import Change, Terms
from ejournal.services.errors import FieldsError, RefusedError

FAILING = frozenset({"2", attestation.FAILED, attestation.ABSENT})


def follow(actor: Viewer, sheet: AttestationSheet) -> None:
    """Raises RefusedError, by the student's name, where a result can't be an attempt of the debt."""
    for row in sheet.rows:
        debt = debt_marks.open_debt(sheet.course_id, row.student_id, str(sheet.period_id))
        if debt is not None and sheet.kind != "main":
            _attempt(actor, sheet, row, debt)
        elif row.mark in FAILING:
            _open(actor, sheet, row)


def follow_correction(actor: Viewer, row: SheetRow) -> None:
    """A corrected result of a sheet that is no retake opens the debt, or takes it back while nothing was issued."""
    sheet = row.sheet
    debt = debt_marks.open_debt(sheet.course_id, row.student_id, str(sheet.period_id))
    if row.mark in FAILING:
        _open(actor, sheet, row)
    elif debt is not None and not debt.attempts:
        slot = mark_slots.find(sheet.course, str(sheet.period_id))
        stored = mark_slots.marks_of(sheet.course_id).get((row.student_id, slot.key), mark_slots.NOTHING)
        # A mark of the period that is a debt itself keeps it open.
        if not attestation.opens_debt(stored.mark or None):
            debt_marks.follow(actor, Change(sheet.course_id, row.student_id, slot, row.mark or ""), debt_marks.NO_TERMS)


def owing(course_id: int, period_id: int) -> tuple[set[int], set[int]]:
    """Who has an open debt of the period, and who has had one that is closed. One query."""
    rows = db.session.execute(
        select(Debt.student_id, Debt.outcome).where(Debt.course_id == course_id, Debt.slot == str(period_id))
    ).all()
    now_owing = {row.student_id for row in rows if row.outcome is None}
    return now_owing, {row.student_id for row in rows} - now_owing


def kind_of(attempts: Sequence[DebtAttempt]) -> str:
    """Of the sheet that a debt's next attempt is written into: the second one is before a commission."""
    waiting = next((one.number for one in attempts if one.result is None), None)
    number = waiting or law.next_attempt(debts.as_law(attempts)) or law.MOST_ATTEMPTS
    return "commission" if number == law.MOST_ATTEMPTS else "retake"


def _open(actor: Viewer, sheet: AttestationSheet, row: SheetRow) -> None:
    absent = row.mark == attestation.ABSENT
    if absent and _is_excused(row.student_id, sheet):
        return
    mark = NOT_ATTESTED if absent else row.mark or ""
    slot = mark_slots.find(sheet.course, str(sheet.period_id))
    due = (settings.today() + debt_marks.USUAL).isoformat()
    form = session_plan.CONTROLS.get(sheet.control, sheet.control).casefold()
    debt_marks.follow(actor, Change(sheet.course_id, row.student_id, slot, mark), Terms(due, form))


def _attempt(actor: Viewer, sheet: AttestationSheet, row: SheetRow, debt: Debt) -> None:
    """The result of the attempt that waits for it; where none was issued the sheet is its направление."""
    excused = row.mark == attestation.ABSENT and _is_excused(row.student_id, sheet)
    try:
        waiting = next((one for one in debt.attempts if one.result is None), None)
        attempt = waiting or debts.add_attempt(actor, debt, sheet.date, sheet.examiners.splitlines())
        debts.put_result(actor, debt, attempt, row.mark or "", excused)
    except RefusedError as error:
        words = " ".join(error.fields.values()) if isinstance(error, FieldsError) else error.message
        raise RefusedError(f"{row.student.full_name}: {words}") from error


def _is_excused(student_id: int, sheet: AttestationSheet) -> bool:
    """Whether a document covers the day: a debt is of who did not come without a valid reason (ст. 58, ч. 2)."""
    return bool(
        db.session.scalar(
            select(
                exists().where(
                    AbsencePaper.student_id == student_id,
                    AbsencePaper.state == absences.REGISTERED,
                    AbsencePaper.since <= sheet.date,
                    AbsencePaper.until >= sheet.date,
                )
            )
        )
    )

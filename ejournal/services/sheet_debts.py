"""What a closed ведомость does to debts (п. 4.4; ст. 58 273-ФЗ): who failed or was absent owes; a retake is an attempt.

Everything in the transaction that closes or corrects the sheet; the caller commits.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

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

# A sheet of a hundred rows is closed in less.
CLOSING = timedelta(minutes=1)
FAILING = frozenset({"2", attestation.FAILED, attestation.ABSENT})


def follow(actor: Viewer, sheet: AttestationSheet) -> None:
    """Raises RefusedError, by the student's name, where a result can't be an attempt of the debt."""
    for row in sheet.rows:
        debt = debt_marks.open_debt(sheet.course_id, row.student_id, str(sheet.period_id))
        if debt is not None and sheet.kind != "main":
            _attempt(actor, sheet, row, debt)
        elif row.mark in FAILING:
            _open(actor, sheet, row)


def follow_correction(actor: Viewer, row: SheetRow, before: str, reason: str) -> None:
    """A corrected result, `before` what stood there: the attempt it was changes and the debt and the mark with it; one
    that was no attempt opens the debt, or takes it back while nothing was issued.

    Raises RefusedError, by the student's name, where something later stands in the way.
    """
    if attempt := _attempt_of(row, before):
        ground = f"исправление ведомости № {row.sheet.number}: {reason}"
        with _named(row):
            debts.correct_result(actor, attempt.debt, attempt, row.mark or "", _is_excused(row), ground)
    elif row.mark in FAILING and not _is_excused(row):
        if not _has_passed(row):
            _open(actor, row.sheet, row)
    else:
        _take_back(actor, row)


def _take_back(actor: Viewer, row: SheetRow) -> None:
    sheet = row.sheet
    debt = debt_marks.open_debt(sheet.course_id, row.student_id, str(sheet.period_id))
    if debt is not None and not debt.attempts:
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
    if _is_excused(row):
        return
    mark = NOT_ATTESTED if row.mark == attestation.ABSENT else row.mark or ""
    slot = mark_slots.find(sheet.course, str(sheet.period_id))
    due = (settings.today() + debt_marks.USUAL).isoformat()
    form = session_plan.CONTROLS.get(sheet.control, sheet.control).casefold()
    debt_marks.follow(actor, Change(sheet.course_id, row.student_id, slot, mark), Terms(due, form))


def _attempt(actor: Viewer, sheet: AttestationSheet, row: SheetRow, debt: Debt) -> None:
    """The result of the attempt that waits for it; where none was issued the sheet is its направление."""
    with _named(row):
        waiting = next((one for one in debt.attempts if one.result is None), None)
        attempt = waiting or debts.add_attempt(actor, debt, sheet.date, sheet.examiners.splitlines())
        debts.put_result(actor, debt, attempt, row.mark or "", _is_excused(row))


def _attempt_of(row: SheetRow, before: str) -> DebtAttempt | None:
    """The attempt whose result the closing of the row's sheet was, its debt held against other writers. An attempt
    names no sheet, but was written by whoever closed it in the same transaction, a moment after `closed_at`."""
    sheet = row.sheet
    if sheet.kind == "main" or sheet.closed_at is None:
        return None
    attempt = db.session.scalar(
        select(DebtAttempt)
        .join(Debt, Debt.id == DebtAttempt.debt_id)
        .where(
            Debt.course_id == sheet.course_id,
            Debt.student_id == row.student_id,
            Debt.slot == str(sheet.period_id),
            DebtAttempt.result == before,
            DebtAttempt.result_by == sheet.closed_by,
            DebtAttempt.result_at.between(sheet.closed_at, sheet.closed_at + CLOSING),
        )
        .order_by(DebtAttempt.result_at, DebtAttempt.id)
        .limit(1)
        .with_for_update()
    )
    if attempt:
        db.session.refresh(attempt.debt)
    return attempt


def _has_passed(row: SheetRow) -> bool:
    """Whether the debt of the period was passed already: the failure that is only put otherwise opens none anew."""
    sheet = row.sheet
    place = (Debt.course_id == sheet.course_id, Debt.student_id == row.student_id, Debt.slot == str(sheet.period_id))
    return bool(db.session.scalar(select(exists().where(*place, Debt.outcome == "passed"))))


@contextmanager
def _named(row: SheetRow) -> Iterator[None]:
    """What is refused within names the student."""
    try:
        yield
    except RefusedError as error:
        words = " ".join(error.fields.values()) if isinstance(error, FieldsError) else error.message
        raise RefusedError(f"{row.student.full_name}: {words}") from error


def _is_excused(row: SheetRow) -> bool:
    """Whether who is absent has a document of the day: a debt is of who did not come without a valid reason (ст. 58,
    ч. 2)."""
    day = row.sheet.date
    return row.mark == attestation.ABSENT and bool(
        db.session.scalar(
            select(
                exists().where(
                    AbsencePaper.student_id == row.student_id,
                    AbsencePaper.state == absences.REGISTERED,
                    AbsencePaper.since <= day,
                    AbsencePaper.until >= day,
                )
            )
        )
    )

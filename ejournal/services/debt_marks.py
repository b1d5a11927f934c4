"""What a mark of a period does to debts: «н/а», «2» or НЗ opens one, a corrected mark takes it back (п. 4.4)."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from ejournal.access import Viewer
from ejournal.domain import attestation
from ejournal.domain import debts as law
from ejournal.domain.calendar import read_day
from ejournal.extensions import db
from ejournal.models import Debt
from ejournal.models.base import now
from ejournal.services import log, settings
from ejournal.services.errors import DebtNeededError, RefusedError
from ejournal.services.mark_slots import Slot

USUAL = timedelta(days=30)
FORMS = ("экзамен", "зачёт", "собеседование", "письменная работа", "защита практических работ")
LONGEST_FORM = 250


@dataclass(frozen=True, slots=True)
class Terms:
    """Term and form of passing as they were typed."""

    due: str = ""
    form: str = ""


NO_TERMS = Terms()


@dataclass(frozen=True, slots=True)
class Change:
    """A mark that is being written."""

    course_id: int
    student_id: int
    slot: Slot
    mark: str


def follow(actor: Viewer, change: Change, terms: Terms) -> None:
    """Open, keep or withdraw the debt of a changed mark, in the current transaction; the caller commits.

    Raises DebtNeededError where a debt opens and its term or form is not told, RefusedError where it can't go back.
    """
    debt = open_debt(change.course_id, change.student_id, change.slot.key)
    if attestation.opens_debt(change.mark):
        if debt is None:
            _open(actor, change, *read(change.mark, terms, law.last_day(settings.today())))
        elif debt.mark != change.mark:
            debt.mark = change.mark
            debt.version += 1
    elif debt:
        _withdraw(actor, debt, change.mark)


def open_debt(course_id: int, student_id: int, slot: str) -> Debt | None:
    """The debt of a mark that is not passed yet, held against other writers."""
    return db.session.scalar(
        select(Debt)
        .where(
            Debt.course_id == course_id, Debt.student_id == student_id, Debt.slot == slot, Debt.outcome.is_(None)
        )
        .order_by(Debt.id)
        .limit(1)
        .with_for_update()
    )  # fmt: skip


def read(mark: str, terms: Terms, last: date) -> tuple[date, str]:
    """Term and form as a debt of this mark keeps them; `last`: the last day of the year given for passing.

    Raises DebtNeededError with what is missing.
    """
    today = settings.today()
    form = " ".join(terms.form.split())[:LONGEST_FORM]
    due = read_day(terms.due)
    if due is None or not form:
        raise DebtNeededError(
            f"«{mark}» — академическая задолженность: укажите срок и форму её ликвидации (п. 4.4; ст. 58 273-ФЗ)."
        )
    if not today < due <= last:
        raise DebtNeededError(
            f"Срок {due:%d.%m.%Y} не подходит: он должен быть позже сегодняшнего дня и не позже {last:%d.%m.%Y}, "
            "в пределах года с возникновения задолженности (ст. 58 273-ФЗ)."
        )
    return due, form


def _open(actor: Viewer, change: Change, due: date, form: str) -> None:
    slot = change.slot
    debt = Debt(
        student_id=change.student_id, course_id=change.course_id, slot=slot.key, mark=change.mark, due=due, form=form,
        period_id=slot.period_id if slot.is_period else None, opened_on=settings.today(), opened_by=actor.person_id,
    )  # fmt: skip
    db.session.add(debt)
    db.session.flush()
    log.record(
        actor, "debt", "create", after=f"срок {due:%d.%m.%Y}, {form}", course_id=change.course_id,
        student_id=change.student_id, details={"debt": debt.id, "name": f"{slot.phrase}: {change.mark}"},
    )  # fmt: skip


def _withdraw(actor: Viewer, debt: Debt, mark: str) -> None:
    if debt.attempts:
        raise RefusedError(
            "По этой задолженности уже выдано направление: оценка запишется из результата пересдачи (ст. 58 273-ФЗ)."
        )
    debt.outcome, debt.closed_at, debt.closed_by = "withdrawn", now(), actor.person_id
    debt.version += 1
    log.record(
        actor, "debt", "delete", before=f"{debt.mark}, срок {debt.due:%d.%m.%Y}", course_id=debt.course_id,
        student_id=debt.student_id, reason=f"оценка исправлена на {mark or 'пусто'}", details={"debt": debt.id},
    )  # fmt: skip

"""Academic debts as the office leads them to their end: attempts, results, terms, days that do not count
(п. 4.4; ст. 58 273-ФЗ)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload

from ejournal.access import OVERSEERS, Viewer, keeps, sees
from ejournal.domain import attestation
from ejournal.domain import debts as law
from ejournal.domain.calendar import read_day
from ejournal.domain.debts import Attempt, Span
from ejournal.extensions import db
from ejournal.models import Course, Debt, DebtAttempt, DebtPause, LogEntry
from ejournal.models.base import now
from ejournal.services import debt_marks, leaves, log, mark_slots, period_marks, settings
from ejournal.services.debt_marks import Terms
from ejournal.services.errors import FieldsError, ForbiddenError, NotFoundError, RefusedError
from ejournal.services.mark_slots import Slot

LONGEST_NAME, MOST_EXAMINERS = 120, 10


def find(viewer: Viewer, debt_id: int) -> Debt:
    """A debt of a journal the viewer may read. Raises NotFoundError."""
    debt = db.session.scalar(whole().where(Debt.id == debt_id, sees(viewer, settings.today())))
    if debt is None:
        raise NotFoundError
    return debt


def issue(actor: Viewer, debt_id: int, form: Mapping[str, str]) -> DebtAttempt:
    """Give an attempt on a `day` before `examiners` (one a line); its направление can be printed.

    Raises NotFoundError, ForbiddenError, FieldsError, RefusedError.
    """
    debt = _to_change(actor, debt_id, office=True)
    day = read_day(form.get("day", ""))
    if day is None:
        raise FieldsError({"day": "Укажите дату пересдачи."})
    names = examiners_of(form.get("examiners", ""))
    attempt = add_attempt(actor, debt, day, names)
    db.session.commit()
    return attempt


def add_attempt(actor: Viewer, debt: Debt, day: date, names: Sequence[str]) -> DebtAttempt:
    """In the current transaction. Raises FieldsError, RefusedError."""
    attempts = as_law(debt.attempts)
    refused = law.refusal(attempts, day, names, debt.opened_on, pauses_of(debt))
    if refused:
        field, words = refused
        raise FieldsError({field: words}) if field else RefusedError(words)
    attempt = DebtAttempt(
        number=law.next_attempt(attempts) or 1, day=day, examiners="\n".join(names),
        issued_by=actor.person_id,
    )  # fmt: skip
    debt.attempts.append(attempt)
    debt.version += 1
    _log(actor, debt, "referral", after=f"попытка {attempt.number}, {day:%d.%m.%Y}, {', '.join(names)}")
    db.session.flush()
    return attempt


def record_result(actor: Viewer, attempt_id: int, result: str, excused: bool = False) -> Debt:
    """What an attempt came to. A passed debt writes the mark, in a closed period too, and is closed.

    Raises NotFoundError, ForbiddenError, FieldsError, RefusedError.
    """
    debt_id = db.session.scalar(select(DebtAttempt.debt_id).where(DebtAttempt.id == attempt_id))
    debt = _to_change(actor, debt_id or 0)
    attempt = next(one for one in debt.attempts if one.id == attempt_id)
    if attempt.result is not None:
        raise RefusedError("Результат этой попытки уже внесён. Обновите страницу.")
    put_result(actor, debt, attempt, result, excused)
    db.session.commit()
    return debt


def put_result(actor: Viewer, debt: Debt, attempt: DebtAttempt, result: str, excused: bool = False) -> None:
    """In the current transaction. Raises FieldsError, RefusedError."""
    if attempt.day > settings.today():
        raise FieldsError({"result": f"Пересдача назначена на {attempt.day:%d.%m.%Y}: результат вносят в этот день."})
    if result not in law.RESULTS:
        raise FieldsError({"result": "Выберите результат пересдачи."})
    attempt.result, attempt.result_by, attempt.result_at = result, actor.person_id, now()
    attempt.excused = excused and result == attestation.ABSENT
    debt.version += 1
    _log(actor, debt, "result", after=f"попытка {attempt.number}: {result}{', уважительная причина' * attempt.excused}")
    if result in law.PASSING:
        _pass(actor, debt, attempt)


def correct_result(actor: Viewer, debt: Debt, attempt: DebtAttempt, result: str, excused: bool, ground: str) -> None:
    """Another result of an attempt, because its ведомость was corrected: the debt and the mark follow it, in the
    current transaction. Who entered the first one and when stays.

    Raises RefusedError where a later attempt or a later change of the mark stands in the way.
    """
    before, passes = attempt.result or "", result in law.PASSING
    later = next((one for one in debt.attempts if one.id > attempt.id), None)
    if passes and later:
        raise RefusedError(
            f"Попытка {later.number} назначена на {later.day:%d.%m.%Y}, уже после этой: исправьте её результат, "
            "из него запишется и оценка (ст. 58 273-ФЗ)."
        )
    attempt.result, attempt.excused = result, excused and result == attestation.ABSENT
    debt.version += 1
    _log(
        actor, debt, "update", before=f"попытка {attempt.number}: {before}",
        after=f"попытка {attempt.number}: {result}", reason=ground,
    )  # fmt: skip
    if before not in law.PASSING:
        if passes:
            _pass(actor, debt, attempt)
        return
    _put_mark(actor, debt, result if passes else _replaced(debt), ground, over=before)
    if not passes:
        debt.outcome = debt.closed_at = debt.closed_by = None


def change_terms(actor: Viewer, debt_id: int, terms: Terms) -> None:
    """Another term or form. Raises NotFoundError, ForbiddenError, DebtNeededError, RefusedError."""
    debt = _to_change(actor, debt_id)
    before = f"срок {debt.due:%d.%m.%Y}, {debt.form}"
    debt.due, debt.form = debt_marks.read(debt.mark, terms, law.last_day(debt.opened_on, pauses_of(debt)))
    debt.version += 1
    _log(actor, debt, "update", before=before, after=f"срок {debt.due:%d.%m.%Y}, {debt.form}")
    db.session.commit()


def pause(actor: Viewer, debt_id: int, form: Mapping[str, str]) -> None:
    """Days that do not count: illness, leave, with their ground. Raises what `issue` raises."""
    debt = _to_change(actor, debt_id, office=True)
    wrong = {}
    span: dict[str, date] = {}
    for name in ("since", "until"):
        if day := read_day(form.get(name, "")):
            span[name] = day
        else:
            wrong[name] = "Укажите дату."
    ground = " ".join(form.get("ground", "").split())[:250]
    if not ground:
        wrong["ground"] = "Укажите документ: справку, приказ."
    if len(span) == 2 and span["until"] < span["since"]:
        wrong["until"] = "Последний день раньше первого."
    if any(one.since == span.get("since") for one in debt.pauses):
        wrong["since"] = "С этого дня срок уже остановлен."
    if wrong:
        raise FieldsError(wrong)
    debt.pauses.append(DebtPause(ground=ground, recorded_by=actor.person_id, **span))
    debt.version += 1
    _log(actor, debt, "pause", after=f"{span['since']:%d.%m.%Y}–{span['until']:%d.%m.%Y}", reason=ground)
    db.session.commit()


def examiners_of(text: str) -> list[str]:
    """Full names, one a line; empty lines and repetitions are left out."""
    names = (" ".join(line.split())[:LONGEST_NAME] for line in text.splitlines())
    return list(dict.fromkeys(name for name in names if name))[:MOST_EXAMINERS]


def as_law(attempts: Iterable[DebtAttempt]) -> list[Attempt]:
    return [Attempt(one.number, one.result, one.excused, one.day) for one in attempts]


def pauses_of(debt: Debt, away: Sequence[Span] | None = None) -> list[Span]:
    """Days on which the year does not run: those entered, and academic leaves by orders (asked unless given)."""
    own = [(one.since, one.until) for one in debt.pauses]
    return own + list(leaves.of_students([debt.student_id]).get(debt.student_id, []) if away is None else away)


def slot_of(debt: Debt) -> Slot | None:
    """The column of the mark; None where the period is no longer the journal's."""
    return next((slot for slot in mark_slots.of_course(debt.course) if slot.key == debt.slot), None)


def whole() -> Select[Debt]:
    """Debts with everything a page tells of them, joined with their Course."""
    return (
        select(Debt)
        .join(Course, Course.id == Debt.course_id)
        .options(
            joinedload(Debt.student),
            joinedload(Debt.course).joinedload(Course.group),
            joinedload(Debt.course).joinedload(Course.subgroup),
            joinedload(Debt.course).joinedload(Course.discipline),
            joinedload(Debt.course).joinedload(Course.year),
            selectinload(Debt.attempts),
            selectinload(Debt.pauses),
        )
    )


def _to_change(actor: Viewer, debt_id: int, office: bool = False) -> Debt:
    """An open debt the actor may lead on, held until the commit; `office`: administration alone."""
    debt = find(actor, debt_id)
    if not (actor.holds(OVERSEERS) if office else keeps(actor, debt.course_id, settings.today())):
        who = "администрация" if office else "преподаватель журнала или администрация"
        raise ForbiddenError(f"Это делает {who} (п. 4.4).")
    db.session.execute(select(Debt.id).where(Debt.id == debt_id).with_for_update())
    db.session.refresh(debt)
    if debt.outcome:
        raise RefusedError("Эта задолженность уже закрыта. Обновите страницу.")
    return debt


def _pass(actor: Viewer, debt: Debt, attempt: DebtAttempt) -> None:
    """The ground of the mark is the направление, so a closed period does not stand in the way."""
    words = f"ликвидация задолженности, направление № {ground(attempt)} на {attempt.day:%d.%m.%Y}"
    _put_mark(actor, debt, attempt.result or "", words)
    debt.outcome, debt.closed_at, debt.closed_by = "passed", now(), actor.person_id


def _put_mark(actor: Viewer, debt: Debt, mark: str, reason: str, over: str | None = None) -> None:
    """Raises RefusedError, also where something else stands by now than `over`, the mark that is corrected."""
    slot = slot_of(debt)
    if slot is None:
        raise RefusedError("Периода этой оценки в журнале больше нет: сначала восстановите его (п. 4.2).")
    stored = mark_slots.marks_of(debt.course_id).get((debt.student_id, debt.slot), mark_slots.NOTHING)
    if over is not None and stored.mark != over:
        if stored.mark == mark and mark in law.PASSING:
            return
        raise RefusedError(
            f"Оценка {slot.phrase} после пересдачи изменена: «{stored.mark or 'пусто'}» вместо «{over}». Сначала "
            f"верните в журнале «{over}», тогда она исправится вместе с ведомостью (п. 4.4)."
        )
    try:
        period_marks.put(actor, debt.course_id, slot, debt.student_id, stored, mark)
    except (IntegrityError, period_marks.CollisionError) as error:
        db.session.rollback()
        raise RefusedError("Оценку за период только что изменили. Обновите страницу и повторите.") from error
    log.record(
        actor, "period-mark", "result", before=stored.mark, after=mark, course_id=debt.course_id,
        student_id=debt.student_id, details={"slot": debt.slot, "name": slot.phrase, "debt": debt.id}, reason=reason,
    )  # fmt: skip


def _replaced(debt: Debt) -> str:
    """The mark that passing the debt has replaced, the last time it was passed; "" where there was none. From the log:
    corrected from one pass to another, the entry of the pass stands before those of the corrections."""
    entries = db.session.scalars(
        select(LogEntry)
        .where(
            LogEntry.subject == "period-mark",
            LogEntry.action == "result",
            LogEntry.course_id == debt.course_id,
            LogEntry.student_id == debt.student_id,
        )
        .order_by(LogEntry.id.desc())
    )
    own = (entry.before or "" for entry in entries if (entry.details or {}).get("debt") == debt.id)
    return next((mark for mark in own if mark not in law.PASSING), "")


def ground(attempt: DebtAttempt) -> str:
    """The number of a направление in the register: of the debt, then of the paper."""
    return f"{attempt.debt_id}-{attempt.id}"


def _log(
    actor: Viewer, debt: Debt, action: str, *, before: str = "", after: str = "", reason: str | None = None
) -> None:
    log.record(
        actor, "debt", action, before=before or None, after=after, reason=reason, course_id=debt.course_id,
        student_id=debt.student_id, details={"debt": debt.id},
    )  # fmt: skip

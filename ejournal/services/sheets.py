"""Ведомости of exams and credits: created by administration, filled by the teacher, closed (п. 4.4).

What a closed one says is suggested as the period's and the final mark (see suggestions.py).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from secrets import token_hex

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import joinedload, selectinload

from ejournal.access import OVERSEERS, Viewer, keeps, sees
from ejournal.domain import attestation, debts, session_plan
from ejournal.domain.calendar import read_day
from ejournal.domain.numbers import whole
from ejournal.extensions import db
from ejournal.models import SHEET_KINDS, AttestationSheet, Course, LogEntry, Period, SheetRow
from ejournal.models.base import now
from ejournal.services import grid, log, roster, settings, sheet_debts, spans
from ejournal.services.closed import hold_open
from ejournal.services.debts import examiners_of
from ejournal.services.errors import ClosedError, FieldsError, ForbiddenError, NotFoundError, RefusedError
from ejournal.services.periods import check_open
from ejournal.services.roster import Student

LONGEST_TICKET = 16
CONTROLS = {key: title for key, title in session_plan.CONTROLS.items() if key not in session_plan.WITHOUT_DAY}


def find(viewer: Viewer, sheet_id: int) -> AttestationSheet:
    """A sheet of a journal the viewer may read, with everything in it. Raises NotFoundError."""
    sheet = db.session.scalar(
        select(AttestationSheet)
        .join(Course, Course.id == AttestationSheet.course_id)
        .where(AttestationSheet.id == sheet_id, sees(viewer, settings.today()))
        .options(
            joinedload(AttestationSheet.period),
            joinedload(AttestationSheet.course).joinedload(Course.group),
            joinedload(AttestationSheet.course).joinedload(Course.subgroup),
            joinedload(AttestationSheet.course).joinedload(Course.discipline),
            joinedload(AttestationSheet.course).joinedload(Course.year),
            selectinload(AttestationSheet.rows).joinedload(SheetRow.student),
        )
    )
    if sheet is None:
        raise NotFoundError
    sheet.rows.sort(key=lambda row: (row.student.skey, row.id))
    return sheet


def create(actor: Viewer, form: Mapping[str, str], student_ids: Sequence[int] = ()) -> AttestationSheet:
    """A sheet of `course`, `period`, `kind`, `control`, `date`, `examiners`; an individual one of `student_ids`.

    The main one is for everybody in the journal on its day; a retake for who failed, did not come or
    owes, or those of them in `student_ids`.
    Raises NotFoundError, ForbiddenError, FieldsError, ClosedError, RefusedError.
    """
    if not actor.holds(OVERSEERS):
        raise ForbiddenError("Ведомости создаёт администрация (п. 4.4).")
    hold_open()
    course, _teaches = grid.find_course(actor, whole(form.get("course", "")) or 0)
    check_open(course.year)
    # Two created at once must see each other: one student stands in one unfinished sheet.
    db.session.execute(select(Course.id).where(Course.id == course.id).with_for_update())
    made = _read(course, form)
    students = _students(course, made, student_ids)
    made.rows = [SheetRow(student_id=student.id, updated_by=actor.person_id) for student in students]
    made.created_by, made.number = actor.person_id, token_hex(8)
    db.session.add(made)
    db.session.flush()
    made.number = f"{course.year.starts.year}-{_next_number(made)}"
    _log(actor, made, "create", after=f"{SHEET_KINDS[made.kind]}, {made.date:%d.%m.%Y}, {len(students)} чел.")
    db.session.commit()
    return made


def fill(actor: Viewer, sheet_id: int, typed: Mapping[int, tuple[str, str, int]]) -> int:
    """Write (mark, ticket, version seen) by row; returns how many changed.

    Raises NotFoundError, ForbiddenError, ClosedError, RefusedError when somebody else was quicker.
    """
    sheet = _to_change(actor, sheet_id)
    allowed = attestation.results(sheet.control)
    entries, changed = [], 0
    for row in sheet.rows:
        if row.id not in typed:
            continue
        mark, ticket, version = typed[row.id]
        ticket = " ".join(ticket.split())[:LONGEST_TICKET]
        if (mark, ticket) == (row.mark or "", row.ticket):
            continue
        if mark and mark not in allowed:
            raise RefusedError(f"{row.student.short_name}: «{mark}» здесь не ставится, можно {', '.join(allowed)}.")
        if version != row.version:
            raise RefusedError(f"{row.student.short_name}: результат только что изменили. Обновите страницу.")
        if mark != (row.mark or ""):
            entries.append(_entry(sheet, row, row.mark or "", mark))
        row.mark, row.ticket, row.version = mark or None, ticket, row.version + 1
        row.updated_by, row.updated_at = actor.person_id, now()
        changed += 1
    if entries:
        log.record_many(actor, "sheet", "record", entries)
    db.session.commit()
    return changed


def close(actor: Viewer, sheet_id: int) -> None:
    """Nothing in a closed sheet changes but by two people (see sheet_corrections); debts follow it (see sheet_debts).

    Raises what `fill` raises.
    """
    sheet = _to_change(actor, sheet_id)
    if sheet.date > settings.today():
        raise RefusedError(f"Закрыть ведомость можно в день аттестации, {sheet.date:%d.%m.%Y}, или позже.")
    empty = sum(not row.mark for row in sheet.rows)
    if empty:
        raise RefusedError(f"Без результата — {empty}. Поставьте оценку или «{attestation.ABSENT}» каждому.")
    sheet.closed_at, sheet.closed_by = now(), actor.person_id
    sheet_debts.follow(actor, sheet)
    _log(actor, sheet, "close", before="открыта", after="закрыта")
    db.session.commit()


def remove(actor: Viewer, sheet_id: int) -> None:
    """Take back one made by mistake, while nothing is entered; its number is never given again.

    Raises what `create` and `fill` raise.
    """
    if not actor.holds(OVERSEERS):
        raise ForbiddenError("Ведомости удаляет администрация (п. 4.4).")
    sheet = _to_change(actor, sheet_id)
    if any(row.mark for row in sheet.rows):
        raise RefusedError("В ведомости есть результаты: удалить можно только пустую. Сначала уберите результаты.")
    _log(actor, sheet, "delete", before=f"{SHEET_KINDS[sheet.kind]}, {sheet.date:%d.%m.%Y}", after="")
    db.session.execute(delete(SheetRow).where(SheetRow.sheet_id == sheet_id))
    db.session.execute(delete(AttestationSheet).where(AttestationSheet.id == sheet_id))
    db.session.commit()


def _next_number(made: AttestationSheet) -> int:
    """SQLite gives the id of a removed last row again: a number on paper must stay one sheet's."""
    created = select(func.count()).where(LogEntry.subject == "sheet", LogEntry.action == "create")
    return max(made.id, 1 + (db.session.scalar(created) or 0))


def _read(course: Course, form: Mapping[str, str]) -> AttestationSheet:
    periods = spans.periods_of(course)
    period = next((one for one in periods if str(one.id) == form.get("period")), None)
    kind, control = form.get("kind", ""), form.get("control", "")
    names = examiners_of(form.get("examiners", ""))
    wrong = {}
    if period is None:
        wrong["period"] = "Выберите период."
    if kind not in SHEET_KINDS:
        wrong["kind"] = "Выберите вид ведомости."
    if control not in CONTROLS:
        wrong["control"] = "Выберите форму аттестации."
    day = read_day(form.get("date", "")) or date.min
    if day == date.min:
        wrong["date"] = "Укажите дату."
    least = debts.COMMISSION if kind == "commission" else 1
    if len(names) < least:
        wrong["examiners"] = (
            f"В комиссии не меньше {least} человек, каждый с новой строки ({debts.LAW})."
            if least > 1
            else "Укажите, кто принимает."
        )
    if wrong or period is None:
        raise FieldsError(wrong)
    if kind == "main" and _has_main(course, period, control):
        raise RefusedError("Основная ведомость по этой дисциплине за этот период уже есть: второй не бывает.")
    return AttestationSheet(
        course_id=course.id, period_id=period.id, kind=kind, control=control, date=day, examiners="\n".join(names)
    )


def _has_main(course: Course, period: Period, control: str) -> bool:
    return bool(
        db.session.scalar(
            select(
                exists().where(
                    AttestationSheet.course_id == course.id,
                    AttestationSheet.period_id == period.id,
                    AttestationSheet.control == control,
                    AttestationSheet.kind == "main",
                )
            )
        )
    )


def _students(course: Course, sheet: AttestationSheet, chosen: Sequence[int]) -> list[Student]:
    listed = [student for student in roster.students_of(course) if student.was_there(sheet.date)]
    if sheet.kind == "individual":
        listed = [student for student in listed if student.id in chosen]
    elif sheet.kind != "main":
        results = dict(
            db.session.execute(
                select(SheetRow.student_id, SheetRow.mark)
                .join(AttestationSheet, AttestationSheet.id == SheetRow.sheet_id)
                .where(
                    AttestationSheet.course_id == course.id,
                    AttestationSheet.period_id == sheet.period_id,
                    AttestationSheet.closed_at.is_not(None),
                )
                .order_by(AttestationSheet.date, AttestationSheet.id)
            ).all()
        )
        owing, settled = sheet_debts.owing(course.id, sheet.period_id)
        failed = {one for one, mark in results.items() if mark in sheet_debts.FAILING} - settled
        listed = [student for student in listed if student.id in owing | failed]
        if chosen:
            listed = [student for student in listed if student.id in chosen]
    if sheet.kind != "main":
        listed = _without_unfinished(sheet, listed)
    if not listed:
        raise RefusedError(
            "В эту ведомость некого включить: выберите обучающегося; в повторной — те, кто не сдал или не явился."
        )
    return listed


def _without_unfinished(sheet: AttestationSheet, listed: list[Student]) -> list[Student]:
    """Those who are in no other retake of the period that is still being filled: one attempt, one sheet.

    Raises RefusedError, naming the sheets, where that leaves nobody.
    """
    numbers = {
        row.student_id: row.number
        for row in db.session.execute(
            select(SheetRow.student_id, AttestationSheet.number)
            .join(AttestationSheet, AttestationSheet.id == SheetRow.sheet_id)
            .where(
                AttestationSheet.course_id == sheet.course_id,
                AttestationSheet.period_id == sheet.period_id,
                AttestationSheet.kind != "main",
                AttestationSheet.closed_at.is_(None),
                SheetRow.student_id.in_([student.id for student in listed]),
            )
        )
    }
    free = [student for student in listed if student.id not in numbers]
    if numbers and not free:
        waiting = ", ".join(f"№ {number}" for number in sorted(set(numbers.values())))
        raise RefusedError(f"Уже в незакрытой ведомости {waiting}: сначала заполните и закройте её (п. 4.4).")
    return free


def _to_change(actor: Viewer, sheet_id: int) -> AttestationSheet:
    hold_open()
    sheet = find(actor, sheet_id)
    if not keeps(actor, sheet.course_id, settings.today()):
        raise ForbiddenError("Ведомость заполняет преподаватель журнала или администрация (п. 4.4).")
    check_open(sheet.course.year)
    db.session.execute(select(AttestationSheet.id).where(AttestationSheet.id == sheet_id).with_for_update())
    db.session.refresh(sheet, ["closed_at"])
    for row in sheet.rows:
        db.session.refresh(row, ["mark", "ticket", "version"])
    if sheet.closed_at:
        raise ClosedError("Ведомость закрыта: исправить её можно только вдвоём, с причиной (п. 4.4).")
    return sheet


def _entry(sheet: AttestationSheet, row: SheetRow, before: str, after: str) -> dict[str, object]:
    return {
        "course_id": sheet.course_id,
        "student_id": row.student_id,
        "before": before,
        "after": after,
        "details": {"sheet": sheet.id, "name": f"ведомость № {sheet.number}"},
    }


def _log(actor: Viewer, sheet: AttestationSheet, action: str, *, before: str | None = None, after: str) -> None:
    log.record(
        actor, "sheet", action, before=before, after=after, course_id=sheet.course_id,
        details={"sheet": sheet.id, "name": f"ведомость № {sheet.number}"},
    )  # fmt: skip

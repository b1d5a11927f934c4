"""Recording consents, refusals and withdrawals, and ending the access that rests on them (п. 4.1, 152-ФЗ)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ejournal.access import Viewer, leads, led_by
from ejournal.domain import consents as rules
from ejournal.extensions import db
from ejournal.models import CONSENTS, Consent, Group, Person
from ejournal.services import consent_register, files, group_admin, log, settings, shut_out
from ejournal.services.consent_register import Standing
from ejournal.services.errors import FieldsError, NotFoundError
from ejournal.services.files import Download, Upload

BY_MINOR = "На дату заявления обучающийся несовершеннолетний: подписывает родитель или законный представитель."
BY_ADULT = "На дату заявления обучающийся совершеннолетний: за себя подписывает он сам."
LATER = "Есть более поздний ответ этого лица, от {:%d.%m.%Y}: дата не может быть раньше."
NOTHING_GIVEN = "Отозвать можно только данное согласие: внесите отказ."


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a pile of papers: who signed («own», «guardian» for somebody outside the system, a parent's id;
    empty: who is expected) and the answer (empty: the common one)."""

    student_id: int
    signer: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """What a paper says besides who and whose."""

    kind: str
    dated: date | None
    number: str = ""
    note: str = ""
    signer_name: str = ""


def of_group(viewer: Viewer, group_id: int) -> tuple[Group, list[Standing]]:
    """The group's students of today with their answers. Raises NotFoundError where it is not the viewer's."""
    group = group_admin.find(group_id)
    if not leads(viewer, group_id, settings.today()):
        raise NotFoundError
    return group, consent_register.load(settings.today(), group_ids=[group_id])


def of_student(viewer: Viewer, student_id: int) -> tuple[Standing, list[Consent]]:
    """A student's line and every answer ever given about him, the newest first. Raises NotFoundError."""
    today = settings.today()
    if db.session.scalar(select(Person.id).where(Person.id == student_id, led_by(viewer, today))) is None:
        raise NotFoundError
    standing = consent_register.load(today, student_id=student_id)
    if not standing:
        raise NotFoundError
    history = db.session.scalars(
        select(Consent)
        .where(Consent.student_id == student_id)
        .options(joinedload(Consent.person), joinedload(Consent.recorder), joinedload(Consent.file))
        .order_by(Consent.id.desc())
    )
    return standing[0], list(history)


def record_group(actor: Viewer, group_id: int, entries: Sequence[Entry], form: Form) -> int:
    """Enter a pile of papers of a group; each is a new row, earlier ones stay. Returns how many were entered.

    Raises NotFoundError, FieldsError (of a line: `signer-<student>`).
    """
    _group, lines = of_group(actor, group_id)
    wanted = {entry.student_id: entry for entry in entries}
    errors = _wrong(form)
    chosen = [line for line in lines if line.id in wanted]
    if not chosen:
        errors["student_ids"] = "Отметьте хотя бы одного обучающегося."
    papers = []
    for line in chosen:
        entry = wanted[line.id]
        papers.append((line, entry.signer or line.usual_signer, entry.kind or form.kind))
        if form.dated and (wrong := _wrong_line(*papers[-1], form.dated)):
            errors[f"signer-{line.id}"] = wrong
    if errors:
        raise FieldsError(errors)
    for line, signer, kind in papers:
        _add(actor, line, signer, kind, form, None)
    db.session.commit()
    return len(papers)


def record(actor: Viewer, student_id: int, signer: str, form: Form, upload: Upload | None = None) -> None:
    """Enter one answer, with its scan where there is one. Raises NotFoundError, FieldsError, RefusedError."""
    line, _history = of_student(actor, student_id)
    errors = _wrong(form)
    if form.dated and (wrong := _wrong_line(line, signer, form.kind, form.dated)):
        errors["signer"] = wrong
    if errors:
        raise FieldsError(errors)
    scan = None
    if upload is not None:
        db.session.rollback()  # nobody waits for the database while the file is written
        scan = files.keep(actor, upload)
    _add(actor, line, signer, form.kind, form, scan)
    db.session.commit()


def scan_of(viewer: Viewer, consent_id: int) -> Download:
    """The scan of an answer, for who keeps the register of that student. Raises NotFoundError."""
    found = db.session.scalar(
        select(Consent)
        .join(Person, Person.id == Consent.student_id)
        .where(Consent.id == consent_id, Consent.file_id.is_not(None), led_by(viewer, settings.today()))
        .options(joinedload(Consent.file))
    )
    if found is None or found.file is None:
        raise NotFoundError
    return files.open_stored(found.file)


def _wrong(form: Form) -> dict[str, str]:
    errors: dict[str, str] = {}
    if form.kind not in CONSENTS:
        errors["kind"] = "Выберите: согласие, отказ или отзыв."
    if form.dated is None or form.dated > settings.today():
        errors["dated"] = "Укажите дату заявления, не позже сегодняшней."
    return errors


def _wrong_line(line: Standing, signer: str, kind: str, dated: date) -> str | None:
    """Why this paper cannot be one, or None (152-ФЗ: кто отвечает)."""
    parent = signer in {str(parent.id) for parent in line.parents}
    if signer not in ("own", "guardian") and not parent:
        return "Выберите, кто подписал."
    if kind not in CONSENTS:
        return "Выберите: согласие, отказ или отзыв."
    # A parent always answers about the own access; for the student only while he is a minor.
    if not parent and not rules.may_sign(signer == "own", line.birth, dated):
        return BY_MINOR if signer == "own" else BY_ADULT
    last = line.last_of(signer)
    if last and last.dated > dated:
        return LATER.format(last.dated)
    if kind == rules.WITHDRAWN and (last is None or last.kind != rules.AGREED):
        return NOTHING_GIVEN
    return None


def _add(actor: Viewer, line: Standing, signer: str, kind: str, form: Form, scan: Any) -> None:
    assert form.dated is not None
    outside = signer == "guardian"
    person_id = line.id if signer in ("own", "guardian") else int(signer)
    db.session.add(
        Consent(
            student_id=line.id, person_id=person_id, kind=kind, dated=form.dated, number=form.number.strip()[:50],
            note=form.note.strip(), by_guardian=outside, signer=form.signer_name.strip()[:250] if outside else "",
            file=scan, recorded_by=actor.person_id,
        )
    )  # fmt: skip
    last = line.last_of(signer)
    log.record(
        actor, "consent", "create",
        before=f"{CONSENTS[last.kind]} от {last.dated:%d.%m.%Y}" if last else None,
        after=f"{CONSENTS[kind]} от {form.dated:%d.%m.%Y}: {_who(line, signer, form)}", student_id=line.id,
        details={"person_id": person_id},
    )  # fmt: skip
    db.session.flush()
    if kind != rules.AGREED and not outside:
        _end_access(actor, line, person_id)


def _who(line: Standing, signer: str, form: Form) -> str:
    if signer == "own":
        return "обучающийся"
    if signer == "guardian":
        return " ".join(("законный представитель", form.signer_name.strip())).strip()
    return next(parent.name for parent in line.parents if str(parent.id) == signer)


def _end_access(actor: Viewer, line: Standing, person_id: int) -> None:
    """Of who answered, and of the present parents of an adult who did."""
    people = {person_id}
    if person_id == line.id:
        people |= {parent.id for parent in line.parents}
    shut_out.end_sessions(actor, people, "нет согласия (п. 4.1)")

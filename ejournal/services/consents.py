"""The register of consents to personal data processing, entered by group (п. 4.1, 152-ФЗ)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from ejournal.access import Viewer, leads
from ejournal.extensions import db
from ejournal.models import CONSENTS, Consent, Group, Person
from ejournal.services import group_admin, log, movement_plan, settings
from ejournal.services.errors import FieldsError, NotFoundError


@dataclass(frozen=True, slots=True)
class Line:
    """A student with the last answer on record, if any."""

    student: Person
    answer: Consent | None


def of_group(viewer: Viewer, group_id: int) -> tuple[Group, list[Line]]:
    """The group's students of today with their last answers. Raises NotFoundError where it is not the viewer's."""
    today = settings.today()
    group = group_admin.find(group_id)
    if not leads(viewer, group_id, today):
        raise NotFoundError
    students = movement_plan.in_group(group_id, today)
    ids = [student.id for student in students]
    last = {
        row.student_id: row
        for row in db.session.scalars(select(Consent).where(Consent.student_id.in_(ids)).order_by(Consent.id))
    }
    return group, [Line(student, last.get(student.id)) for student in students]


def record(
    actor: Viewer, group_id: int, student_ids: Sequence[int], kind: str, dated: date | None, number: str = ""
) -> int:
    """Enter one answer for many students; each is a new row, earlier ones stay. Returns how many were entered.

    Raises NotFoundError, FieldsError.
    """
    _group, lines = of_group(actor, group_id)
    errors: dict[str, str] = {}
    if kind not in CONSENTS:
        errors["kind"] = "Выберите: согласие, отказ или отзыв."
    if dated is None or dated > settings.today():
        errors["dated"] = "Укажите дату заявления, не позже сегодняшней."
    chosen = [line.student for line in lines if line.student.id in student_ids]
    if not chosen:
        errors["student_ids"] = "Отметьте хотя бы одного обучающегося."
    if errors or dated is None:
        raise FieldsError(errors)
    for student in chosen:
        db.session.add(
            Consent(
                student_id=student.id, person_id=student.id, kind=kind, dated=dated, number=number.strip()[:50],
                recorded_by=actor.person_id,
            )
        )  # fmt: skip
        log.record(actor, "consent", "create", after=f"{CONSENTS[kind]} от {dated:%d.%m.%Y}", student_id=student.id)
    db.session.commit()
    return len(chosen)

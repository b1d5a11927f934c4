"""Движение контингента: orders that begin and end memberships (п. 4.2)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from ejournal.access import Viewer
from ejournal.domain.names import fold
from ejournal.extensions import db, in_turn
from ejournal.models import (
    MOVEMENTS,
    Enrollment,
    Movement,
    MovementOrder,
    Person,
    Role,
    RoleGrant,
    Subgroup,
    SubgroupMember,
)
from ejournal.services import absence_asking, log, movement_plan
from ejournal.services.errors import FieldsError, NotFoundError
from ejournal.services.movement_plan import BEGINNING, ENDING, Step, Typed, preview

PAGE = 50
Dated = tuple[int, str | None]


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the register to show; `page` from 1."""

    kind: str = ""
    text: str = ""
    page: int = 1


def register(wanted: Filter) -> tuple[list[MovementOrder], bool]:
    """Orders, the newest first, and whether there are more. Two queries however many."""
    query = select(MovementOrder).options(
        joinedload(MovementOrder.group), selectinload(MovementOrder.movements).joinedload(Movement.student)
    )
    if wanted.kind in MOVEMENTS:
        query = query.where(MovementOrder.kind == wanted.kind)
    if key := fold(wanted.text):
        found = (
            select(Movement.order_id)
            .join(Person, Person.id == Movement.student_id)
            .where(Person.skey.startswith(key, autoescape=True))
        )
        number = " ".join(wanted.text.split())
        query = query.where(MovementOrder.id.in_(found) | (MovementOrder.number == number))
    query = query.order_by(MovementOrder.dated.desc(), MovementOrder.id.desc())
    rows = db.session.scalars(query.limit(PAGE + 1).offset((wanted.page - 1) * PAGE)).all()
    return list(rows[:PAGE]), len(rows) > PAGE


def way_of(student_id: int) -> list[Enrollment]:
    """A student's memberships, oldest first."""
    return list(
        db.session.scalars(
            select(Enrollment)
            .where(Enrollment.student_id == student_id)
            .options(joinedload(Enrollment.group))
            .order_by(Enrollment.since, Enrollment.id)
        )
    )


def issue(actor: Viewer, typed: Typed) -> MovementOrder:
    """Register an order and carry it out for all its students in one transaction.

    Raises FieldsError, also where marks after the day need a tick, and ClosedError for a day of a closed year.
    """
    order = carry_out(actor, typed)
    db.session.commit()
    return order


def carry_out(actor: Viewer, typed: Typed) -> MovementOrder:
    """The same as a part of what the caller commits.

    Raises FieldsError, also where marks after the day need a tick, and ClosedError for a day of a closed year.
    """
    in_turn("movement")
    draft = preview(typed)
    if draft.errors:
        raise FieldsError(draft.errors)
    if draft.warnings and not typed.sure:
        raise FieldsError({"sure": " ".join(draft.warnings)})
    assert typed.dated
    assert typed.effective
    if typed.new_people:
        typed = replace(typed, student_ids=(*typed.student_ids, *_add_people(actor, typed.new_people)), new_people=())
        draft = preview(typed)
    order = MovementOrder(
        kind=typed.kind,
        number=typed.number.strip()[:50],
        dated=typed.dated,
        effective=typed.effective,
        group_id=typed.group_id if typed.kind in BEGINNING else None,
        leave_until=typed.leave_until if typed.kind == "leave" else None,
        reason=" ".join(typed.reason.split())[:500],
        created_by=actor.person_id,
    )
    db.session.add(order)
    db.session.flush()
    for step in draft.steps:
        _apply(actor, order, step)
    absence_asking.ask_others([step.student.id for step in draft.steps if step.group], order.effective)
    return order


def _add_people(actor: Viewer, names: Sequence[str]) -> list[int]:
    """New persons by their full names; who is stored under that name already is not the same person."""
    added = []
    for name in names:
        surname, given, patronymic = [*name.split(maxsplit=2), ""][:3]
        person = Person.called(surname[:100], given[:100], patronymic[:100])
        db.session.add(person)
        db.session.flush()
        log.record(actor, "person", "create", after=person.full_name, details={"person_id": person.id})
        added.append(person.id)
    return added


def graduate(actor: Viewer, group_id: int, number: str, dated: date, effective: date) -> MovementOrder:
    """Release everybody who is in the group on the day before `effective`; the caller commits."""
    members = movement_plan.in_group(group_id, effective - timedelta(days=1))
    return carry_out(actor, Typed("graduate", number, dated, effective, tuple(p.id for p in members), sure=True))


def find(order_id: int) -> MovementOrder:
    order = db.session.scalar(
        select(MovementOrder).where(MovementOrder.id == order_id).options(selectinload(MovementOrder.movements))
    )
    if order is None:
        raise NotFoundError
    return order


def _apply(actor: Viewer, order: MovementOrder, step: Step) -> None:
    last = order.effective - timedelta(days=1)
    movement = Movement(order_id=order.id, student_id=step.student.id)
    # What the order ends besides the membership, by number with the last day it had: undoing reads it in the log.
    ended: dict[str, Any] = {"subgroups": []}
    if step.ended:
        movement.ended_id, movement.until_before = step.ended.id, step.ended.until
        ended |= _end(order, step.ended, last)
    if step.group:
        began = Enrollment(
            student_id=step.student.id, group_id=step.group.id, since=order.effective,
            came_kind=BEGINNING[order.kind], order_in=order.number, order_in_date=order.dated,
        )  # fmt: skip
        db.session.add(began)
        db.session.flush()
        movement.began_id = began.id
    db.session.add(movement)
    ended["role"] = _follow_role(step.student.id, order)
    log.record(
        actor, "enrollment", "order", before=None, after=f"{words(order)}: {step.words}",
        student_id=step.student.id, reason=order.reason or None, details={"order": order.id, **ended},
    )  # fmt: skip


def _end(order: MovementOrder, ended: Enrollment, last: date) -> dict[str, Any]:
    """End the membership and the student's places in subgroups; returns those it ended, and the newest there was: a
    division made after the order has newer ones."""
    ended.left_kind, ended.order_out, ended.order_out_date = ENDING[order.kind], order.number, order.dated
    if movement_plan.is_on_leave(ended, order.effective):
        return {}
    ended.until = last
    found, members = [], subgroups_of(ended.student_id, ended.group_id)
    for member in members:
        if member.since <= last and (member.until is None or member.until > last):
            found.append(_dated(member))
            member.until = last
    return {"subgroups": found, "newest": max((member.id for member in members), default=0)}


def _dated(row: SubgroupMember | RoleGrant) -> Dated:
    return row.id, row.until.isoformat() if row.until else None


def _follow_role(student_id: int, order: MovementOrder) -> Dated | None:
    """A student's role ends with an expulsion or a release and begins again on coming back; a leave keeps it. Returns
    the one that was changed: none where a new one was given."""
    changed = None
    grants = select(RoleGrant).where(RoleGrant.person_id == student_id, RoleGrant.role == Role.STUDENT)
    open_ = db.session.scalar(grants.where(RoleGrant.until.is_(None)))
    if order.kind in ("expel", "graduate"):
        if open_:
            changed = _dated(open_)
            open_.until = max(order.effective - timedelta(days=1), open_.since)
    elif order.kind in BEGINNING and open_ is None:
        same_day = db.session.scalar(grants.where(RoleGrant.since == order.effective))
        if same_day:
            changed = _dated(same_day)
            same_day.until = None
        else:
            db.session.add(
                RoleGrant(
                    person_id=student_id, role=Role.STUDENT, since=order.effective,
                    order_number=order.number, order_date=order.dated,
                )
            )  # fmt: skip
    return changed


def subgroups_of(student_id: int, group_id: int) -> Sequence[SubgroupMember]:
    """A student's places in the subgroups of a group, of all days."""
    return db.session.scalars(
        select(SubgroupMember)
        .join(Subgroup, Subgroup.id == SubgroupMember.subgroup_id)
        .where(SubgroupMember.student_id == student_id, Subgroup.group_id == group_id)
    ).all()


def words(order: MovementOrder) -> str:
    """«перевод в другую группу, приказ № 15-с от 01.10.2026»."""
    return f"{MOVEMENTS[order.kind]}, приказ № {order.number} от {order.dated:%d.%m.%Y}"

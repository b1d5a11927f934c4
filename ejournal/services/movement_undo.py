"""Taking back a mistaken order about students (п. 4.2)."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, select

from ejournal.access import Viewer
from ejournal.extensions import db, in_turn
from ejournal.models import Enrollment, LogEntry, Movement, MovementOrder, Role, RoleGrant
from ejournal.models.base import now
from ejournal.services import absence_asking, log
from ejournal.services.errors import RefusedError
from ejournal.services.movement import find, subgroups_of, words
from ejournal.services.movement_plan import BEGINNING, check_year, guest_marks_after, marks_after


def undo(actor: Viewer, order_id: int) -> MovementOrder:
    """Take back a mistaken order: memberships, subgroups and roles are as they were before it.

    Raises NotFoundError, ClosedError for a day of a closed year, and RefusedError where a later order or marks of the
    new group build on it.
    """
    in_turn("movement")
    order = find(order_id)
    if order.undone_at:
        raise RefusedError("Этот приказ уже отменён.")
    check_year(order.effective)
    for movement in order.movements:
        _refuse_undo(order, movement)
    for movement in order.movements:
        _take_back(order, movement)
        log.record(
            actor, "enrollment", "undo", before=words(order), after="приказ отменён",
            student_id=movement.student_id, details={"order": order.id},
        )  # fmt: skip
    absence_asking.ask_others([movement.student_id for movement in order.movements], order.effective)
    order.undone_at, order.undone_by = now(), actor.person_id
    db.session.commit()
    return order


def _refuse_undo(order: MovementOrder, movement: Movement) -> None:
    later = db.session.scalar(
        select(MovementOrder)
        .join(Movement, Movement.order_id == MovementOrder.id)
        .where(
            Movement.student_id == movement.student_id,
            MovementOrder.id > order.id,
            MovementOrder.undone_at.is_(None),
        )
        .order_by(MovementOrder.id.desc())
    )
    if later:
        raise RefusedError(
            f"{movement.student.full_name}: после этого приказа есть {words(later)}. Сначала отмените его."
        )
    began = db.session.get(Enrollment, movement.began_id) if movement.began_id else None
    marks = marks_after(movement.student_id, began.group_id, began.since) if began else 0
    if began and not movement.ended_id and guest_marks_after(movement.student_id, began.group_id, began.since):
        raise RefusedError(
            f"{movement.student.full_name}: в журналах по индивидуальному плану уже есть отметки с "
            f"{began.since:%d.%m.%Y}. Снимите их или оформите отчисление."
        )
    if marks:
        raise RefusedError(
            f"{movement.student.full_name}: в журналах новой группы уже есть отметки ({marks}). "
            "Снимите их или оформите обратный перевод."
        )


def _take_back(order: MovementOrder, movement: Movement) -> None:
    noted = _noted(order, movement)
    if movement.began_id:
        began = db.session.get(Enrollment, movement.began_id)
        movement.began_id = None
        db.session.flush()
        db.session.delete(began)
    if movement.ended_id:
        ended = db.session.get(Enrollment, movement.ended_id)
        assert ended is not None
        ended.until, leave = movement.until_before, _leave(order, ended)
        ended.left_kind = "leave" if leave else None
        ended.order_out, ended.order_out_date = (leave.number, leave.dated) if leave else (None, None)
        if noted:
            _open_noted(order, movement, ended, noted)
        elif not leave:
            _open_subgroups(order, movement, ended)
    if not noted:
        _give_role_back(order, movement)
    elif noted["role"]:
        _open_role(order, *noted["role"])
    elif order.kind in BEGINNING:
        _take_role(order, movement)


def _noted(order: MovementOrder, movement: Movement) -> dict[str, Any]:
    """What the order ended besides the membership, as its entry in the log tells; {} of an order of before it did."""
    entries = db.session.scalars(
        select(LogEntry.details).where(
            LogEntry.subject == "enrollment", LogEntry.action == "order", LogEntry.student_id == movement.student_id
        )
    )
    return next((found for found in entries if found and found.get("order") == order.id and "subgroups" in found), {})


def _open_noted(order: MovementOrder, movement: Movement, ended: Enrollment, noted: dict[str, Any]) -> None:
    """Places in subgroups that end on the order's eve still: those it had ended have their last days back, and those
    of a division made after it, which could give no more than that eve, go on as long as the membership. Any other
    last day is a later division's word. Who was taken out of a subgroup altogether stays so."""
    before = dict(noted["subgroups"])
    for member in subgroups_of(movement.student_id, ended.group_id):
        if member.until != _eve(order):
            continue
        if member.id in before:
            member.until = _day(before[member.id])
        elif "newest" in noted and member.id > noted["newest"]:
            member.until = movement.until_before


def _open_role(order: MovementOrder, number: int, until: str | None) -> None:
    """Give the role its last day back, unless somebody changed it or took it away after the order."""
    row = db.session.get(RoleGrant, number)
    if row and row.until == (None if order.kind in BEGINNING else max(_eve(order), row.since)):
        row.until = _day(until)


def _eve(order: MovementOrder) -> date:
    return order.effective - timedelta(days=1)


def _day(noted: str | None) -> date | None:
    return date.fromisoformat(noted) if noted else None


def _open_subgroups(order: MovementOrder, movement: Movement, ended: Enrollment) -> None:
    """Of an older order: those that ended on its eve. Where the group was divided anew on its very day nobody can tell
    which of them the order had ended, and to be in two at once is worse than to be in none, which is told (п. 4.2)."""
    members = subgroups_of(movement.student_id, ended.group_id)
    if any(member.since == order.effective for member in members):
        return
    for member in members:
        if member.until == _eve(order):
            member.until = movement.until_before


def _leave(order: MovementOrder, ended: Enrollment) -> MovementOrder | None:
    """The order of the academic leave that had ended the membership before this one, and holds again."""
    return db.session.scalar(
        select(MovementOrder)
        .join(Movement, Movement.order_id == MovementOrder.id)
        .where(
            Movement.ended_id == ended.id,
            MovementOrder.id != order.id,
            MovementOrder.kind == "leave",
            MovementOrder.undone_at.is_(None),
        )
    )


def _give_role_back(order: MovementOrder, movement: Movement) -> None:
    """Of an older order."""
    if order.kind in ("expel", "graduate"):
        ended = db.session.scalar(_grants(movement).where(RoleGrant.until == _eve(order)))
        if ended:
            ended.until = None
    elif order.kind in BEGINNING:
        _take_role(order, movement)


def _take_role(order: MovementOrder, movement: Movement) -> None:
    """Delete the role that the order gave."""
    given = _grants(movement).where(
        RoleGrant.since == order.effective,
        RoleGrant.order_number == order.number,
        RoleGrant.order_date == order.dated,
    )
    for grant in db.session.scalars(given).all():
        db.session.delete(grant)


def _grants(movement: Movement) -> Select[RoleGrant]:
    return select(RoleGrant).where(RoleGrant.person_id == movement.student_id, RoleGrant.role == Role.STUDENT)

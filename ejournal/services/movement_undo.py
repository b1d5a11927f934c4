"""Taking back a mistaken order about students (п. 4.2)."""

from datetime import timedelta

from sqlalchemy import delete, select

from ejournal.access import Viewer
from ejournal.extensions import db, in_turn
from ejournal.models import Enrollment, Movement, MovementOrder, Role, RoleGrant
from ejournal.models.base import now
from ejournal.services import absence_asking, log
from ejournal.services.errors import RefusedError
from ejournal.services.movement import find, subgroups_of, words
from ejournal.services.movement_plan import BEGINNING, guest_marks_after, marks_after


def undo(actor: Viewer, order_id: int) -> MovementOrder:
    """Take back a mistaken order: memberships, subgroups and roles are as they were before it.

    Raises NotFoundError, and RefusedError where a later order or marks of the new group build on it.
    """
    in_turn("movement")
    order = find(order_id)
    if order.undone_at:
        raise RefusedError("Этот приказ уже отменён.")
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
    last = order.effective - timedelta(days=1)
    if movement.began_id:
        began = db.session.get(Enrollment, movement.began_id)
        movement.began_id = None
        db.session.flush()
        db.session.delete(began)
    if movement.ended_id:
        ended = db.session.get(Enrollment, movement.ended_id)
        assert ended is not None
        ended.until, leave = movement.until_before, _leave(ended)
        ended.left_kind = "leave" if leave else None
        ended.order_out, ended.order_out_date = (leave.number, leave.dated) if leave else (None, None)
        for member in subgroups_of(movement.student_id, ended.group_id):
            if member.until == last:
                member.until = movement.until_before
    _give_role_back(order, movement)


def _leave(ended: Enrollment) -> MovementOrder | None:
    """The order of the academic leave that had ended the membership already, and holds again."""
    return db.session.scalar(
        select(MovementOrder)
        .join(Movement, Movement.order_id == MovementOrder.id)
        .where(Movement.ended_id == ended.id, MovementOrder.kind == "leave", MovementOrder.undone_at.is_(None))
    )


def _give_role_back(order: MovementOrder, movement: Movement) -> None:
    last = order.effective - timedelta(days=1)
    grants = select(RoleGrant).where(RoleGrant.person_id == movement.student_id, RoleGrant.role == Role.STUDENT)
    if order.kind in ("expel", "graduate"):
        ended_grant = db.session.scalar(grants.where(RoleGrant.until == last))
        if ended_grant:
            ended_grant.until = None
    elif order.kind in BEGINNING:
        of_order = (RoleGrant.order_number == order.number, RoleGrant.order_date == order.dated)
        db.session.execute(
            delete(RoleGrant).where(
                RoleGrant.person_id == movement.student_id, RoleGrant.role == Role.STUDENT,
                RoleGrant.since == order.effective, *of_order,
            )
        )  # fmt: skip

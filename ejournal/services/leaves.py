"""Academic leaves: which end soon, who is away on one, and their days, on which terms stand still (п. 4.2, 4.4)."""

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import ScalarSelect, exists, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from ejournal.domain.debts import Span
from ejournal.extensions import db
from ejournal.models import Enrollment, Movement, MovementOrder, Person
from ejournal.services import settings


def ending(today: date, within: int = 30) -> list[Movement]:
    """Academic leaves that end within so many days, or ended without a restoration or an expulsion."""
    later = aliased(Enrollment)
    return list(
        db.session.scalars(
            select(Movement)
            .join(MovementOrder, MovementOrder.id == Movement.order_id)
            .join(Enrollment, Enrollment.id == Movement.ended_id)
            .where(
                MovementOrder.kind == "leave",
                Enrollment.left_kind == "leave",
                MovementOrder.undone_at.is_(None),
                MovementOrder.leave_until <= today + timedelta(days=within),
                ~exists().where(later.student_id == Movement.student_id, later.since > MovementOrder.effective),
            )
            .options(joinedload(Movement.order), joinedload(Movement.student), contains_eager(Movement.ended))
            .order_by(MovementOrder.leave_until)
        )
    )


def from_group(group_id: int, on: date) -> list[Person]:
    """Who went on academic leave from a group and is not back on a day, by surname."""
    later = aliased(Enrollment)
    return list(
        db.session.scalars(
            select(Person)
            .join(Enrollment, Enrollment.student_id == Person.id)
            .where(
                Enrollment.group_id == group_id, Enrollment.left_kind == "leave", Enrollment.until < on,
                ~exists().where(later.student_id == Person.id, later.since > Enrollment.since),
            )
            .order_by(Person.skey, Person.id)
        )
    )  # fmt: skip


def of_students(student_ids: Iterable[int]) -> dict[int, list[Span]]:
    """Academic leaves of students by their memberships, to a return or an expulsion; one that goes on lasts up to
    today. One query."""
    rows = db.session.execute(
        select(
            Enrollment.student_id, Enrollment.since, Enrollment.until, Enrollment.left_kind,
            _expelled_on().label("expelled"),
        )
        .where(Enrollment.student_id.in_(set(student_ids)))
        .order_by(Enrollment.student_id, Enrollment.since)
    ).all()  # fmt: skip
    found: dict[int, list[Span]] = {}
    for number, row in enumerate(rows):
        if row.until is None or (row.left_kind != "leave" and row.expelled is None):
            continue
        following = rows[number + 1] if number + 1 < len(rows) else None
        back = row.expelled or (following.since if following and following.student_id == row.student_id else None)
        until = back - timedelta(days=1) if back else settings.today()
        found.setdefault(row.student_id, []).append((row.until + timedelta(days=1), until))
    return found


def _expelled_on() -> ScalarSelect[date]:
    """The first day of the expulsion of who did not come back from a leave, by the enclosing query's Enrollment; NULL
    of everybody else."""
    return (
        select(MovementOrder.effective)
        .join(Movement, Movement.order_id == MovementOrder.id)
        .where(
            # By the student first: that column has an index.
            Movement.student_id == Enrollment.student_id,
            Movement.ended_id == Enrollment.id,
            Movement.until_before < MovementOrder.effective,
            MovementOrder.undone_at.is_(None),
        )
        .limit(1)
        .correlate(Enrollment)
        .scalar_subquery()
    )

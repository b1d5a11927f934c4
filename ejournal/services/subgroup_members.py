"""Places in подгруппы as a division meets and changes them (п. 4.2)."""

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import or_, select

from ejournal.access import in_force, lasting
from ejournal.extensions import db
from ejournal.models import Cell, Course, Enrollment, Group, Lesson, Subgroup, SubgroupMember, Work


def held(offered: Collection[int], since: date) -> dict[int, set[int]]:
    """By student, the subgroups of a day and of whatever was planned after it: all that a division replaces."""
    found: dict[int, set[int]] = {}
    for student_id, subgroup_id in db.session.execute(
        select(SubgroupMember.student_id, SubgroupMember.subgroup_id).where(
            SubgroupMember.subgroup_id.in_(offered), lasting(SubgroupMember, since)
        )
    ):
        found.setdefault(student_id, set()).add(subgroup_id)
    return found


def marked(group: Group, since: date) -> set[tuple[int, int]]:
    """Students with marks from a day on, by subgroup."""
    rows = db.session.execute(
        select(Cell.student_id, Subgroup.id)
        .join(Work, Work.id == Cell.work_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
        .join(Subgroup, Subgroup.id == Course.subgroup_id)
        .where(
            Course.group_id == group.id, Lesson.date >= since,
            or_(Cell.mark.is_not(None), Cell.attendance.is_not(None)),
        )
        .distinct()
    )  # fmt: skip
    return {(row[0], row[1]) for row in rows}


def ends(group: Group, on: date) -> dict[int, date | None]:
    """The last day of each student who is in the group on a day; None: goes on."""
    rows = db.session.scalars(select(Enrollment).where(Enrollment.group_id == group.id, in_force(Enrollment, on)))
    return {row.student_id: row.until for row in rows}


def move(student_id: int, offered: Collection[int], wanted: Collection[int], since: date, last: date | None) -> bool:
    """End, begin or keep the student's memberships from a day on, up to the `last` one in the group.

    Whatever a later division began or ended is replaced; returns whether there was any.
    """
    rows = db.session.scalars(
        select(SubgroupMember).where(
            SubgroupMember.student_id == student_id,
            SubgroupMember.subgroup_id.in_(offered),
            lasting(SubgroupMember, since),
        )
    ).all()
    replaced = any(row.since > since or row.until not in (None, last) for row in rows)
    kept = {row.subgroup_id for row in rows if row.since <= since and row.subgroup_id in wanted}
    for row in rows:
        if row.since > since or (row.since == since and row.subgroup_id not in wanted):
            db.session.delete(row)
        else:
            row.until = last if row.subgroup_id in wanted else since - timedelta(days=1)
    for subgroup_id in set(wanted) - kept:
        db.session.add(SubgroupMember(subgroup_id=subgroup_id, student_id=student_id, since=since, until=last))
    return replaced

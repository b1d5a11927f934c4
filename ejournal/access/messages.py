"""Who may write to whom, and who reads which conversation (R2.3.communicate; п. 2.1, 4.3, 4.4).

Staff write to one another. A teacher writes to the students and parents of the groups taught, a group's leader to those
of the own group, administration and the system administrator to all. Students and parents write to the teachers and the
leader of their group, to administration and to support; never to one another at large. Who has no electronic access
(no consent, no account, expelled) is written to by nobody.
"""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, or_, select, true, union
from sqlalchemy.orm import aliased

from ejournal.access.core import OVERSEERS, STAFF, Viewer
from ejournal.access.dated import holding, in_force, running
from ejournal.access.diaries import children_of, declined, parent_may_read, reads_diary, studies
from ejournal.models import (
    AcademicYear,
    Account,
    Course,
    CourseTeacher,
    Curatorship,
    Discipline,
    Enrollment,
    Group,
    Guardianship,
    Member,
    MessageBlock,
    Person,
    Role,
)

GROUP_AUDIENCES = ("students", "parents", "teachers")
# Ids of groups: a list, or a query that finds them.
Groups = Any


def may_write_to(viewer: Viewer, on: date) -> ColumnElement[bool]:
    """The condition that the viewer may write to the query's Person."""
    allowed: list[ColumnElement[bool]] = [false()]
    if viewer.holds(STAFF):
        own = None if viewer.holds(OVERSEERS) else _groups_of_staff(viewer.person_id, on)
        allowed += [is_staff(on), _is_student_of(own, on), _is_parent_of(own, on)]
    if Role.STUDENT in viewer.roles:
        allowed.append(_serves(_groups_of_student(viewer.person_id, on), on))
    if Role.PARENT in viewer.roles:
        allowed.append(_serves(_groups_of_children(viewer, on), on))
    has_account = exists().where(Account.person_id == Person.id, Account.blocked_at.is_(None))
    return and_(Person.id != viewer.person_id, has_account, or_(*allowed), ~is_blocked_by(viewer))


def is_blocked_by(viewer: Viewer) -> ColumnElement[bool]:
    """The condition that the query's Person takes no messages from the viewer; employees are blocked by nobody."""
    if viewer.holds(STAFF):
        return false()
    return exists().where(MessageBlock.person_id == Person.id, MessageBlock.blocked_id == viewer.person_id)


def may_block(viewer: Viewer, on: date) -> ColumnElement[bool]:
    """The condition that the viewer may refuse messages of the query's Person: an employee those of a student or
    parent. Administration and support hear everybody."""
    if viewer.holds(OVERSEERS) or not viewer.holds(STAFF):
        return false()
    return and_(Person.id != viewer.person_id, ~is_staff(on))


def may_address(viewer: Viewer, kind: str, group_id: int | None, on: date) -> ColumnElement[bool]:
    """The condition that the viewer may write to this audience at once; who of it gets the message is asked apart."""
    if viewer.holds(OVERSEERS):
        return true()
    if kind not in GROUP_AUDIENCES or group_id is None or not viewer.holds(STAFF):
        return false()
    return select(Group.id).where(Group.id == group_id, groups_addressed_by(viewer, on)).exists()


def groups_addressed_by(viewer: Viewer, on: date) -> ColumnElement[bool]:
    """The condition that the viewer may write to the query's Group as a whole."""
    if viewer.holds(OVERSEERS):
        return Group.released_on.is_(None)
    return Group.id.in_(_groups_of_staff(viewer.person_id, on)) if viewer.holds(STAFF) else false()


def in_audience(kind: str, group_id: int | None, on: date) -> ColumnElement[bool]:
    """The condition that the query's Person belongs to an audience: of a group, or all who hold a role."""
    if kind in GROUP_AUDIENCES:
        if group_id is None:
            return false()
        served = {"students": _is_student_of, "parents": _is_parent_of, "teachers": _teaches}
        return served[kind]([group_id], on)
    if kind not in set(Role):
        return false()
    if kind == Role.STUDENT:
        return _is_student_of(None, on)
    if kind == Role.PARENT:
        return _is_parent_of(None, on)
    return holding(Person.id, (Role(kind),), on)


def takes_part(viewer: Viewer, on: date) -> ColumnElement[bool]:
    """The condition that the query's Member row is the viewer's and still opens its conversation.

    A student's and a parent's place rests on the diary: who may not read it any more reads no messages about it.
    """
    child = select(Person.id).where(Person.id == Member.student_id, reads_diary(viewer, on)).correlate(Member)
    place: ColumnElement[bool] = child.exists()
    if viewer.holds(STAFF):
        place = or_(Member.student_id.is_(None), place)
    return and_(Member.person_id == viewer.person_id, place)


def links_of(viewer: Viewer, person_ids: Any, on: date, group_id: int | None = None) -> Any:
    """Of the parents among these persons, their children as far as the viewer may know of them: the parent's id, the
    child, the group. On one of them a parent's place in a conversation rests."""
    groups = None if viewer.holds(OVERSEERS) else _groups_of_staff(viewer.person_id, on)
    # All aliased: the conditions speak of these tables too.
    child, row, spell = aliased(Person), aliased(Guardianship), aliased(Enrollment)
    return (
        select(row.parent_id, child, Group.title)
        .join(child, child.id == row.student_id)
        .outerjoin(spell, and_(spell.student_id == child.id, in_force(spell, on)))
        .outerjoin(Group, Group.id == spell.group_id)
        .where(
            row.parent_id.in_(person_ids),
            _gives_access(row, child, groups if group_id is None else [group_id], on),
        )
        .order_by(row.parent_id, child.skey, child.id)
    )


def taught_to(viewer: Viewer, person_ids: Any, on: date) -> Any:
    """What these employees teach the viewer, or the viewer's children: the employee's id and the discipline."""
    return (
        select(CourseTeacher.teacher_id, Discipline.title)
        .join(Course, Course.id == CourseTeacher.course_id)
        .join(AcademicYear, AcademicYear.id == Course.year_id)
        .join(Discipline, Discipline.id == Course.discipline_id)
        .where(
            CourseTeacher.teacher_id.in_(person_ids),
            in_force(CourseTeacher, on),
            running(on),
            _is_of_family(Course.group_id, viewer, on),
        )
        .distinct()
        .order_by(CourseTeacher.teacher_id, Discipline.title)
    )


def leading(viewer: Viewer, person_ids: Any, on: date) -> Any:
    """Who of these employees leads a group of the viewer's, or of the viewer's children: the id and the group."""
    return (
        select(Curatorship.person_id, Group.title)
        .join(Group, Group.id == Curatorship.group_id)
        .where(Curatorship.person_id.in_(person_ids), in_force(Curatorship, on), _is_of_family(Group.id, viewer, on))
        .order_by(Curatorship.person_id, Group.title)
    )


def distance(viewer: Viewer, on: date) -> ColumnElement[int]:
    """How far the query's Person stands from a student or parent: 0 leads the group, 1 teaches it, 2 serves all."""
    groups = _groups_of_family(viewer, on)
    return case((_leads(groups, on), 0), (_teaches(groups, on), 1), else_=2)


def own_link(viewer: Viewer, other_id: int, on: date) -> Select[int]:
    """The child on whom a parent's conversation with an employee rests: one in that employee's group comes first."""
    children = children_of(viewer, on).with_only_columns(Person.id).order_by(None)
    served = exists().where(
        Enrollment.student_id == Person.id,
        in_force(Enrollment, on),
        Enrollment.group_id.in_(_groups_of_staff(other_id, on)),
    )
    return children.order_by(served.desc(), Person.id).limit(1)


def is_staff(on: date) -> ColumnElement[bool]:
    return holding(Person.id, STAFF, on)


def _serves(groups: Groups, on: date) -> ColumnElement[bool]:
    """Whom a student or parent may turn to: teachers and leaders of the groups, administration, support."""
    return or_(_teaches(groups, on), _leads(groups, on), holding(Person.id, OVERSEERS, on))


def _leads(groups: Groups, on: date) -> ColumnElement[bool]:
    led = exists().where(
        Curatorship.person_id == Person.id, in_force(Curatorship, on), Curatorship.group_id.in_(groups)
    )
    return and_(led, is_staff(on))


def _teaches(groups: Groups, on: date) -> ColumnElement[bool]:
    taught = exists().where(
        CourseTeacher.teacher_id == Person.id,
        in_force(CourseTeacher, on),
        CourseTeacher.course_id == Course.id,
        Course.group_id.in_(groups),
        Course.year_id == AcademicYear.id,
        running(on),
    )
    return and_(taught, is_staff(on))


def _is_student_of(groups: Groups | None, on: date) -> ColumnElement[bool]:
    """Of the groups (None: of any), with the right to sign in (п. 4.1)."""
    return and_(holding(Person.id, (Role.STUDENT,), on), _studies(Person.id, groups, on), ~declined(Person.id))


def _is_parent_of(groups: Groups | None, on: date) -> ColumnElement[bool]:
    row, child = aliased(Guardianship), aliased(Person)
    guards = exists().where(
        row.parent_id == Person.id, child.id == row.student_id, _gives_access(row, child, groups, on)
    )
    return and_(holding(Person.id, (Role.PARENT,), on), guards)


def _gives_access(row: Any, child: Any, groups: Groups | None, on: date) -> ColumnElement[bool]:
    """What opens a child's diary to one parent (access.diaries), for many: guardianship and consents (п. 4.1)."""
    return and_(in_force(row, on), _studies(row.student_id, groups, on), parent_may_read(row.parent_id, on, child))


def _studies(student_id: Any, groups: Groups | None, on: date) -> ColumnElement[bool]:
    """In one of the groups today; where none are named, as far as access to the diary goes."""
    if groups is None:
        return studies(on, student_id)
    return exists().where(
        Enrollment.student_id == student_id, in_force(Enrollment, on), Enrollment.group_id.in_(groups)
    )


def _groups_of_staff(person_id: int, on: date) -> Groups:
    """The groups a person teaches this year or leads."""
    taught = (
        select(Course.group_id)
        .join(CourseTeacher, CourseTeacher.course_id == Course.id)
        .join(AcademicYear, AcademicYear.id == Course.year_id)
        .where(CourseTeacher.teacher_id == person_id, in_force(CourseTeacher, on), running(on))
    )
    led = select(Curatorship.group_id).where(Curatorship.person_id == person_id, in_force(Curatorship, on))
    return taught.union(led)


def _is_of_family(group_id: Any, viewer: Viewer, on: date) -> ColumnElement[bool]:
    """The condition that the viewer studies in the group, or a child of the viewer's does."""
    within: ColumnElement[bool] = group_id.in_(_groups_of_family(viewer, on))
    return within


def _groups_of_student(person_id: int, on: date) -> Groups:
    return select(Enrollment.group_id).where(Enrollment.student_id == person_id, in_force(Enrollment, on))


def _groups_of_children(viewer: Viewer, on: date) -> Groups:
    child = children_of(viewer, on).with_only_columns(Person.id).order_by(None)
    # Apart from the Person asked about.
    ids = select(child.subquery().c.id)
    return select(Enrollment.group_id).where(Enrollment.student_id.in_(ids), in_force(Enrollment, on))


def _groups_of_family(viewer: Viewer, on: date) -> Groups:
    """The groups where the viewer studies, or the viewer's children do."""
    own = [select(Enrollment.group_id).where(false())]
    if Role.STUDENT in viewer.roles:
        own.append(_groups_of_student(viewer.person_id, on))
    if Role.PARENT in viewer.roles:
        own.append(_groups_of_children(viewer, on))
    return union(*own)

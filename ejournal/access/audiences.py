"""To whom something is addressed (п. 2.3): the places people hold, and who may address whom.

A place is a role, in a group where the role is held in one (domain/audiences.py). A parent holds one for each child
whose diary may be read; without a consent there is none (п. 4.1).
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Subquery,
    and_,
    cast,
    false,
    literal,
    null,
    or_,
    select,
    union_all,
)

from ejournal.access.core import OVERSEERS, STAFF, Viewer
from ejournal.access.dated import holding, in_force, running
from ejournal.access.diaries import declined, parent_may_read
from ejournal.access.statements import reckoned
from ejournal.domain import calendar
from ejournal.domain.audiences import Choice
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    AudienceTarget,
    Course,
    CourseTeacher,
    Curatorship,
    Enrollment,
    Group,
    Guardianship,
    Person,
    Role,
    RoleGrant,
)

# Who announces; a teacher may besides put events (a consultation) before the groups taught.
ANNOUNCERS = frozenset({Role.ADMINISTRATION, Role.SYSADMIN, Role.CURATOR})
PLANNERS = ANNOUNCERS | {Role.TEACHER}


def addressed(viewer: Viewer, audience_id: Any, on: date, about_id: int | None = None) -> ColumnElement[bool]:
    """The condition that the viewer is in an audience. `about_id`: as that student or that student's parent alone."""
    return audience_id.in_(reaching(viewer, on, about_id))


def reaching(viewer: Viewer, on: date, about_id: int | None = None) -> Select[*tuple[int]]:
    """The audiences the viewer is in: for a statement that asks of several things, put together once."""
    held = places(on, viewer)
    mine: list[ColumnElement[bool]] = [held.c.role.in_(sorted(viewer.roles))]
    if about_id is not None:
        mine.append(held.c.about_id == about_id)
    return select(AudienceTarget.audience_id).join(held, fits(held)).where(*mine)


def reaches_led(viewer: Viewer, audience_id: Any, on: date) -> ColumnElement[bool]:
    """The condition that an audience has students or parents of a group the viewer leads (п. 4.3): a group leader
    knows what the group is told."""
    if Role.CURATOR not in viewer.roles:
        return false()
    held = places(on, viewer)
    theirs = or_(AudienceTarget.role.is_(None), AudienceTarget.role.in_((Role.STUDENT, Role.PARENT)))
    reached = select(AudienceTarget.audience_id).join(held, and_(theirs, _fits_group(held)))
    return audience_id.in_(reached.where(held.c.role == Role.CURATOR, held.c.group_id.is_not(None)))


def members(audience_id: int, on: date) -> Select[*tuple[Any, ...]]:
    """Everybody in an audience: person, role and group, a row for each place."""
    held = places(on)
    return (
        select(held.c.person_id, held.c.role, held.c.group_id)
        .join(AudienceTarget, fits(held))
        .where(AudienceTarget.audience_id == audience_id)
        .distinct()
    )


def fits(held: Subquery) -> ColumnElement[bool]:
    """The condition that a target of the query describes a place: domain.audiences.Target.fits in SQL."""
    return and_(or_(AudienceTarget.role.is_(None), AudienceTarget.role == held.c.role), _fits_group(held))


def _fits_group(held: Subquery) -> ColumnElement[bool]:
    pairs = (
        (AudienceTarget.group_id, held.c.group_id),
        (AudienceTarget.course_number, held.c.course_number),
        (AudienceTarget.programme_id, held.c.programme_id),
    )
    return and_(*(or_(wanted.is_(None), wanted == has) for wanted, has in pairs))


def places(on: date, viewer: Viewer | None = None) -> Subquery:
    """The places held on a day, of everybody or of one viewer: columns person_id, role, group_id, course_number,
    programme_id, and about_id, the student in whose name a student's or a parent's is held."""
    if viewer is None:
        return union_all(*(branch(on) for branch in BRANCHES)).subquery()
    # Only what the roles make possible: putting this together costs more than running it.
    held = [branch(on) for branch, roles in BRANCHES.items() if viewer.roles & roles] or [_nowhere()]
    own = [each.where(each.selected_columns["person_id"] == viewer.person_id) for each in held]
    return union_all(*own).subquery()


def groups_open(viewer: Viewer, on: date, teaching: bool = False) -> set[int] | None:
    """The groups the viewer may address: those led, with `teaching` those taught too; None: all (administration)."""
    if viewer.holds(OVERSEERS):
        return None
    own = {Role.CURATOR, Role.TEACHER} if teaching else {Role.CURATOR}
    held = places(on, viewer)
    wanted = select(held.c.group_id).where(held.c.role.in_(sorted(own & viewer.roles)), held.c.group_id.is_not(None))
    return set(db.session.scalars(wanted.distinct()))


def may_address(choice: Choice, open_groups: set[int] | None) -> bool:
    """Whether who may address these groups (see `groups_open`) may address this audience."""
    return open_groups is None or bool(choice.group_ids and open_groups.issuperset(choice.group_ids))


def groups_concerned(viewer: Viewer, on: date, roles: Iterable[Role]) -> Select[*tuple[int]]:
    """The groups in which the viewer holds one of the roles."""
    held = places(on, viewer)
    return select(held.c.group_id).where(
        held.c.role.in_(sorted(viewer.roles & set(roles))), held.c.group_id.is_not(None)
    )


def students_concerned(viewer: Viewer, on: date) -> list[int]:
    """The student herself, or the children of a parent: of whom the viewer is told as family."""
    held = places(on, viewer)
    mine = select(held.c.about_id).where(held.c.role.in_(sorted(viewer.roles)), held.c.about_id.is_not(None))
    return list(db.session.scalars(mine.distinct().order_by(held.c.about_id)))


def _staff(on: date) -> Select[*tuple[Any, ...]]:
    """A role of an employee, in no group."""
    nothing = cast(null(), Integer)
    return select(
        RoleGrant.person_id.label("person_id"),
        RoleGrant.role.label("role"),
        nothing.label("group_id"),
        nothing.label("course_number"),
        nothing.label("programme_id"),
        nothing.label("about_id"),
    ).where(RoleGrant.role.in_(sorted(STAFF)), in_force(RoleGrant, on))


def _students(on: date) -> Select[*tuple[Any, ...]]:
    return (
        _in_group(Enrollment.student_id, Role.STUDENT, Enrollment.student_id, on)
        .join(Enrollment, Enrollment.group_id == Group.id)
        .where(in_force(Enrollment, on), ~declined(Enrollment.student_id))
    )


def _parents(on: date) -> Select[*tuple[Any, ...]]:
    return (
        _in_group(Guardianship.parent_id, Role.PARENT, Person.id, on)
        .join(Enrollment, Enrollment.group_id == Group.id)
        .join(Person, Person.id == Enrollment.student_id)
        .join(Guardianship, Guardianship.student_id == Person.id)
        .where(in_force(Enrollment, on), in_force(Guardianship, on), parent_may_read(Guardianship.parent_id, on))
    )


def _curators(on: date) -> Select[*tuple[Any, ...]]:
    return (
        _in_group(Curatorship.person_id, Role.CURATOR, None, on)
        .join(Curatorship, Curatorship.group_id == Group.id)
        .where(in_force(Curatorship, on), holding(Curatorship.person_id, (Role.CURATOR,), on))
    )


def _teachers(on: date) -> Select[*tuple[Any, ...]]:
    return (
        _in_group(CourseTeacher.teacher_id, Role.TEACHER, None, on)
        .join(Course, Course.group_id == Group.id)
        .join(CourseTeacher, CourseTeacher.course_id == Course.id)
        .join(AcademicYear, AcademicYear.id == Course.year_id)
        .where(running(on), in_force(CourseTeacher, on), holding(CourseTeacher.teacher_id, (Role.TEACHER,), on))
    )


def _in_group(person_id: Any, role: Role, about_id: Any, on: date) -> Select[*tuple[Any, ...]]:
    return select(
        person_id.label("person_id"),
        literal(str(role)).label("role"),
        Group.id.label("group_id"),
        (reckoned(on, calendar.academic_year) + 1 - Group.admission_year).label("course_number"),
        Group.programme_id.label("programme_id"),
        (cast(null(), Integer) if about_id is None else about_id).label("about_id"),
    ).select_from(Group)


def _nowhere() -> Select[*tuple[Any, ...]]:
    """No place at all."""
    return _staff(date.max).where(false())


BRANCHES = {
    _staff: STAFF,
    _students: frozenset({Role.STUDENT}),
    _parents: frozenset({Role.PARENT}),
    _curators: frozenset({Role.CURATOR}),
    _teachers: frozenset({Role.TEACHER}),
}

"""The viewer, what a view declares, and the conditions on journals and groups."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, TypeVar

from flask_login import UserMixin
from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, exists, false, or_, select, true

from ejournal.domain.names import full_name, short_name
from ejournal.extensions import db
from ejournal.models import (
    Account,
    Course,
    CourseTeacher,
    Curatorship,
    Person,
    Role,
    RoleGrant,
)

View = TypeVar("View", bound=Callable[..., Any])

EVERYONE = frozenset(Role)
STAFF = frozenset({Role.ADMINISTRATION, Role.SYSADMIN, Role.CURATOR, Role.TEACHER})
OVERSEERS = frozenset({Role.ADMINISTRATION, Role.SYSADMIN})


@dataclass(frozen=True, slots=True)
class Viewer(UserMixin):
    """The signed-in person, as one query reads it. `id` is the account's; roles are those held today."""

    id: int
    epoch: int
    username: str
    person_id: int
    full_name: str
    short_name: str
    roles: frozenset[Role]

    def get_id(self) -> str:
        return f"{self.id}.{self.epoch}"

    def holds(self, roles: frozenset[Role]) -> bool:
        return bool(self.roles & roles)


def permits(*roles: Role) -> Callable[[View], View]:
    """Declare the roles that may call a view (any one of them held is enough)."""
    allowed = frozenset(roles)
    if not allowed:
        raise ValueError("name at least one role")

    def declare(view: View) -> View:
        view.permission = allowed  # type: ignore[attr-defined]
        return view

    return declare


def public(view: View) -> View:
    """Declare a view that needs no signing in."""
    view.permission = None  # type: ignore[attr-defined]
    return view


def load_viewer(token: str, on: date) -> Viewer | None:
    """The viewer a session cookie names, or None when the account is gone, blocked or its sessions were ended."""
    account_id, _, epoch = token.partition(".")
    if not (account_id.isdigit() and epoch.isdigit()):
        return None
    rows = db.session.execute(_viewer_statement(), {"account_id": int(account_id), "today": on}).all()
    if not rows or rows[0].session_epoch != int(epoch):
        return None
    first = rows[0]
    return Viewer(
        id=int(account_id),
        epoch=first.session_epoch,
        username=first.username,
        person_id=first.person_id,
        full_name=full_name(first.surname, first.name, first.patronymic),
        short_name=short_name(first.surname, first.name, first.patronymic),
        roles=frozenset(Role(row.role) for row in rows if row.role),
    )


@cache
def _viewer_statement() -> Select[*tuple[Any, ...]]:
    """Built once: putting a statement together costs several times what running it does, and every request runs it."""
    today = bindparam("today", type_=Date)
    return (
        select(
            Account.session_epoch,
            Account.username,
            Account.person_id,
            Person.surname,
            Person.name,
            Person.patronymic,
            RoleGrant.role,
        )
        .join(Person, Person.id == Account.person_id)
        .outerjoin(RoleGrant, and_(RoleGrant.person_id == Person.id, in_force(RoleGrant, today)))
        .where(Account.id == bindparam("account_id"), Account.blocked_at.is_(None))
    )


def in_force(dated: Any, on: Any) -> ColumnElement[bool]:
    """The condition that a row with `since` and `until` (both included, either may be open) holds on a day."""
    return and_(
        or_(dated.since.is_(None), dated.since <= on),
        or_(dated.until.is_(None), dated.until >= on),
    )


def teaches(viewer: Viewer, course_id: Any, on: Any) -> ColumnElement[bool]:
    """The condition that the viewer is a teacher of the course on a day (п. 4.4: only own groups)."""
    if Role.TEACHER not in viewer.roles:
        return false()
    return exists().where(
        CourseTeacher.course_id == course_id,
        CourseTeacher.teacher_id == viewer.person_id,
        in_force(CourseTeacher, on),
    )


def gives(viewer: Viewer, lesson: Any) -> ColumnElement[bool]:
    """The condition that the viewer gives this one lesson instead of the course's teachers (замена): she fills it,
    and nothing else of the journal."""
    if Role.TEACHER not in viewer.roles:
        return false()
    return and_(lesson.teacher_id.is_not(None), lesson.teacher_id == viewer.person_id)


def courses_taught_by(viewer: Viewer, on: date) -> Select[Course]:
    """The journals the viewer keeps: may see and edit (п. 4.4)."""
    return select(Course).where(teaches(viewer, Course.id, on))


def courses_seen_by(viewer: Viewer, on: date) -> Select[Course]:
    """The journals the viewer may read."""
    return select(Course).where(sees(viewer, on))


def sees(viewer: Viewer, on: Any) -> ColumnElement[bool]:
    """The condition that the viewer may read the query's Course: own ones, those of the group led (п. 4.3), all
    for administration (п. 4.2)."""
    if viewer.holds(OVERSEERS):
        return true()
    allowed: list[ColumnElement[bool]] = [false()]
    if Role.TEACHER in viewer.roles:
        # Without dates: a former teacher of a course still reads what she wrote.
        allowed.append(
            exists().where(CourseTeacher.course_id == Course.id, CourseTeacher.teacher_id == viewer.person_id)
        )
    if Role.CURATOR in viewer.roles:
        allowed.append(
            exists().where(
                Curatorship.group_id == Course.group_id,
                Curatorship.person_id == viewer.person_id,
                in_force(Curatorship, on),
            )
        )
    return or_(*allowed)


def leads(viewer: Viewer, group_id: int, on: date) -> bool:
    """Whether the viewer may do a group leader's work for a group on a day: its curator, or administration (п. 4.3)."""
    if viewer.holds(OVERSEERS):
        return True
    return Role.CURATOR in viewer.roles and bool(
        db.session.scalar(
            select(
                exists().where(
                    Curatorship.group_id == group_id,
                    Curatorship.person_id == viewer.person_id,
                    in_force(Curatorship, on),
                )
            )
        )
    )

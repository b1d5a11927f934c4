"""The viewer, what a view declares, and the conditions on journals and groups."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar

from flask_login import UserMixin
from sqlalchemy import (
    ColumnElement,
    Date,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    exists,
    false,
    func,
    or_,
    select,
    true,
)

from ejournal.access.dated import in_force
from ejournal.domain.names import full_name, short_name
from ejournal.extensions import db
from ejournal.models import (
    Account,
    Course,
    CourseTeacher,
    Curatorship,
    InboxState,
    Notice,
    Person,
    Role,
    RoleGrant,
    UserSession,
)
from ejournal.models.base import UtcDateTime

View = TypeVar("View", bound=Callable[..., Any])

EVERYONE = frozenset(Role)
STAFF = frozenset({Role.ADMINISTRATION, Role.SYSADMIN, Role.CURATOR, Role.TEACHER})
OVERSEERS = frozenset({Role.ADMINISTRATION, Role.SYSADMIN})
LEADERS = OVERSEERS | {Role.CURATOR}


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
    # The session that signs the request and when it was last noted; a viewer without a browser has none.
    session: str = ""
    seen_at: datetime | None = None
    # How many notices were not read yet: on every page, so they are counted with the viewer.
    unseen: int = 0
    # Messages: how many are unread, and the number that grows when anything changes (models.InboxState).
    unread: int = 0
    inbox: int = 0
    updates_seen_at: datetime | None = None
    # Of the session: since when it is open, when its person last proved who it is, whether it may only set up
    # the second step (models.UserSession).
    started_at: datetime | None = None
    proved_at: datetime | None = None
    limited: bool = False

    def get_id(self) -> str:
        return self.session

    def holds(self, roles: frozenset[Role]) -> bool:
        return bool(self.roles & roles)


# The server itself, at work for a person whose right was asked before, or at night: it reads everything, and nothing
# can be written in its name, for nobody has this number.
SERVER = Viewer(0, 0, "", 0, "Сервер", "сервер", frozenset({Role.ADMINISTRATION}))


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


def proven(view: View) -> View:
    """Declare something dangerous: who it is must have been proved within ten minutes (web/proof.py). Below permits."""
    view.proven = True  # type: ignore[attr-defined]
    return view


@dataclass(frozen=True, slots=True)
class Alive:
    """A session counts as open while its last request and its beginning are later than these moments."""

    seen_after: datetime
    started_after: datetime


def load_viewer(session_id: str, on: date, alive: Alive) -> Viewer | None:
    """The viewer whose session a cookie names, or None when it is ended or too old, or the account is gone or
    blocked. One query."""
    limits = {"seen_after": alive.seen_after, "started_after": alive.started_after}
    rows = db.session.execute(_session_statement(), {"session_id": session_id, "today": on, **limits}).all()
    if not rows:
        return None
    of_session = {name: getattr(rows[0], name) for name in ("seen_at", "started_at", "proved_at", "limited")}
    return _viewer(rows, session=session_id, **of_session)


def viewer_of(account_id: int, on: date) -> Viewer | None:
    """The viewer an account is, outside any session; None when it is gone or blocked."""
    rows = db.session.execute(_account_statement(), {"account_id": account_id, "today": on}).all()
    return _viewer(rows) if rows else None


def _viewer(rows: Sequence[Any], **of_session: Any) -> Viewer:
    first = rows[0]
    return Viewer(
        id=first.id,
        epoch=first.session_epoch,
        username=first.username,
        person_id=first.person_id,
        full_name=full_name(first.surname, first.name, first.patronymic),
        short_name=short_name(first.surname, first.name, first.patronymic),
        roles=frozenset(Role(row.role) for row in rows if row.role),
        unseen=first.unseen,
        unread=first.unread or 0,
        inbox=first.version or 0,
        updates_seen_at=first.updates_seen_at,
        **of_session,
    )


# Built once: putting a statement together costs several times what running it does, and every request runs it.
@cache
def _session_statement() -> Select[*tuple[Any, ...]]:
    return (
        _people()
        .add_columns(UserSession.seen_at, UserSession.started_at, UserSession.proved_at, UserSession.limited)
        .join(
            UserSession,
            and_(UserSession.account_id == Account.id, UserSession.epoch == Account.session_epoch),
        )
        .where(
            UserSession.id == bindparam("session_id"),
            UserSession.ended_at.is_(None),
            UserSession.seen_at > bindparam("seen_after", type_=UtcDateTime),
            UserSession.started_at > bindparam("started_after", type_=UtcDateTime),
        )
    )


@cache
def _account_statement() -> Select[*tuple[Any, ...]]:
    return _people().where(Account.id == bindparam("account_id"))


def _people() -> Select[*tuple[Any, ...]]:
    """Accounts that are not blocked with their persons and the roles held today, a row for each role."""
    today = bindparam("today", type_=Date)
    return (
        select(
            Account.id,
            Account.session_epoch,
            Account.username,
            Account.person_id,
            Account.updates_seen_at,
            Person.surname,
            Person.name,
            Person.patronymic,
            RoleGrant.role,
            _unseen().label("unseen"),
            InboxState.unread,
            InboxState.version,
        )
        .join(Person, Person.id == Account.person_id)
        .outerjoin(InboxState, InboxState.person_id == Account.person_id)
        .outerjoin(RoleGrant, and_(RoleGrant.person_id == Person.id, in_force(RoleGrant, today)))
        .where(Account.blocked_at.is_(None))
    )


def _unseen() -> ScalarSelect[int]:
    mine = (Notice.person_id == Account.person_id, Notice.seen_at.is_(None))
    return select(func.count(Notice.id)).where(*mine).correlate(Account).scalar_subquery()


def teaches(viewer: Viewer, course_id: Any, on: Any) -> ColumnElement[bool]:
    """The condition that the viewer is a teacher of the course on a day (п. 4.4: only own groups)."""
    if Role.TEACHER not in viewer.roles:
        return false()
    return exists().where(
        CourseTeacher.course_id == course_id,
        CourseTeacher.teacher_id == viewer.person_id,
        in_force(CourseTeacher, on),
    )


def ever_taught(viewer: Viewer) -> Select[*tuple[int]]:
    """The journals the viewer keeps or kept: says less than `teaches`, but an index finds them among a large
    college's thousands."""
    return select(CourseTeacher.course_id).where(CourseTeacher.teacher_id == viewer.person_id)


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
        allowed.append(curates(viewer, Course.group_id, on))
    return or_(*allowed)


def curates(viewer: Viewer, group_id: Any, on: Any) -> ColumnElement[bool]:
    """The condition that the viewer is a group's curator on a day, whatever else the viewer may (п. 4.3)."""
    if Role.CURATOR not in viewer.roles:
        return false()
    return exists().where(
        Curatorship.group_id == group_id,
        Curatorship.person_id == viewer.person_id,
        in_force(Curatorship, on),
    )


def leads(viewer: Viewer, group_id: int, on: date) -> bool:
    """Whether the viewer may do a group leader's work for a group on a day: its curator, or administration (п. 4.3)."""
    if viewer.holds(OVERSEERS):
        return True
    return Role.CURATOR in viewer.roles and bool(db.session.scalar(select(curates(viewer, group_id, on))))


def keeps(viewer: Viewer, course_id: int, on: date) -> bool:
    """Whether the viewer leads the papers of a journal on a day: its teacher, or administration (п. 4.2, 4.4)."""
    return viewer.holds(OVERSEERS) or bool(db.session.scalar(select(teaches(viewer, course_id, on))))

"""Whom one may write to, in words: one person, or many at once (access.messages decides)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, func, select

from ejournal.access import Viewer, in_force
from ejournal.access import messages as access
from ejournal.domain.messages import AUDIENCES
from ejournal.domain.names import fold
from ejournal.domain.numbers import whole
from ejournal.domain.words import plural
from ejournal.extensions import db
from ejournal.models import Enrollment, Group, Person, Role, RoleGrant
from ejournal.services import settings
from ejournal.services.errors import NotFoundError, RefusedError

MOST_FOUND = 60
STAFF_ORDER = (Role.ADMINISTRATION, Role.CURATOR, Role.TEACHER, Role.SYSADMIN)
NOBODY = (
    "Этому человеку вы написать не можете: он не учится и не преподаёт в ваших группах, "
    "или у него нет доступа в журнал (п. 2.1). Обратитесь к администрации."
)


@dataclass(frozen=True, slots=True)
class Addressee:
    """A person as a list shows one. `link_id`: the student on whom the place in a conversation rests, if any."""

    id: int
    name: str
    full_name: str
    about: str = ""
    link_id: int | None = None


@dataclass(frozen=True, slots=True)
class Audience:
    """Many people at once: `key` is «students:12» for a group's, «role:teacher» for all who hold a role."""

    key: str
    title: str
    kind: str
    group_id: int | None = None


def search(viewer: Viewer, text: str) -> list[Addressee]:
    """Those whose name holds the words, whatever case and ё: for students and parents the leader of the group first,
    then its teachers; in alphabetical order."""
    named = Person.skey.contains(fold(text), autoescape=True)
    return _find(viewer, named)


def find(viewer: Viewer, person_id: int) -> Addressee:
    """Raises NotFoundError, also where the person exists: nobody is told who is in the college."""
    found = _find(viewer, Person.id == person_id)
    if not found:
        raise NotFoundError(NOBODY)
    return found[0]


def may_write(viewer: Viewer, person_id: int) -> bool:
    today = settings.today()
    query = select(Person.id).where(Person.id == person_id, access.may_write_to(viewer, today))
    return db.session.scalar(query) is not None


def audiences(viewer: Viewer) -> list[tuple[Group, list[Audience]]]:
    """The groups that the viewer may write to as a whole, each with its audiences."""
    groups = db.session.scalars(
        select(Group).where(access.groups_addressed_by(viewer, settings.today())).order_by(Group.title)
    )
    return [(group, [_of_group(kind, group) for kind in AUDIENCES]) for group in groups]


def role_audiences(viewer: Viewer) -> list[Audience]:
    """All who hold a role: for administration and support."""
    if not viewer.holds(access.OVERSEERS):
        return []
    return [Audience(f"role:{role}", f"{words}, весь колледж", role) for role, words in ALL.items()]


ALL = {
    Role.TEACHER: "Преподаватели",
    Role.CURATOR: "Руководители групп",
    Role.ADMINISTRATION: "Администрация",
    Role.STUDENT: "Обучающиеся",
    Role.PARENT: "Родители",
}


def audience(viewer: Viewer, key: str) -> Audience:
    """The audience of a key. Raises NotFoundError where the viewer may not write to it."""
    kind, _, rest = key.partition(":")
    if kind == "role":
        found = next((each for each in role_audiences(viewer) if each.key == key), None)
    else:
        group = db.session.get(Group, whole(rest) or 0) if kind in AUDIENCES else None
        found = _of_group(kind, group) if group else None
    if found is None:
        raise NotFoundError
    allowed = access.may_address(viewer, found.kind, found.group_id, settings.today())
    if not db.session.scalar(select(allowed)):
        raise NotFoundError
    return found


def may_address(viewer: Viewer, key: str) -> bool:
    """Whether the viewer may still write to an audience."""
    try:
        audience(viewer, key)
    except NotFoundError:
        return False
    return True


def size(viewer: Viewer, chosen: Audience) -> int:
    """How many people of an audience a message would reach."""
    return db.session.scalar(select(func.count(Person.id)).where(*_reached(viewer, chosen))) or 0


def people(viewer: Viewer, chosen: Audience) -> list[Addressee]:
    """Everybody of an audience with the student on whom the place rests. Raises RefusedError where there is nobody."""
    today = settings.today()
    found = list(db.session.scalars(select(Person).where(*_reached(viewer, chosen)).order_by(Person.skey, Person.id)))
    if not found:
        raise RefusedError("Писать некому: ни у кого из выбранных нет доступа в журнал (п. 4.1).")
    links: dict[int, int] = {}
    if chosen.kind in ("parents", Role.PARENT):
        ids = select(Person.id).where(*_reached(viewer, chosen))
        for parent_id, child, _group in db.session.execute(access.links_of(viewer, ids, today, chosen.group_id)):
            links.setdefault(parent_id, child.id)
    elif chosen.kind in ("students", Role.STUDENT):
        links = {person.id: person.id for person in found}
    return [Addressee(person.id, person.short_name, person.full_name, "", links.get(person.id)) for person in found]


def own_link(viewer: Viewer, other_id: int) -> int | None:
    """The student on whom the viewer's own place in a conversation with somebody rests; None for the staff."""
    if viewer.holds(access.STAFF):
        return None
    if Role.STUDENT in viewer.roles:
        return viewer.person_id
    return db.session.scalar(access.own_link(viewer, other_id, settings.today()))


def describe(viewer: Viewer, persons: Iterable[Person]) -> list[Addressee]:
    """Persons with what they are: post or role, group, children, what they teach. At most five queries."""
    found = {person.id: Addressee(person.id, person.short_name, person.full_name) for person in persons}
    if not found:
        return []
    roles = _roles(found)
    students = [key for key in found if Role.STUDENT in roles[key] and not roles[key] & access.STAFF]
    parents = [key for key in found if key not in students and not roles[key] & access.STAFF]
    staff = [key for key in found if roles[key] & access.STAFF]
    posts = {person.id: person.post for person in persons}
    duties = _duties(viewer, staff) if not viewer.holds(access.STAFF) else {}
    for key in staff:
        held = ", ".join(role.label.lower() for role in STAFF_ORDER if role in roles[key])
        words = "; ".join(filter(None, (posts[key] or held, ", ".join(duties.get(key, [])))))
        found[key] = replace(found[key], about=words)
    return list((found | _students(found, students) | _parents(viewer, found, parents)).values())


def _find(viewer: Viewer, wanted: ColumnElement[bool]) -> list[Addressee]:
    today = settings.today()
    query = select(Person).where(access.may_write_to(viewer, today), wanted)
    if not viewer.holds(access.STAFF):
        query = query.order_by(access.distance(viewer, today))
    return describe(viewer, db.session.scalars(query.order_by(Person.skey, Person.id).limit(MOST_FOUND)).all())


def _reached(viewer: Viewer, chosen: Audience) -> tuple[ColumnElement[bool], ...]:
    today = settings.today()
    return access.may_write_to(viewer, today), access.in_audience(chosen.kind, chosen.group_id, today)


def _of_group(kind: str, group: Group) -> Audience:
    return Audience(f"{kind}:{group.id}", f"{group.title}: {AUDIENCES[kind]}", kind, group.id)


def _roles(ids: Collection[int]) -> dict[int, set[Role]]:
    found: dict[int, set[Role]] = {key: set() for key in ids}
    rows = db.session.execute(
        select(RoleGrant.person_id, RoleGrant.role).where(
            RoleGrant.person_id.in_(ids), in_force(RoleGrant, settings.today())
        )
    )
    for person_id, role in rows:
        found[person_id].add(Role(role))
    return found


def _duties(viewer: Viewer, ids: Collection[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    if ids:
        for person_id, title in db.session.execute(access.leading(viewer, ids, settings.today())):
            found.setdefault(person_id, []).append(f"руководитель группы {title}")
        for person_id, title in db.session.execute(access.taught_to(viewer, ids, settings.today())):
            found.setdefault(person_id, []).append(title)
    return found


def _students(found: dict[int, Addressee], ids: Collection[int]) -> dict[int, Addressee]:
    if not ids:
        return {}
    rows = db.session.execute(
        select(Enrollment.student_id, Group.title)
        .join(Group, Group.id == Enrollment.group_id)
        .where(Enrollment.student_id.in_(ids), in_force(Enrollment, settings.today()))
    )
    groups = {row.student_id: row.title for row in rows}
    return {
        key: replace(found[key], about=", ".join(filter(None, ("обучающийся", groups.get(key)))), link_id=key)
        for key in ids
    }


def _parents(viewer: Viewer, found: dict[int, Addressee], ids: Collection[int]) -> dict[int, Addressee]:
    if not ids or not viewer.holds(access.STAFF):
        return {}
    children: dict[int, list[tuple[int, str]]] = {}
    for parent_id, child, group in db.session.execute(access.links_of(viewer, ids, settings.today())):
        words = f"{child.short_name} ({group})" if group else child.short_name
        children.setdefault(parent_id, []).append((child.id, words))
    return {
        key: replace(found[key], about=f"родитель: {', '.join(words for _id, words in own)}", link_id=own[0][0])
        for key, own in children.items()
    }


def counted(number: int) -> str:
    """«25 получателям», «1 получателю»."""
    return f"{number} {plural(number, 'получателю', 'получателям', 'получателям')}"

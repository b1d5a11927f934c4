"""Whose diary is open and which others are one tap away (п. 4.5, 4.6). One query, for every page of the diary."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Executable, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased

from ejournal.access import Viewer, in_force, prepared, reads_diary
from ejournal.domain.names import fold, full_name
from ejournal.extensions import db
from ejournal.models import DiaryVisit, Enrollment, Group, Guardianship, Person
from ejournal.models.base import now
from ejournal.services import settings
from ejournal.services.errors import NotFoundError

# Who comes back within this time is still on the same visit: what is new stays new meanwhile.
VISIT = timedelta(minutes=30)
MOST_FOUND = 60
# access.reads_diary speaks of enrolments too.
_Spell = aliased(Enrollment)


@dataclass(frozen=True, slots=True)
class Spell:
    """A membership of a group, both days included."""

    group: Group
    since: date
    until: date | None

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(slots=True)
class Child:
    """A student whose diary may be read. `new_since`: what is newer has not been seen; None on the first visit."""

    id: int
    name: str
    full_name: str
    surname: str
    spells: list[Spell] = field(default_factory=list)
    new_since: datetime | None = None

    def group_on(self, day: date) -> Group | None:
        return next((spell.group for spell in reversed(self.spells) if spell.holds(day)), None)

    @property
    def group(self) -> Group | None:
        """The group of today, else the last one."""
        return self.group_on(settings.today()) or (self.spells[-1].group if self.spells else None)


@dataclass(frozen=True, slots=True)
class Diary:
    """The open diary: the child, the family's other ones, and whether it is the student's own."""

    child: Child
    children: list[Child]
    is_own: bool
    is_kin: bool


def load(viewer: Viewer, student_id: int) -> Diary:
    """A student's diary. Raises NotFoundError where the viewer may not read it (access.reads_diary)."""
    rows = _found(*_with_family(viewer, settings.today(), student_id))
    child = next((child for child, _kin in rows if child.id == student_id), None)
    if child is None:
        raise NotFoundError
    kin = {each.id for each, is_kin in rows if is_kin}
    family = [each for each, is_kin in rows if is_kin]
    return Diary(child, family if child.id in kin else [child], viewer.person_id == student_id, child.id in kin)


def family(viewer: Viewer) -> list[Child]:
    """The viewer's own diary and the children's, in alphabetical order."""
    return [child for child, _kin in _found(*_with_family(viewer, settings.today(), None))]


def search(viewer: Viewer, text: str) -> list[Child]:
    """For curators and administration: students whose surname begins so; a curator's own group without any text."""
    begins = Person.skey.startswith(fold(text), autoescape=True)
    return [child for child, _kin in _found(_children(viewer, settings.today(), begins))][:MOST_FOUND]


@prepared
def _with_family(viewer: Viewer, today: date, student_id: int | None) -> Select[*tuple[Any, ...]]:
    """The student asked for, and who belongs to the viewer."""
    wanted = _is_kin(viewer, today)
    return _children(viewer, today, wanted if student_id is None else or_(Person.id == student_id, wanted))


def _is_kin(viewer: Viewer, today: date) -> ColumnElement[bool]:
    """Oneself or one's child while the link is in force; whether it may be read is asked beside."""
    return or_(
        Person.id == viewer.person_id,
        exists().where(
            Guardianship.parent_id == viewer.person_id,
            Guardianship.student_id == Person.id,
            in_force(Guardianship, today),
        ),
    )


def _children(viewer: Viewer, today: date, wanted: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """A row for each membership of a student."""
    return (
        select(
            *(Person.id, Person.surname, Person.name, Person.patronymic),
            *(Group, _Spell.since, _Spell.until),
            *(DiaryVisit.seen_at, DiaryVisit.before_at),
            _is_kin(viewer, today).label("is_kin"),
        )
        .outerjoin(_Spell, _Spell.student_id == Person.id)
        .outerjoin(Group, Group.id == _Spell.group_id)
        .outerjoin(DiaryVisit, and_(DiaryVisit.student_id == Person.id, DiaryVisit.account_id == viewer.id))
        .where(reads_diary(viewer, today), wanted)
        .order_by(Person.skey, Person.id, _Spell.since)
        .limit(MOST_FOUND * 4)
    )


def _found(statement: Executable, values: dict[str, Any] | None = None) -> list[tuple[Child, bool]]:
    """The students, and whether each belongs to the viewer."""
    found: dict[int, tuple[Child, bool]] = {}
    for row in db.session.execute(statement, values):
        if row.id not in found:
            name = full_name(row.surname, row.name, row.patronymic)
            child = Child(row.id, row.name or row.surname, name, row.surname)
            child.new_since = _new_since(row.seen_at, row.before_at)
            found[row.id] = child, bool(row.is_kin)
        if row.Group is not None:
            found[row.id][0].spells.append(Spell(row.Group, row.since, row.until))
    return list(found.values())


def _new_since(seen_at: datetime | None, before_at: datetime | None) -> datetime | None:
    if seen_at is None:
        return None
    return before_at if now() - seen_at <= VISIT else seen_at


def visited(viewer: Viewer, student_id: int) -> None:
    """Note that the diary is being read now. Raises NotFoundError."""
    load(viewer, student_id)
    moment = now()
    visit = db.session.scalar(
        select(DiaryVisit).where(DiaryVisit.account_id == viewer.id, DiaryVisit.student_id == student_id)
    )
    if visit is None:
        db.session.add(DiaryVisit(account_id=viewer.id, student_id=student_id, seen_at=moment))
    else:
        if moment - visit.seen_at > VISIT:
            visit.before_at = visit.seen_at
        visit.seen_at = moment
    db.session.commit()


def ids(children: Iterable[Child]) -> list[int]:
    return [child.id for child in children]

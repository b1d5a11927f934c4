"""Whose diary is open and which others are one tap away (п. 4.5, 4.6). One query, for every page of the diary."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased

from ejournal.access import Viewer, reads_diary
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
    own_or_kin = _is_kin(viewer)
    rows = _children(viewer, or_(Person.id == student_id, own_or_kin))
    child = next((child for child, _kin in rows if child.id == student_id), None)
    if child is None:
        raise NotFoundError
    kin = {each.id for each, is_kin in rows if is_kin}
    family = [each for each, is_kin in rows if is_kin]
    return Diary(child, family if child.id in kin else [child], viewer.person_id == student_id, child.id in kin)


def family(viewer: Viewer) -> list[Child]:
    """The viewer's own diary and the children's, in alphabetical order."""
    return [child for child, _kin in _children(viewer, _is_kin(viewer))]


def search(viewer: Viewer, text: str) -> list[Child]:
    """For curators and administration: students whose surname begins so; a curator's own group without any text."""
    begins = Person.skey.startswith(fold(text), autoescape=True)
    return [child for child, _kin in _children(viewer, begins)][:MOST_FOUND]


def _is_kin(viewer: Viewer) -> ColumnElement[bool]:
    """Oneself or one's child: whether it may be read is asked beside."""
    return or_(
        Person.id == viewer.person_id,
        exists().where(Guardianship.parent_id == viewer.person_id, Guardianship.student_id == Person.id),
    )


def _children(viewer: Viewer, wanted: ColumnElement[bool]) -> list[tuple[Child, bool]]:
    query = (
        select(Person, _Spell, Group, DiaryVisit, _is_kin(viewer))
        .outerjoin(_Spell, _Spell.student_id == Person.id)
        .outerjoin(Group, Group.id == _Spell.group_id)
        .outerjoin(DiaryVisit, and_(DiaryVisit.student_id == Person.id, DiaryVisit.account_id == viewer.id))
        .where(reads_diary(viewer, settings.today()), wanted)
        .order_by(Person.skey, Person.id, _Spell.since)
        .limit(MOST_FOUND * 4)
    )
    found: dict[int, tuple[Child, bool]] = {}
    for person, enrollment, group, visit, is_kin in db.session.execute(query):
        if person.id not in found:
            child = Child(
                person.id,
                person.name or person.surname,
                full_name(person.surname, person.name, person.patronymic),
                person.surname,
            )
            child.new_since = _new_since(visit)
            found[person.id] = child, bool(is_kin)
        if enrollment is not None:
            found[person.id][0].spells.append(Spell(group, enrollment.since, enrollment.until))
    return list(found.values())


def _new_since(visit: DiaryVisit | None) -> datetime | None:
    if visit is None:
        return None
    return visit.before_at if now() - visit.seen_at <= VISIT else visit.seen_at


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

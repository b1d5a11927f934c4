"""Who has acknowledged an announcement and who has not: for its author and administration all of them, for a group
leader the own group (п. 4.3)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select

from ejournal import access
from ejournal.access import OVERSEERS, Viewer
from ejournal.domain.names import short_name
from ejournal.extensions import db
from ejournal.models import Announcement, AnnouncementReading, Group, Person, Role
from ejournal.services import announcements, settings
from ejournal.services.announcements import Line
from ejournal.services.errors import NotFoundError

# Of these who they are is told with the group; employees stand together.
OF_GROUP = (Role.STUDENT, Role.PARENT)
STAFF_TITLE = "Сотрудники"


@dataclass(frozen=True, slots=True)
class Reader:
    name: str
    role: str
    acknowledged_at: datetime | None


@dataclass(slots=True)
class Part:
    """The readers of one group, or the employees."""

    title: str
    waiting: list[Reader] = field(default_factory=list)
    done: list[Reader] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Readers:
    line: Line
    parts: list[Part]
    # Persons, each once however many groups she is in.
    waiting: int
    done: int
    is_whole: bool


def load(viewer: Viewer, announcement_id: int) -> Readers:
    """The list for who may see it. Raises NotFoundError. Three queries beside the announcement's own."""
    line = announcements.load(viewer, announcement_id)
    whole = viewer.holds(OVERSEERS) or line.announcement.author_id == viewer.person_id
    if not line.announcement.needs_ack or not may_see(viewer, line):
        raise NotFoundError
    parts: dict[str, Part] = {}
    persons: dict[int, bool] = {}
    for row in db.session.execute(_rows(viewer, line.announcement, whole)):
        title = row.group if row.role in OF_GROUP else STAFF_TITLE
        part = parts.setdefault(title, Part(title))
        done = row.version is not None and row.version >= line.announcement.asked_version
        reader = Reader(
            short_name(row.surname, row.name, row.patronymic), Role(row.role).label.lower(), row.at if done else None
        )
        if row.role in OF_GROUP or row.id not in persons:
            (part.done if done else part.waiting).append(reader)
        persons[row.id] = done
    ordered = sorted(parts.values(), key=lambda part: (part.title == STAFF_TITLE, part.title))
    signed = sum(persons.values())
    return Readers(line, ordered, len(persons) - signed, signed, whole)


def may_see(viewer: Viewer, line: Line) -> bool:
    """Whether a list is the viewer's to see at all."""
    if viewer.holds(OVERSEERS) or line.announcement.author_id == viewer.person_id:
        return True
    return Role.CURATOR in viewer.roles


def _rows(viewer: Viewer, announcement: Announcement, whole: bool) -> Any:
    today = settings.today()
    meant = access.members(announcement.audience_id, today).subquery()
    reading = and_(AnnouncementReading.person_id == Person.id, AnnouncementReading.announcement_id == announcement.id)
    query = (
        select(
            Person.id, Person.surname, Person.name, Person.patronymic, meant.c.role, Group.title.label("group"),
            AnnouncementReading.acknowledged_version.label("version"),
            AnnouncementReading.acknowledged_at.label("at"),
        )
        .select_from(meant)
        .join(Person, Person.id == meant.c.person_id)
        .outerjoin(Group, Group.id == meant.c.group_id)
        .outerjoin(AnnouncementReading, reading)
        .where(Person.id != announcement.author_id)
        .order_by(Group.gkey, Person.skey, Person.id, meant.c.role)
    )  # fmt: skip
    if whole:
        return query
    led = access.groups_concerned(viewer, today, (Role.CURATOR,))
    return query.where(meant.c.role.in_(OF_GROUP), meant.c.group_id.in_(led))

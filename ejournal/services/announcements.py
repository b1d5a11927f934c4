"""Announcements as people read them (п. 2.3): only those addressed to them, between their dates; older ones in the
archive. Administration reads all, an author the own ones at any time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, false, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from ejournal import access
from ejournal.access import OVERSEERS, Viewer
from ejournal.domain.names import fold
from ejournal.extensions import db
from ejournal.models import Announcement, AnnouncementFile, AnnouncementReading
from ejournal.services import audiences, files, settings
from ejournal.services.errors import NotFoundError
from ejournal.services.files import Download

PAGE_SIZE = 20
LONGEST_QUERY = 100


@dataclass(frozen=True, slots=True)
class Line:
    """An announcement for one reader. `is_new`: not seen in this version; `owes`: to be acknowledged."""

    announcement: Announcement
    audience: str
    files: list[AnnouncementFile]
    is_new: bool
    owes: bool
    acknowledged_at: datetime | None
    may_change: bool
    state: str

    @property
    def id(self) -> int:
        return self.announcement.id


STATES = {"live": "", "ahead": "ещё не показывается", "over": "в архиве", "withdrawn": "снято"}


def listing(viewer: Viewer, archive: bool = False, text: str = "", page: int = 1) -> tuple[list[Line], bool]:
    """A page of what concerns the viewer, pinned and unread first, and whether there is more. Four queries."""
    today = settings.today()
    query = _rows(viewer, today).where(_is_shown(viewer, today), _over(today) if archive else ~_over(today))
    for word in fold(text[:LONGEST_QUERY]).split():
        query = query.where(Announcement.skey.contains(word, autoescape=True))
    order = (Announcement.starts.desc(), Announcement.id.desc())
    query = query.order_by(*order) if archive else query.order_by(Announcement.pinned.desc(), *order)
    rows = list(_lines(viewer, query.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE + 1)))
    return rows[:PAGE_SIZE], len(rows) > PAGE_SIZE


def load(viewer: Viewer, announcement_id: int) -> Line:
    """One announcement. Raises NotFoundError where it does not concern the viewer."""
    today = settings.today()
    query = _rows(viewer, today).where(Announcement.id == announcement_id, _is_shown(viewer, today))
    found = next(_lines(viewer, query), None)
    if found is None:
        raise NotFoundError
    return found


def download(viewer: Viewer, announcement_id: int, file_id: int) -> Download:
    """A file of an announcement the viewer may read. Raises NotFoundError."""
    line = load(viewer, announcement_id)
    found = next((each for each in line.files if each.id == file_id), None)
    if found is None:
        raise NotFoundError
    return files.open_stored(found.file)


def unread(seen: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """The condition that a reading (or none: NULL) is older than the version that all are asked to read."""
    return or_(seen.is_(None), seen < Announcement.asked_version)


def is_live(today: date) -> ColumnElement[bool]:
    """The condition that an announcement is on the board today."""
    return and_(
        Announcement.withdrawn_at.is_(None),
        Announcement.starts <= today,
        or_(Announcement.ends.is_(None), Announcement.ends >= today),
    )


def _over(today: date) -> ColumnElement[bool]:
    return or_(Announcement.withdrawn_at.is_not(None), and_(Announcement.ends.is_not(None), Announcement.ends < today))


def _is_shown(viewer: Viewer, today: date) -> ColumnElement[bool]:
    if viewer.holds(OVERSEERS):
        return true()
    theirs = and_(
        Announcement.withdrawn_at.is_(None),
        Announcement.starts <= today,
        or_(
            access.addressed(viewer, Announcement.audience_id, today),
            access.reaches_led(viewer, Announcement.audience_id, today),
        ),
    )
    # Who writes no longer (not even a curator any more) has nothing of the own left to look after.
    own = Announcement.author_id == viewer.person_id if viewer.holds(access.ANNOUNCERS) else false()
    return or_(theirs, own)


def _rows(viewer: Viewer, today: date) -> Select[*tuple[Announcement, AnnouncementReading | None, bool]]:
    reading = and_(
        AnnouncementReading.announcement_id == Announcement.id, AnnouncementReading.person_id == viewer.person_id
    )
    return (
        select(
            Announcement,
            AnnouncementReading,
            access.addressed(viewer, Announcement.audience_id, today).label("addressed"),
        )
        .outerjoin(AnnouncementReading, reading)
        .options(
            joinedload(Announcement.author),
            audiences.loaded(Announcement.audience),
            selectinload(Announcement.files).joinedload(AnnouncementFile.file),
        )
    )


def _lines(viewer: Viewer, query: Select[*tuple[Announcement, AnnouncementReading | None, bool]]) -> Iterator[Line]:
    today = settings.today()
    opened = access.groups_open(viewer, today) if viewer.holds(access.ANNOUNCERS) else set()
    for announcement, reading, addressed in db.session.execute(query):
        # Nobody is asked to read or to sign what she wrote herself.
        asked = bool(addressed) and announcement.author_id != viewer.person_id
        state = state_of(announcement, today)
        live = asked and state == "live"
        seen, signed = (reading.seen_version, reading.acknowledged_version) if reading else (0, 0)
        owes = live and announcement.needs_ack and signed < announcement.asked_version
        yield Line(
            announcement,
            audiences.words(announcement.audience),
            [each for each in announcement.files if each.removed_at is None],
            live and (seen < announcement.asked_version or owes),
            owes,
            reading.acknowledged_at if reading and signed >= announcement.asked_version else None,
            audiences.may_change(viewer, announcement.author_id, announcement.audience, opened),
            state,
        )


def state_of(announcement: Announcement, today: date) -> str:
    """A key of STATES."""
    if announcement.withdrawn_at:
        return "withdrawn"
    if announcement.starts > today:
        return "ahead"
    return "over" if announcement.ends and announcement.ends < today else "live"

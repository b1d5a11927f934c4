"""What waits for a person on the start page and above the diary (п. 2.3): announcements not read yet or pinned, events
that are near; and the events of the days that a diary shows. One query, whatever there is."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import CompoundSelect, Select, String, Time, and_, cast, literal, null, or_, select, union_all

from ejournal import access
from ejournal.access import Viewer, prepared
from ejournal.extensions import db
from ejournal.models import EVENT_KINDS, Announcement, AnnouncementReading, Event
from ejournal.services import announcements, settings
from ejournal.services.event_edit import REMIND

MOST = 30

# The audiences somebody is in.
Mine = Select[*tuple[int]]


@dataclass(frozen=True, slots=True)
class Notice:
    """An announcement; `owes`: to be acknowledged."""

    id: int
    title: str
    is_pinned: bool
    is_new: bool
    owes: bool


@dataclass(frozen=True, slots=True)
class Near:
    """An event."""

    id: int
    kind: str
    title: str
    date: datetime.date
    starts: time | None
    ends: time | None
    place: str
    is_cancelled: bool


@dataclass(slots=True)
class Board:
    """`days`: events of the days asked for, by day."""

    notices: list[Notice] = field(default_factory=list)
    near: list[Near] = field(default_factory=list)
    days: dict[date, list[Near]] = field(default_factory=dict)

    @property
    def unread(self) -> int:
        return sum(notice.is_new for notice in self.notices)


@dataclass(frozen=True, slots=True)
class Days:
    """Whose days a diary shows: the student, the first and the last day."""

    student_id: int
    first: date
    last: date


def load(viewer: Viewer, days: Days | None = None) -> Board:
    """The viewer's board; with `days` the events too that concern the viewer as that student or the parent."""
    today = settings.today()
    shown = (days.student_id, days.first, days.last) if days else (None, None, None)
    ahead: dict[str, Any] = {_in(number): today + timedelta(days=number) for number in REMIND}
    board = Board()
    rows: Sequence[Any] = db.session.execute(*_board(viewer, today, *shown, **ahead)).all()
    for row in rows:
        if row.what == "announcement":
            board.notices.append(Notice(row.id, row.title, bool(row.flag), bool(row.is_new), bool(row.owes)))
            continue
        near = Near(row.id, EVENT_KINDS[row.kind], row.title, row.day, row.starts, row.ends, row.place, bool(row.flag))
        if row.what == "near":
            board.near.append(near)
        else:
            board.days.setdefault(row.day, []).append(near)
    # Those to be acknowledged first, then pinned ones, then the newest.
    board.notices.reverse()
    board.notices.sort(key=lambda notice: (not notice.owes, not notice.is_pinned, not notice.is_new))
    return board


@prepared
def _board(
    viewer: Viewer, today: date, student_id: int | None, first: date | None, last: date | None, **ahead: date
) -> CompoundSelect[*tuple[Any, ...]]:
    mine = access.reaching(viewer, today)
    parts = [_announcements(viewer, today, mine), _near(today, mine, ahead)]
    if student_id is not None:
        theirs = access.reaching(viewer, today, student_id)
        parts.append(_events("day").where(Event.date.between(first, last), Event.audience_id.in_(theirs)))
    return union_all(*parts).order_by("day", "starts", "id")


def _announcements(viewer: Viewer, today: date, mine: Mine) -> Select[*tuple[Any, ...]]:
    """Those on the board now that are pinned or were not read in their version."""
    new = announcements.unread(AnnouncementReading.seen_version)
    owes = and_(Announcement.needs_ack, announcements.unread(AnnouncementReading.acknowledged_version))
    reading = and_(
        AnnouncementReading.announcement_id == Announcement.id, AnnouncementReading.person_id == viewer.person_id
    )
    newest = (
        select(Announcement.id)
        .outerjoin(AnnouncementReading, reading)
        .where(
            announcements.is_live(today),
            Announcement.audience_id.in_(mine),
            Announcement.author_id != viewer.person_id,
            or_(Announcement.pinned, new, owes),
        )
        .order_by(Announcement.pinned.desc(), Announcement.starts.desc(), Announcement.id.desc())
        .limit(MOST)
    )
    return (
        select(
            literal("announcement").label("what"),
            Announcement.id.label("id"),
            cast(null(), String).label("kind"),
            Announcement.title.label("title"),
            Announcement.starts.label("day"),
            cast(null(), Time).label("starts"),
            cast(null(), Time).label("ends"),
            cast(null(), String).label("place"),
            Announcement.pinned.label("flag"),
            or_(new, owes).label("is_new"),
            owes.label("owes"),
        )
        .outerjoin(AnnouncementReading, reading)
        .where(Announcement.id.in_(newest))
    )


def _near(today: date, mine: Mine, ahead: Mapping[str, date]) -> Select[*tuple[Any, ...]]:
    """Events whose reminder has come: `ahead` are the days until which each kind of reminder looks."""
    soon = or_(*(and_(Event.remind_days == days, Event.date <= ahead[_in(days)]) for days in REMIND if days))
    return _events("near").where(Event.date >= today, soon, Event.audience_id.in_(mine))


def _in(days: int) -> str:
    return f"in_{days}_days"


def _events(what: str) -> Select[*tuple[Any, ...]]:
    return select(
        literal(what).label("what"),
        Event.id.label("id"),
        Event.kind.label("kind"),
        Event.title.label("title"),
        Event.date.label("day"),
        Event.starts.label("starts"),
        Event.ends.label("ends"),
        Event.place.label("place"),
        Event.cancelled_at.is_not(None).label("flag"),
        literal(False).label("is_new"),
        literal(False).label("owes"),
    )

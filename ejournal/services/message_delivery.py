"""The small row by which a page learns that something changed for a person, and how much is unread."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Insert, case, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError

from ejournal.access import Viewer
from ejournal.access import messages as access
from ejournal.extensions import db
from ejournal.models import InboxState, Member, Message
from ejournal.models.base import now
from ejournal.services import settings

AT_ONCE = 5000  # ids in one statement: both databases limit them


def bump(person_ids: Collection[int], unread: Collection[int] = ()) -> None:
    """Something changed for these persons; for those of `unread` there is one message more. The caller commits."""
    more = set(unread)
    lock(person_ids)
    for ids in _parts(person_ids):
        added = case((InboxState.person_id.in_([key for key in ids if key in more]), 1), else_=0)
        db.session.execute(
            update(InboxState)
            .where(InboxState.person_id.in_(ids))
            .values(version=InboxState.version + 1, unread=InboxState.unread + added)
            .execution_options(synchronize_session=False)
        )


def lock(person_ids: Collection[int]) -> None:
    """Take the rows in one order, whoever writes: on PostgreSQL two who read each other's messages, or write to many,
    would else wait for one another in a ring. Whoever needs several takes them all at first."""
    for ids in _parts(person_ids):
        db.session.execute(_missing(ids))
        db.session.execute(
            select(InboxState.person_id)
            .where(InboxState.person_id.in_(ids))
            .order_by(InboxState.person_id)
            .with_for_update()
        )


def recount(viewer: Viewer) -> int:
    """Count what the viewer has not read anew, and keep it. The caller commits."""
    number = db.session.scalar(
        select(func.count(Message.id))
        .join(Member, Member.conversation_id == Message.conversation_id)
        .where(
            access.takes_part(viewer, settings.today()),
            is_visible(),
            is_unread(viewer.person_id),
            ~Member.muted,
        )
    )
    bump([viewer.person_id])
    db.session.execute(
        update(InboxState)
        .where(InboxState.person_id == viewer.person_id)
        .values(unread=number or 0)
        .execution_options(synchronize_session=False)
    )
    return number or 0


def read_up_to(viewer: Viewer, member: Member, message_id: int) -> bool:
    """Note that the viewer has read a conversation so far. Whether anything was new; the caller commits."""
    rows = db.session.execute(
        select(Message.author_id, func.max(Message.id))
        .join(Member, Member.conversation_id == Message.conversation_id)
        .where(Member.id == member.id, is_visible(), is_unread(viewer.person_id), Message.id <= message_id)
        .group_by(Message.author_id)
    ).all()
    if not rows:
        return False
    lock({viewer.person_id, *(author for author, _newest in rows)})
    member.read_id, member.read_at = max(newest for _author, newest in rows), now()
    db.session.flush()
    recount(viewer)
    # Their pages show «прочитано».
    bump([author for author, _newest in rows])
    return True


def correct(viewer: Viewer, number: int) -> None:
    """Put the header right where access ended since: nothing is counted that cannot be opened. Called from a page that
    only reads, so the write comes first in its transaction, and a busy database is no reason to show no page."""
    db.session.rollback()
    try:
        db.session.execute(
            update(InboxState)
            .where(InboxState.person_id == viewer.person_id, InboxState.version == viewer.inbox)
            .values(unread=number)
            .execution_options(synchronize_session=False)
        )
        db.session.commit()
    except OperationalError:
        db.session.rollback()


def is_visible() -> Any:
    """The condition that the query's Message is among those that the query's Member gets."""
    return (Message.id >= Member.first_id) & or_(Member.last_id.is_(None), Message.id <= Member.last_id)


def is_unread(person_id: int) -> Any:
    return (Message.id > Member.read_id) & (Message.author_id != person_id)


def _parts(person_ids: Collection[int]) -> list[list[int]]:
    ordered = sorted(person_ids)
    return [ordered[start : start + AT_ONCE] for start in range(0, len(ordered), AT_ONCE)]


def _missing(ids: list[int]) -> Insert:
    """Rows for those who have none yet, whoever else makes them at this moment."""
    dialect: Any = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    rows = [{"person_id": key, "version": 0, "unread": 0} for key in ids]
    return dialect.insert(InboxState).values(rows).on_conflict_do_nothing()

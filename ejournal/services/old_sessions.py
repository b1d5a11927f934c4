"""Sessions that are over: kept a while for who asks «was that me?», then removed (152-ФЗ: no longer than needed)."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_

from ejournal.extensions import db
from ejournal.models import UserSession
from ejournal.models.base import now
from ejournal.services import clock

KEPT = timedelta(days=90)


def remove_old() -> int:
    """Remove sessions over, or not seen, for a quarter of a year, or begun in the future. Returns how many; commits."""
    moment = now()
    # Begun by a clock that was ahead, a session would outlive all limits by as much.
    ahead = UserSession.started_at > moment + clock.SLACK
    gone = db.session.execute(delete(UserSession).where(or_(is_old(moment), ahead)))
    db.session.commit()
    return int(getattr(gone, "rowcount", 0))


def is_old(moment: datetime) -> ColumnElement[bool]:
    """The condition that a session ended, or was seen last, longer ago than anybody asks about it."""
    oldest = moment - KEPT
    return or_(UserSession.ended_at < oldest, UserSession.seen_at < oldest)

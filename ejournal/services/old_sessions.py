"""Sessions that are over: kept a while for who asks «was that me?», then removed (152-ФЗ: no longer than needed)."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_

from ejournal.extensions import db
from ejournal.models import UserSession
from ejournal.models.base import now

KEPT = timedelta(days=90)


def remove_old() -> int:
    """Remove sessions ended, or not seen any more, for a quarter of a year. Returns how many; commits."""
    gone = db.session.execute(delete(UserSession).where(is_old(now())))
    db.session.commit()
    return int(getattr(gone, "rowcount", 0))


def is_old(moment: datetime) -> ColumnElement[bool]:
    """The condition that a session ended, or was seen last, longer ago than anybody asks about it."""
    oldest = moment - KEPT
    return or_(UserSession.ended_at < oldest, UserSession.seen_at < oldest)

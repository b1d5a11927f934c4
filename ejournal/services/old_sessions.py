"""Sessions that are over: kept a while for who asks «was that me?», then removed (152-ФЗ: no longer than needed)."""

from datetime import timedelta

from sqlalchemy import delete, or_

from ejournal.extensions import db
from ejournal.models import UserSession
from ejournal.models.base import now

KEPT = timedelta(days=90)


def remove_old() -> int:
    """Remove sessions ended, or not seen any more, for a quarter of a year. Returns how many; commits."""
    oldest = now() - KEPT
    gone = db.session.execute(
        delete(UserSession).where(or_(UserSession.ended_at < oldest, UserSession.seen_at < oldest))
    )
    db.session.commit()
    return int(getattr(gone, "rowcount", 0))

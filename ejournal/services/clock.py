"""Whether the server's clock can be right: by it terms are counted and the log is dated (п. 4.2, 4.4)."""

from datetime import datetime, timedelta

from sqlalchemy import select

from ejournal.extensions import db
from ejournal.models import LogEntry
from ejournal.models.base import now

# A flat battery takes years away, a wrong time zone some hours: those do not stop a college.
SLACK = timedelta(days=1)


def is_behind() -> datetime | None:
    """When the log's last entry was made, where that is yet to come; None: nothing speaks against the clock."""
    last = db.session.scalar(select(LogEntry.at).order_by(LogEntry.id.desc()).limit(1))
    return last if last and last > now() + SLACK else None

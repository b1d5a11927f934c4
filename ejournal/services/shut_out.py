"""Sessions of who may read about nobody any more end at once (п. 2.1, 4.1)."""

from collections.abc import Collection

from sqlalchemy import select

from ejournal.access import Viewer, closed_to
from ejournal.extensions import db
from ejournal.models import Account
from ejournal.services import accounts, log, sessions, settings


def end_sessions(actor: Viewer, person_ids: Collection[int], reason: str) -> None:
    """End the sessions of these people to whom nothing is open any more. Whoever keeps another role or child goes on;
    the closed data is simply out of reach. The caller flushes before and commits."""
    for account in db.session.scalars(select(Account).where(Account.person_id.in_(person_ids)).order_by(Account.id)):
        viewer = accounts.viewer_of(account)
        if viewer and closed_to(viewer, settings.today()):
            sessions.end_all(account)
            about = {"person_id": account.person_id, "username": account.username}
            log.record(actor, "session", "end", reason=reason, details=about)

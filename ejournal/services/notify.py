"""Notices that wait to be sent by e-mail: written in the transaction of what they tell of, sent later.

The sender takes `pending()`, sends each and calls `sent()`. A notice of kind LINK has no link in it, because nothing
secret is stored: its sender makes one with `compromises.link_token(account)` for the address /compromise/<token>.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ejournal.access import OVERSEERS, in_force
from ejournal.extensions import db
from ejournal.models import PendingNotice, RoleGrant
from ejournal.models.base import now
from ejournal.services import settings

# The one-time link by which a person reports a compromised account without its password (п. 3.11).
LINK = "compromise-link"


def add(kind: str, person_ids: Iterable[int], title: str, text: str, **details: Any) -> None:
    """Tell each of these persons; the caller commits."""
    db.session.add_all(
        PendingNotice(kind=kind, person_id=person_id, title=title[:250], text=text, details=details or None)
        for person_id in person_ids
    )


def overseers() -> list[int]:
    """Administration and system administrators of today: whom п. 3.11 calls administration and support."""
    held = select(RoleGrant.person_id).where(RoleGrant.role.in_(OVERSEERS), in_force(RoleGrant, settings.today()))
    return list(db.session.scalars(held.distinct().order_by(RoleGrant.person_id)))


def pending(limit: int = 100) -> list[PendingNotice]:
    """What was not sent yet, the oldest first, with the persons it goes to."""
    return list(
        db.session.scalars(
            select(PendingNotice)
            .where(PendingNotice.sent_at.is_(None))
            .options(joinedload(PendingNotice.person))
            .order_by(PendingNotice.id)
            .limit(limit)
        )
    )


def sent(notice: PendingNotice) -> None:
    """The caller commits."""
    notice.sent_at = now()

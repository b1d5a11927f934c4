"""Notices that wait to be sent by e-mail: written in the transaction of what they tell of, sent later.

`dispatch()` makes a letter of each. A notice of kind LINK has no link in it, because nothing secret is stored: it is
made when the letter is sent (letter_texts.py).
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ejournal.access import OVERSEERS, at_work, in_force, readers_of
from ejournal.extensions import db
from ejournal.models import PendingNotice, RoleGrant
from ejournal.models.base import now
from ejournal.services import addresses, letters, mail, settings

# The one-time link by which a person reports a compromised account without its password (п. 3.11).
LINK = "compromise-link"
COMPROMISE = "compromise"
# Everything else: what it says goes into the letter only where the college wants it so.
TOLD = "told"
OLDEST = timedelta(days=2)


def add(kind: str, person_ids: Iterable[int], title: str, text: str, **details: Any) -> None:
    """Tell each of these persons; the caller commits. What a family is told names its `student_id`."""
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


def dispatch() -> int:
    """Put what waits into the queue of letters; how many. Commits.

    Without mail it waits for a while, so that a college that sets it up hears of yesterday, not of last year.
    """
    made = 0
    old = now() - OLDEST
    for notice in pending():
        if notice.created_at < old:
            sent(notice)
        elif mail.is_ready():
            made += _queue(notice)
            sent(notice)
    db.session.commit()
    return made


def may_know(person_id: int | None, details: Mapping[str, Any] | None) -> bool:
    """Whether who is to be told may be today: family while the diary is open (п. 4.1), others while they work here.

    Asked when a letter is queued and again when it is sent: access ends at once, and a letter may wait for days.
    """
    student_id = (details or {}).get("student_id")
    if student_id:
        return (person_id, student_id) in readers_of([student_id], settings.today())
    return person_id is not None and person_id in at_work([person_id], settings.today())


def _queue(notice: PendingNotice) -> bool:
    standing = addresses.of([notice.person_id])[notice.person_id]
    if not standing.works:
        return False
    kind = notice.kind if notice.kind in (LINK, COMPROMISE) else TOLD
    if kind != LINK and not may_know(notice.person_id, notice.details):
        return False
    letter = letters.add(
        kind, f"pending:{notice.id}", standing.address, notice.title, notice.text,
        person_id=notice.person_id, details=notice.details,
    )  # fmt: skip
    return letter is not None


def sent(notice: PendingNotice) -> None:
    """The caller commits."""
    notice.sent_at = now()

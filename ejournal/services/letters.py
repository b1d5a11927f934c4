"""The queue of letters: put in once, sent once, and what became of each.

A letter is «taken» by one sender, and «sending» from the moment before its text leaves. A sender that dies in the
first lets another one have it; one that dies in the second leaves a letter of which nobody knows whether it arrived:
it is shown to the system administrator, never sent again by itself.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import BouncedAddress, Letter
from ejournal.models.base import now
from ejournal.services import addresses, log, mail
from ejournal.services.errors import NotFoundError

# Far longer than a conversation can last: who has not told by then is gone.
LEASE = timedelta(minutes=15)
# News that old is none.
OLDEST = timedelta(days=3)
KEPT = timedelta(days=90)
TOO_OLD = "не удалось отправить за трое суток"
BROKEN_OFF = "отправка прервалась на тексте письма: оно могло дойти"


@dataclass(frozen=True, slots=True)
class Counts:
    """What the administrator looks at; `waiting` since when the oldest does."""

    queued: int
    sent: int
    failed: int
    uncertain: int
    bounced: int
    since: datetime | None


def add(kind: str, key: str, address: str, subject: str = "", text: str = "", **rest: Any) -> Letter | None:
    """Put a letter into the queue, in the current transaction; None where the same one is there or was sent.

    `rest`: person_id, bulletin_id, details, not_before.
    """
    if db.session.scalar(select(Letter.id).where(Letter.key == key)) is not None:
        return None
    made = Letter(
        kind=kind,
        key=key,
        address=address.strip(),
        subject=subject[:250],
        text=text,
        message_id=new_message_id(),
        **rest,
    )
    db.session.add(made)
    return made


def due(limit: int) -> list[int]:
    """Letters whose time has come, oldest first. None waits for days but what a clock that was ahead has put off."""
    moment = now()
    is_time = or_(Letter.not_before <= moment, Letter.not_before > moment + OLDEST)
    wanted = select(Letter.id).where(Letter.state == "queued", is_time)
    return list(db.session.scalars(wanted.order_by(Letter.not_before, Letter.id).limit(limit)))


def claim(letter_id: int) -> Letter | None:
    """Take a letter for one attempt; None where another sender was quicker. Commits."""
    mark = secrets.token_hex(16)
    taken = db.session.scalar(
        update(Letter)
        .where(Letter.id == letter_id, Letter.state == "queued")
        .values(state="taken", claim=mark, taken_at=now())
        .returning(Letter)
        .execution_options(populate_existing=True)
    )
    db.session.commit()
    return taken


def move(letter: Letter, before: str, **values: Any) -> bool:
    """Change a letter that this attempt still holds in that state; whether it did. Commits."""
    changed = db.session.execute(
        update(Letter)
        .where(Letter.id == letter.id, Letter.claim == letter.claim, Letter.state == before)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return int(getattr(changed, "rowcount", 0)) == 1


def recover() -> None:
    """What senders left behind that are gone, and letters nobody needs any more. Commits."""
    moment = now()
    for state, values in (
        ("taken", {"state": "queued", "claim": ""}),
        ("sending", {"state": "uncertain", "error": BROKEN_OFF}),
    ):
        is_lost = or_(Letter.taken_at < moment - LEASE, Letter.taken_at > moment + LEASE)  # a clock that was ahead
        lost = update(Letter).where(Letter.state == state, is_lost).values(**values)
        db.session.execute(lost.execution_options(synchronize_session=False))
    old = update(Letter).where(Letter.state == "queued", Letter.not_before < moment - OLDEST)
    db.session.execute(old.values(state="failed", error=TOO_OLD).execution_options(synchronize_session=False))
    db.session.commit()


def counts() -> Counts:
    rows = db.session.execute(select(Letter.state, func.count(), func.min(Letter.created_at)).group_by(Letter.state))
    found = {state: (number, since) for state, number, since in rows}

    def number(*states: str) -> int:
        return sum(found[state][0] for state in states if state in found)

    bounced = db.session.scalar(select(func.count(BouncedAddress.id))) or 0
    since = found["queued"][1] if "queued" in found else None
    return Counts(
        number("queued", "taken", "sending"), number("sent"), number("failed"), number("uncertain"), bounced, since
    )


def troubled(limit: int = 50) -> list[Letter]:
    """Letters that wait for a decision, the newest first: not sent, or nobody knows."""
    wanted = select(Letter).where(Letter.state.in_(("failed", "uncertain"))).order_by(Letter.id.desc()).limit(limit)
    return list(db.session.scalars(wanted))


def bounced(limit: int = 200) -> list[BouncedAddress]:
    return list(
        db.session.scalars(
            select(BouncedAddress).order_by(BouncedAddress.at.desc(), BouncedAddress.id.desc()).limit(limit)
        )
    )


def send_again(actor: Viewer, letter_id: int) -> None:
    """A person decided that a letter not sent, or perhaps sent, goes once more. Raises NotFoundError."""
    letter = _troubled(letter_id)
    log.record(actor, "mail", "retry", before=letter.state, after="queued", details={"letter": letter.id})
    letter.state, letter.claim, letter.tries, letter.error, letter.not_before = "queued", "", 0, "", now()
    db.session.commit()


def dismiss(actor: Viewer, letter_id: int) -> None:
    """A person decided to leave it at that. Raises NotFoundError."""
    letter = _troubled(letter_id)
    log.record(actor, "mail", "close", before=letter.state, after="dropped", details={"letter": letter.id})
    letter.state = "dropped"
    db.session.commit()


def try_address_again(actor: Viewer, bounced_id: int) -> None:
    """Raises NotFoundError."""
    found = db.session.get(BouncedAddress, bounced_id)
    if found is None:
        raise NotFoundError
    log.record(actor, "mail", "retry", before=found.address)
    addresses.try_again(found.address)
    db.session.commit()


def remove_old() -> int:
    """Letters are kept for the question «did it go out?», then removed. Commits; returns how many."""
    gone = db.session.execute(
        delete(Letter).where(Letter.created_at < now() - KEPT, Letter.state.not_in(("queued", "taken", "sending")))
    )
    db.session.commit()
    return int(getattr(gone, "rowcount", 0))


def _troubled(letter_id: int) -> Letter:
    letter = db.session.get(Letter, letter_id, with_for_update=True, populate_existing=True)
    if letter is None or letter.state not in ("failed", "uncertain"):
        raise NotFoundError
    return letter


def new_message_id() -> str:
    """Fixed before the first try: servers and mailboxes know a second copy by it."""
    domain = mail.sender().rpartition("@")[2] or "localhost"
    return f"<{secrets.token_hex(16)}@{domain.encode('idna').decode('ascii')}>"

"""The browsers in which an account is signed in: begun, kept alive, listed, ended one by one or all (п. 3.8-3.11)."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError

from ejournal.access import STAFF, Alive, Viewer, load_viewer, viewer_of
from ejournal.domain import browsers
from ejournal.extensions import db
from ejournal.models import Account, Person, Role, UserSession
from ejournal.models.base import now
from ejournal.services import log, old_sessions, settings
from ejournal.services.errors import NotFoundError

# How exactly «last seen» is known: one small write in so many minutes of work, not one for each request.
SEEN_EVERY = timedelta(minutes=3)
MOST_DAYS = 365
# The settings of each kind of person: hours without a request, days in any case.
LIMITS = {
    "admin": ("session.admin_idle_hours", "session.admin_days"),
    "staff": ("session.idle_hours", "session.days"),
    "family": ("session.family_idle_hours", "session.family_days"),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """An open session as its person sees it. `handle` names it without being able to stand for it."""

    handle: str
    browser: str
    address: str
    started_at: datetime
    seen_at: datetime
    is_own: bool


def begin(account: Account, address: str, agent: str, *, limited: bool = False) -> Viewer:
    """A new session of who has just proved who he is; what is long over is cleared away.

    `limited`: good for nothing but setting up the second step that this account must have.
    """
    moment = now()
    db.session.execute(delete(UserSession).where(UserSession.account_id == account.id, old_sessions.is_old(moment)))
    made = UserSession(
        id=secrets.token_urlsafe(32),
        account_id=account.id,
        epoch=account.session_epoch,
        started_at=moment,
        seen_at=moment,
        proved_at=moment,
        limited=limited,
        address=address[:64],
        agent=agent[:250],
    )
    db.session.add(made)
    db.session.commit()
    viewer = find(made.id)
    if viewer is None:
        raise NotFoundError  # blocked in this very moment
    return viewer


def find(session_id: str) -> Viewer | None:
    """Who signs a request with this session; None when it is over. One query."""
    viewer = load_viewer(session_id, settings.today(), alive())
    if viewer is None or viewer.seen_at is None or viewer.started_at is None:
        return viewer
    limits = alive(kind_of(viewer.roles))
    return viewer if viewer.seen_at > limits.seen_after and viewer.started_at > limits.started_after else None


def kind_of(roles: Iterable[Role]) -> str:
    """Whose limits hold for a person: of several roles the strictest one's."""
    held = frozenset(roles)
    if Role.SYSADMIN in held:
        return "admin"
    return "staff" if held & STAFF or not held else "family"


def alive(kind: str = "") -> Alive:
    """The college's limits for a kind of person, as moments; without one the longest of all."""
    moment = now()
    of = [LIMITS[kind]] if kind else list(LIMITS.values())
    return Alive(
        seen_after=moment - timedelta(hours=max(settings.get(idle) for idle, _days in of)),
        started_after=moment - timedelta(days=min(max(settings.get(days) for _idle, days in of), MOST_DAYS)),
    )


def keep(viewer: Viewer) -> None:
    """Note that somebody is at work in this session; mostly nothing is written."""
    moment = now()
    if viewer.seen_at is None or moment - viewer.seen_at < SEEN_EVERY:
        return
    try:
        # Of several requests at once the first writes.
        db.session.execute(
            update(UserSession)
            .where(UserSession.id == viewer.session, UserSession.seen_at == viewer.seen_at)
            .values(seen_at=moment)
        )
        db.session.commit()
    except OperationalError:
        db.session.rollback()  # a database that cannot be written to just now can still be read


def of_account(account: Account, own: str = "") -> list[Listed]:
    """The open sessions, the last seen first; `own` is the one that asks."""
    return [
        Listed(
            _handle(row.id), browsers.describe(row.agent), row.address, row.started_at, row.seen_at, row.id == own
        )
        for row in _open(account)
    ]  # fmt: skip


def own(viewer: Viewer) -> list[Listed]:
    return of_account(db.session.get_one(Account, viewer.id), viewer.session)


def end(viewer: Viewer, handle: str) -> bool:
    """End one of the viewer's own sessions. Returns whether it was the one that asks. Raises NotFoundError."""
    row = next((row for row in _open(db.session.get_one(Account, viewer.id)) if _handle(row.id) == handle), None)
    if row is None:
        raise NotFoundError("Этот сеанс уже завершён. Обновите страницу.")
    row.ended_at = now()
    log.record(viewer, "session", "end", after=browsers.describe(row.agent))
    db.session.commit()
    return row.id == viewer.session


def end_others(viewer: Viewer) -> int:
    """End all of the viewer's sessions but the one that asks. Returns how many."""
    rows = [row for row in _open(db.session.get_one(Account, viewer.id)) if row.id != viewer.session]
    _close(rows)
    log.record(viewer, "session", "end", after=f"все остальные: {len(rows)}")
    db.session.commit()
    return len(rows)


def keep_only(viewer: Viewer) -> None:
    """All other sessions end, this one is no more limited. The caller logs and commits."""
    mine = (UserSession.account_id == viewer.id, UserSession.ended_at.is_(None))
    db.session.execute(update(UserSession).where(*mine, UserSession.id != viewer.session).values(ended_at=now()))
    db.session.execute(update(UserSession).where(UserSession.id == viewer.session).values(limited=False))


def end_all_of(actor: Viewer, account: Account) -> int:
    """The administrator ends somebody's sessions; of his own all but the one that asks. Returns how many."""
    if account.id == actor.id:
        return end_others(actor)
    number = len(_open(account))
    end_all(account)
    person = db.session.get_one(Person, account.person_id)
    log.record(
        actor, "session", "end", after=f"все: {number}", details={"person_id": person.id, "name": person.full_name}
    )
    db.session.commit()
    return number


def end_all(account: Account) -> None:
    """Every session ends with this transaction, whatever browser it is in (п. 3.11). The caller commits."""
    account.session_epoch += 1


def sign_out(viewer: Viewer) -> None:
    """The session ends on the server: a copy of the cookie is worth nothing from here on."""
    db.session.execute(update(UserSession).where(UserSession.id == viewer.session).values(ended_at=now()))
    log.record(viewer, "sign-in", "out")
    db.session.commit()


def _open(account: Account) -> list[UserSession]:
    viewer = viewer_of(account.id, settings.today())
    limits = alive(kind_of(viewer.roles) if viewer else "")
    return list(
        db.session.scalars(
            select(UserSession)
            .where(
                UserSession.account_id == account.id,
                UserSession.epoch == account.session_epoch,
                UserSession.ended_at.is_(None),
                UserSession.seen_at > limits.seen_after,
                UserSession.started_at > limits.started_after,
            )
            .order_by(UserSession.seen_at.desc(), UserSession.id)
        )
    )


def _close(rows: list[UserSession]) -> None:
    moment = now()
    for row in rows:
        row.ended_at = moment


def _handle(session_id: str) -> str:
    return sha256(session_id.encode()).hexdigest()[:16]

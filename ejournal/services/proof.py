"""Proving again who it is before something dangerous: by the password, or a code of the second step (п. 3.8-3.11).

A browser left open is not enough to give roles or open closed periods. The proof is good for ten minutes.
"""

from datetime import timedelta

from sqlalchemy import update

from ejournal.access import Viewer
from ejournal.extensions import db, reading
from ejournal.models import Account, UserSession
from ejournal.models.base import now
from ejournal.services import log, passwords, second_step, throttle, usernames
from ejournal.services.errors import RefusedError

GOOD_FOR = timedelta(minutes=10)
WRONG = "Не подошло. Введите свой пароль или код из приложения."


def is_fresh(viewer: Viewer) -> bool:
    return viewer.proved_at is not None and now() - viewer.proved_at < GOOD_FOR


def prove(viewer: Viewer, given: str, address: str) -> None:
    """Take the password or a code, counted like attempts to sign in. Commits.

    Raises RefusedError, TooManyError.
    """
    db.session.commit()  # lets go of the write lock: argon2 takes long
    with reading():
        account = db.session.get_one(Account, viewer.id)
        db.session.commit()
    throttle.begin(usernames.fold(account.username), address, account.id)
    db.session.commit()
    if not passwords.matches(account.password_hash, given) and not second_step.spend(account, given):
        log.record(viewer, "sign-in", "failure", details={"account_id": account.id, "username": account.username})
        db.session.commit()
        raise RefusedError(WRONG)
    throttle.succeed(usernames.fold(account.username), address, account.id)
    db.session.execute(update(UserSession).where(UserSession.id == viewer.session).values(proved_at=now()))
    log.record(viewer, "session", "proof")
    db.session.commit()

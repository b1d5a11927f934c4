"""Signing in and out, activation by a one-time code, changing one's own password (п. 3.8-3.10, 4.5)."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from ejournal import access
from ejournal.access import Viewer
from ejournal.extensions import db, reading
from ejournal.models import Account
from ejournal.models.base import now
from ejournal.services import log, passwords, sessions, settings, throttle
from ejournal.services.errors import ForbiddenError, NotFoundError, RefusedError

# A slip handed out in the first week must still work for the one who was ill.
ACTIVATION_DAYS = 30

WRONG = "Неверный логин или пароль. Проверьте раскладку клавиатуры и Caps Lock."
BLOCKED = "Учётная запись заблокирована. Обратитесь к системному администратору колледжа."
NO_CODE = "Такого кода нет, или его срок истёк, или он уже использован. Попросите новый код активации."


class WrongPasswordError(RefusedError):
    """Unknown name and wrong password alike."""

    status = 401


def authenticate(username: str, password: str, address: str) -> Account:
    """The account that signs in, with the sign-in written to the log.

    Raises WrongPasswordError, ForbiddenError (blocked, told only to who knows the password), TooManyError.
    Three short transactions around the hashing: argon2 takes long, and nobody's save waits for it.
    """
    account = prove(username, password, address)
    renewed = passwords.hash_password(password) if passwords.is_outdated(account.password_hash or "") else None
    return _finish(account, address, renewed)


def prove(username: str, password: str, address: str) -> Account:
    """The account of who knows its password; nothing of the account is changed. Raises as `authenticate` does."""
    name = fold(username)
    with reading():
        account = _by_username(name)
        db.session.commit()
    throttle.begin(name, address, account.id if account else None)
    db.session.commit()
    right = passwords.matches(account.password_hash if account else None, password)
    if account is None or not right:
        _log_failure(account, "failure")
        raise WrongPasswordError(WRONG)
    if account.blocked_at is not None:
        _log_failure(account, "blocked")
        raise ForbiddenError(BLOCKED)
    return account


def fold(username: str) -> str:
    """User names differ neither by case nor by spaces around."""
    return username.strip().casefold()[:100]


def viewer_of(account: Account) -> Viewer | None:
    return access.viewer_of(account.id, settings.today())


def change_password(viewer: Viewer, old: str, new: str, repeated: str, address: str) -> Account:
    """Set one's own password; all other sessions of the account end. Returns the account for a new session."""
    account, hashed = prove_own(viewer, old, new, repeated, address)
    set_password(account, hashed)
    throttle.succeed(fold(account.username), address, account.id)
    log.record(viewer, "account", "password", details=about(account))
    db.session.commit()
    return account


def prove_own(viewer: Viewer, old: str, new: str, repeated: str, address: str) -> tuple[Account, str]:
    """The viewer's account, ready to be written, and the hash of the new password, once the old one was right."""
    db.session.commit()  # lets go of the write lock that looking up the viewer of a POST has taken
    with reading():
        account = db.session.get_one(Account, viewer.id)
        db.session.commit()
    check_not_demo(account)
    passwords.check_new(new, repeated, account.username)
    throttle.begin(fold(account.username), address, account.id)
    db.session.commit()
    if not passwords.matches(account.password_hash, old):
        _log_failure(account, "failure")
        raise RefusedError("Текущий пароль введён неверно.")
    hashed = passwords.hash_password(new)
    return db.session.get_one(Account, viewer.id, populate_existing=True), hashed


def check_not_demo(account: Account) -> None:
    """A visitor must not lock the next one out. Raises RefusedError."""
    if account.is_demo:
        raise RefusedError("Это демонстрационная учётная запись: пароль у неё общий и не меняется.")


def issue_code(account: Account, actor: Viewer | None) -> str:
    """A new one-time activation code; any earlier one stops working. The caller commits."""
    code = passwords.new_code()
    account.activation_hash = passwords.hash_code(code)
    account.activation_expires_at = now() + timedelta(days=ACTIVATION_DAYS)
    log.record(actor, "account", "code", details=about(account))
    return code


def find_by_code(code: str) -> Account:
    """The account a valid code belongs to; NotFoundError otherwise."""
    account = db.session.scalar(
        select(Account).where(
            Account.activation_hash == passwords.hash_code(code),
            Account.activation_expires_at > now(),
            Account.blocked_at.is_(None),
        )
    )
    if account is None:
        raise NotFoundError(NO_CODE)
    return account


def activate(code: str, password: str, repeated: str) -> Account:
    """Set the first password, or one in place of a forgotten one; the code is used up, old sessions end."""
    with reading():
        account = find_by_code(code)
        db.session.commit()
    passwords.check_new(password, repeated, account.username)
    hashed = passwords.hash_password(password)
    # Once more, now under the write lock: of two people with the same slip only the first gets in.
    db.session.expire_all()
    account = find_by_code(code)
    set_password(account, hashed)
    log.record(viewer_of(account), "account", "activate", details=about(account))
    db.session.commit()
    return account


def _by_username(name: str) -> Account | None:
    return db.session.scalar(select(Account).where(Account.username == name))


def set_password(account: Account, hashed: str | None) -> None:
    """A password in place of any before, all sessions ended; None: none works until a new code is used (п. 3.11)."""
    account.password_hash = hashed
    account.activation_hash = account.activation_expires_at = None
    sessions.end_all(account)


def about(account: Account) -> dict[str, Any]:
    """What the log keeps of an account."""
    return {"account_id": account.id, "username": account.username}


def _finish(account: Account, address: str, renewed: str | None) -> Account:
    account = db.session.get_one(Account, account.id, populate_existing=True)
    if renewed:
        account.password_hash = renewed
    account.last_sign_in_at = now()
    throttle.succeed(fold(account.username), address, account.id)
    log.record(viewer_of(account), "sign-in", "in")
    db.session.commit()
    return account


def _log_failure(account: Account | None, action: str) -> None:
    """Whose account was tried, when it is one; a name nobody has may be a password typed into the wrong field."""
    log.record(None, "sign-in", action, details=about(account) if account else None)
    db.session.commit()

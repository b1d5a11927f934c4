"""Signing in and out, activation by a one-time code, changing one's own password (п. 3.8-3.10, 4.5)."""

from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select

from ejournal import access
from ejournal.access import Viewer, closed_to
from ejournal.extensions import db, in_turn, reading
from ejournal.models import Account, Role
from ejournal.models.base import now
from ejournal.services import log, passwords, second_step, sessions, settings, throttle, usernames
from ejournal.services.errors import FieldsError, ForbiddenError, NotFoundError, RefusedError

# A slip handed out in the first week must still work for the one who was ill.
ACTIVATION_DAYS = 30

WRONG = "Неверный логин или пароль. Проверьте раскладку клавиатуры и Caps Lock."
BLOCKED = "Учётная запись заблокирована. Обратитесь к системному администратору колледжа."
NO_CODE = (
    "Такого кода нет: сверьте его с листком, 20 букв и цифр. Если вам выдали новый листок, прежний код больше не "
    "действует. Не подходит и он — попросите новый код у руководителя группы или системного администратора."
)
EXPIRED = "Срок этого кода истёк {:%d.%m.%Y}. Попросите новый код у руководителя группы или системного администратора."
USED = (
    "Этот код уже использован: войдите со своим логином и паролем. "
    "Если пароль забыт или входили не вы — попросите новый код у руководителя группы."
)
# What to do for who may not sign in (п. 4.1).
CLOSED = {
    Role.PARENT: (
        "Электронный доступ закрыт: в колледже нет действующего согласия, по которому вам открыт дневник (п. 4.1). "
        "Обратитесь к руководителю группы: доступ откроется, как только он внесёт ваше согласие на обработку "
        "персональных данных. Если обучающемуся уже 18 лет, нужно и его собственное согласие. "
        "Сведения об успеваемости можно получить и на бумаге (п. 4.6)."
    ),
    Role.STUDENT: (
        "Электронный доступ закрыт: вы отказались от обработки персональных данных или отозвали согласие (п. 4.1). "
        "Чтобы открыть его снова, подайте новое согласие руководителю группы."
    ),
}


class WrongPasswordError(RefusedError):
    """Unknown name and wrong password alike."""

    status = 401


def authenticate(username: str, password: str, address: str) -> Account:
    """The account whose password was right, with the sign-in written to the log; not yet where a second step is on:
    `authenticate_code` then ends it.

    Raises WrongPasswordError, ForbiddenError (blocked or without a consent, told only to who knows the password),
    TooManyError.
    Three short transactions around the hashing: argon2 takes long, and nobody's save waits for it.
    """
    account = prove(username, password, address)
    if reason := closed(account):
        _log_failure(account, "no-consent")
        raise ForbiddenError(reason)
    if second_step.is_on(account.id):
        db.session.commit()
        return account
    renewed = passwords.hash_password(password) if passwords.is_outdated(account.password_hash or "") else None
    return _finish(account, address, renewed)


def authenticate_code(account_id: int, epoch: int, code: str, address: str) -> Account:
    """The same account once the second step is right too. Raises NotFoundError when the password's proof is worth
    nothing any more (a new password, blocked), WrongCodeError, TooManyError, ForbiddenError."""
    with reading():
        account = db.session.get(Account, account_id)
        db.session.commit()
    if account is None or account.blocked_at or account.session_epoch != epoch:
        raise NotFoundError("Введите пароль ещё раз.")
    if reason := closed(account):
        raise ForbiddenError(reason)
    db.session.commit()
    second_step.check(account, code, address)
    return _finish(account, address, None)


def prove(username: str, password: str, address: str) -> Account:
    """The account of who knows its password; nothing of the account is changed. Raises as `authenticate` does."""
    name = usernames.fold(username)
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


def closed(account: Account) -> str | None:
    """Why there is no electronic access for want of a consent, and what to do; None where there is."""
    viewer = viewer_of(account)
    role = closed_to(viewer, settings.today()) if viewer else None
    return CLOSED[role] if role else None


def viewer_of(account: Account) -> Viewer | None:
    return access.viewer_of(account.id, settings.today())


def change_password(viewer: Viewer, old: str, new: str, repeated: str, address: str) -> Account:
    """Set one's own password; all other sessions of the account end. Returns the account for a new session."""
    account, hashed = prove_own(viewer, old, new, repeated, address)
    set_password(account, hashed)
    throttle.succeed(usernames.fold(account.username), address, account.id)
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
    throttle.begin(usernames.fold(account.username), address, account.id)
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
    """The account a valid code belongs to; NotFoundError says what is the matter with any other."""
    hashed = passwords.hash_code(code)
    account = db.session.scalar(
        select(Account).where(
            or_(Account.activation_hash == hashed, Account.used_hash == hashed), Account.blocked_at.is_(None)
        )
    )
    if account is None:
        raise NotFoundError(NO_CODE)
    if account.activation_hash != hashed:
        raise NotFoundError(USED)
    if account.activation_expires_at is None or account.activation_expires_at <= now():
        raise NotFoundError(EXPIRED.format(settings.local(account.activation_expires_at or now())))
    return account


def activate(code: str, username: str | None, password: str, repeated: str) -> Account:
    """Set the login (None: as on the slip) and the first password, or one in place of a forgotten one.

    The code is used up, old sessions end. Raises NotFoundError, FieldsError, RefusedError.
    """
    with reading():
        account = find_by_code(code)
        name = _chosen(username, account)
        db.session.commit()
    passwords.check_new(password, repeated, name)
    hashed = passwords.hash_password(password)
    # Once more, now one after another: of two people with the same slip, or login, only the first gets it.
    in_turn("activation")
    db.session.expire_all()
    account = find_by_code(code)
    before, account.username = account.username, _chosen(username, account)
    account.used_hash = account.activation_hash
    set_password(account, hashed)
    viewer = viewer_of(account)
    if account.username != before:
        log.record(viewer, "account", "update", before=before, after=account.username, details=about(account))
    log.record(viewer, "account", "activate", details=about(account))
    db.session.commit()
    return account


def _chosen(username: str | None, account: Account) -> str:
    if username is None:
        return account.username
    try:
        return usernames.check(username, account.id)
    except RefusedError as error:
        raise FieldsError({"username": error.message}) from None


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
    account.updates_seen_at = account.updates_seen_at or now()  # what was there before is no news
    throttle.succeed(usernames.fold(account.username), address, account.id)
    log.record(viewer_of(account), "sign-in", "in")
    db.session.commit()
    return account


def _log_failure(account: Account | None, action: str) -> None:
    """Whose account was tried, when it is one; a name nobody has may be a password typed into the wrong field."""
    log.record(None, "sign-in", action, details=about(account) if account else None)
    db.session.commit()

"""Telling that somebody else may know how to get into an account (п. 3.11).

Who proves to be its person (by the session, the password or a link to the own e-mail) ends all its sessions at once
and needs a new password. Who proves nothing is heard, and locks nobody out: administration decides.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import ColumnElement, func, select, update

from ejournal.access import Viewer
from ejournal.domain import terms
from ejournal.extensions import db, reading
from ejournal.models import Account, Compromise, PendingNotice, Person
from ejournal.models.base import now
from ejournal.services import (
    accounts,
    calendar_feed,
    log,
    mail,
    notify,
    passwords,
    school_days,
    settings,
    throttle,
    usernames,
)
from ejournal.services.errors import FieldsError, NotFoundError

LINK_HOURS = 1
LINK_EVERY = timedelta(minutes=10)
# Without proof: so many reports from one address in an hour are passed on, the rest is dropped without a word.
MOST_STRANGE = 20
NOTE = 2000
OLDEST = timedelta(days=366)

PROVED = "Подтверждено: сообщил сам владелец учётной записи или администратор, см. отдельную запись."
LINK_TEXT = (
    "Кто-то сообщил на странице входа, что к вашей учётной записи в электронном журнале мог получить доступ "
    "посторонний (п. 3.11). Если это вы, откройте одноразовую ссылку и задайте новый пароль. Если не вы, "
    "ничего не делайте: ваш пароль работает по-прежнему."
)
NO_LINK = "Ссылка уже использована или устарела: она действует один час. Запросите новую на странице входа."


@dataclass(frozen=True, slots=True)
class Told:
    """What a report says: the day it became known, in words what was noticed, the address it came from."""

    known_on: date
    note: str = ""
    address: str = ""


def report(viewer: Viewer, told: Told, old: str, new: str, repeated: str) -> Account:
    """The person's own report with the password known: a new one at once. Returns the account for a new session."""
    _check(told)
    account, hashed = accounts.prove_own(viewer, old, new, repeated, told.address)
    return _replace(account, hashed, viewer, "profile", told)


def report_without_password(viewer: Viewer, told: Told) -> None:
    """The person's own report where no new password can be set now: none works until a one-time code is used."""
    _check(told)
    account = db.session.get_one(Account, viewer.id)
    accounts.check_not_demo(account)
    _secure(account, None)
    _register(account, viewer, "profile", told)
    db.session.commit()


def report_with_password(username: str, told: Told, old: str, new: str, repeated: str) -> Account:
    """From the sign-in page by who knows the password. Raises as `accounts.prove`, RefusedError, FieldsError."""
    _check(told)
    passwords.check_new(new, repeated, usernames.fold(username))
    account = accounts.prove(username, old, told.address)
    accounts.check_not_demo(account)
    hashed = passwords.hash_password(new)
    account = db.session.get_one(Account, account.id, populate_existing=True)
    return _replace(account, hashed, accounts.viewer_of(account), "password", told)


def find_by_link(token: str) -> Account:
    """The account a link from the e-mail belongs to. Raises NotFoundError once it was used or is too old."""
    try:
        account_id, epoch = _serializer().loads(token, max_age=LINK_HOURS * 3600)
    except (BadSignature, ValueError, TypeError):
        raise NotFoundError(NO_LINK) from None
    account = db.session.get(Account, account_id)
    # Whatever ends the sessions (a new password, blocking) ends the link too: it works once.
    if account is None or account.blocked_at or account.session_epoch != epoch:
        raise NotFoundError(NO_LINK)
    return account


def report_by_link(token: str, told: Told, new: str, repeated: str) -> Account:
    """By who reads the person's own e-mail: a new password at once."""
    _check(told)
    with reading():
        account = find_by_link(token)
        db.session.commit()
    passwords.check_new(new, repeated, account.username)
    hashed = passwords.hash_password(new)
    db.session.expire_all()
    account = find_by_link(token)
    return _replace(account, hashed, accounts.viewer_of(account), "link", told)


def link_token(account: Account) -> str:
    """What the one-time link is made of; its hour runs from now."""
    return _serializer().dumps([account.id, account.session_epoch])


def report_as_stranger(username: str, told: Told) -> None:
    """By who proves nothing: into the register, nothing else; a link to the person's e-mail where mail is set up.

    Says nothing of whether there is such an account. One open report of the kind for an account is enough.
    """
    _check(told)
    account = db.session.scalar(select(Account).where(Account.username == usernames.fold(username)))
    if account is None or account.is_demo or account.blocked_at or _is_flood(told.address):
        db.session.rollback()
        return
    if db.session.scalar(select(Compromise.id).where(*_unproved(account)).limit(1)) is None:
        _register(account, None, "stranger", told)
    _offer_link(account)
    db.session.commit()


def report_for(actor: Viewer, account: Account, told: Told) -> None:
    """What was told in person or by telephone, entered by the system administrator: sessions end at once."""
    _check(told)
    accounts.check_not_demo(account)
    _secure(account, None)
    _register(account, actor, "admin", told)
    db.session.commit()


def secure(actor: Viewer, made: Compromise) -> None:
    """Believe a report without proof: sessions end, no password works until a new code. The caller commits."""
    accounts.check_not_demo(made.account)
    _secure(made.account, None)
    made.secured_at = now()
    log.record(actor, "compromise", "secure", details=accounts.about(made.account))


def mail_is_set_up() -> bool:
    return mail.is_ready()


def _check(told: Told) -> None:
    today = settings.today()
    if told.known_on > today:
        raise FieldsError({"known_on": "Этот день ещё не наступил."})
    if told.known_on < today - OLDEST:
        raise FieldsError({"known_on": "Слишком давно: проверьте год."})


def _replace(account: Account, hashed: str, viewer: Viewer | None, source: str, told: Told) -> Account:
    _secure(account, hashed)
    throttle.succeed(usernames.fold(account.username), told.address, account.id)
    _register(account, viewer, source, told)
    db.session.commit()
    return account


def _secure(account: Account, hashed: str | None) -> None:
    """All sessions end, the old password and any code given out are worth nothing."""
    accounts.set_password(account, hashed)
    calendar_feed.revoke_all(account.id)


def _register(account: Account, reporter: Viewer | None, source: str, told: Told) -> None:
    """Into the register, the log and the notices to administration and support."""
    person = db.session.get_one(Person, account.person_id)
    moment = now()
    if source != "stranger":
        # What somebody told without proof is hereby proved: one report stays open, this one.
        proved = {"closed_at": moment, "closed_by": reporter.person_id if reporter else None, "outcome": PROVED}
        db.session.execute(update(Compromise).where(*_unproved(account)).values(**proved))
    db.session.add(
        Compromise(
            account_id=account.id,
            source=source,
            known_on=told.known_on,
            due=terms.compromise_due(told.known_on, school_days.working(), settings.get("terms")),
            reported_at=moment,
            reported_by=reporter.person_id if reporter else None,
            address=told.address[:64],
            note=told.note.strip()[:NOTE],
            secured_at=None if source == "stranger" else moment,
        )
    )
    log.record(reporter, "compromise", "create", details=accounts.about(account))
    done = "Сеансы не завершены: сообщивший не подтвердил, кто он." if source == "stranger" else "Сеансы завершены."
    text = f"{person.full_name}, логин {account.username}. {done} Реестр: «Сообщения о компрометации» (п. 3.11)."
    notify.add(notify.COMPROMISE, notify.overseers(), f"Компрометация: {person.short_name}", text)


def _unproved(account: Account) -> tuple[ColumnElement[bool], ...]:
    return Compromise.account_id == account.id, Compromise.source == "stranger", Compromise.closed_at.is_(None)


def _offer_link(account: Account) -> None:
    """A one-time link to the person's own e-mail, not more often than people look there."""
    person = db.session.get_one(Person, account.person_id)
    lately = select(PendingNotice.id).where(
        PendingNotice.kind == notify.LINK,
        PendingNotice.person_id == person.id,
        PendingNotice.created_at > now() - LINK_EVERY,
    )
    if mail_is_set_up() and person.email and db.session.scalar(lately.limit(1)) is None:
        notify.add(notify.LINK, [person.id], "Сообщение о компрометации", LINK_TEXT, account_id=account.id)


def _is_flood(address: str) -> bool:
    number = db.session.scalar(
        select(func.count(Compromise.id)).where(
            Compromise.address == address[:64],
            Compromise.source == "stranger",
            Compromise.reported_at > now() - timedelta(hours=1),
        )
    )
    return (number or 0) >= MOST_STRANGE


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="compromise-link")

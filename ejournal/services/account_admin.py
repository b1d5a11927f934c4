"""What the system administrator does to accounts and roles (п. 4.1, 4.2): create, block, restore, appoint."""

from datetime import date, timedelta

from sqlalchemy import select

from ejournal.access import Viewer, in_force
from ejournal.extensions import db
from ejournal.models import Account, Person, Role, RoleGrant
from ejournal.models.base import now
from ejournal.services import accounts, log, people, second_step, sessions, settings, usernames
from ejournal.services.errors import NotFoundError, RefusedError


def create_account(actor: Viewer, person_id: int, username: str = "") -> str:
    """An account for a person who has none; returns the one-time code, which is shown once and stored nowhere."""
    person = people.find(person_id)
    if person.account is not None:
        raise RefusedError("У этого человека уже есть учётная запись: выдайте новый код активации.")
    name = usernames.check(username) if username.strip() else usernames.suggest(person)
    account = Account(person=person, username=name)
    db.session.add(account)
    db.session.flush()
    log.record(actor, "account", "create", after=name, details=_about(person))
    code = accounts.issue_code(account, actor)
    db.session.commit()
    return code


def renew_code(actor: Viewer, person_id: int) -> str:
    """A new one-time code for who lost the first one or forgot the password. The password works until it is used."""
    account = find_account(person_id)
    if account.blocked_at:
        raise RefusedError("Учётная запись заблокирована. Сначала разблокируйте её.")
    code = accounts.issue_code(account, actor)
    db.session.commit()
    return code


def rename(actor: Viewer, person_id: int, username: str) -> None:
    account = find_account(person_id)
    name = usernames.check(username, account.id)
    if name != account.username:
        log.record(actor, "account", "update", before=account.username, after=name, details=_about(account.person))
        account.username = name
    db.session.commit()


def block(actor: Viewer, person_id: int) -> None:
    """No more signing in, and all open sessions end at once."""
    account = find_account(person_id)
    if account.id == actor.id:
        raise RefusedError("Себя заблокировать нельзя: это сделает другой системный администратор.")
    if account.blocked_at is None:
        account.blocked_at = now()
        sessions.end_all(account)
        log.record(actor, "account", "block", details=_about(account.person))
    db.session.commit()


def unblock(actor: Viewer, person_id: int) -> None:
    account = find_account(person_id)
    if account.blocked_at is not None:
        account.blocked_at = None
        log.record(actor, "account", "unblock", details=_about(account.person))
    db.session.commit()


def grant_role(
    actor: Viewer, person_id: int, role: str, since: date, order_number: str = "", order_date: date | None = None
) -> None:
    """Appoint from a day on, by an order where there is one (п. 4.1)."""
    person = people.find(person_id)
    if role not in set(Role):
        raise RefusedError("Выберите роль из списка.")
    held = select(RoleGrant.id).where(
        RoleGrant.person_id == person.id,
        RoleGrant.role == role,
        (RoleGrant.since == since) | in_force(RoleGrant, max(since, settings.today())),
    )
    if db.session.scalar(held):
        raise RefusedError(f"Роль «{Role(role).label}» у этого человека уже есть.")
    db.session.add(
        RoleGrant(
            person_id=person.id,
            role=role,
            since=since,
            order_number=order_number.strip()[:50] or None,
            order_date=order_date,
        )
    )
    if role == Role.SYSADMIN and person.account and not second_step.is_on(person.account.id):
        sessions.end_all(person.account)  # at the next sign-in the second step is set up
    log.record(actor, "role", "grant", after=Role(role).label, reason=order_number or None, details=_about(person))
    db.session.commit()


def end_role(actor: Viewer, person_id: int, grant_id: int) -> None:
    """The role ends today; what was done in it stays."""
    grant = db.session.scalar(select(RoleGrant).where(RoleGrant.id == grant_id, RoleGrant.person_id == person_id))
    if grant is None:
        raise NotFoundError
    if grant.person_id == actor.person_id and grant.role == Role.SYSADMIN:
        raise RefusedError("Свою роль системного администратора снять нельзя: это сделает другой администратор.")
    today = settings.today()
    if grant.until and grant.until < today:
        raise RefusedError("Эта роль уже снята. Обновите страницу.")
    if grant.since >= today:
        db.session.delete(grant)  # held for no whole day
    else:
        grant.until = today - timedelta(days=1)
    log.record(actor, "role", "revoke", before=Role(grant.role).label, details=_about(people.find(person_id)))
    db.session.commit()


def find_account(person_id: int) -> Account:
    account = db.session.scalar(select(Account).where(Account.person_id == person_id))
    if account is None:
        raise NotFoundError("У этого человека нет учётной записи: сначала создайте её.")
    return account


def _about(person: Person) -> dict[str, object]:
    return {"person_id": person.id, "name": person.full_name}

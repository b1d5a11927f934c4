"""The second step of signing in: set up, asked for, renewed, taken off (п. 3.8-3.11, R3.8-3.10).

System administrators must have one: who signs in without is led to set it up and can do nothing else before.
Demo accounts are left out, their password is everybody's.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import UpdateBase, delete, exists, func, or_, select, update

from ejournal.access import Viewer, lasting
from ejournal.domain import second_step
from ejournal.extensions import db
from ejournal.models import Account, Person, RecoveryCode, Role, RoleGrant, SecondStep
from ejournal.models.base import now
from ejournal.services import log, passwords, seal, sessions, settings, throttle, usernames
from ejournal.services.errors import NotFoundError, RefusedError

WRONG = "Код не подошёл. Введите тот, что приложение показывает сейчас: он живёт 30 секунд и действует один раз."
CLOCK = " Если не подходит и новый — проверьте, что время на телефоне ставится автоматически."
UNREADABLE = (
    "Ключ второго шага не читается: у установки другой секретный ключ. Войдите по резервному коду или попросите "
    "системного администратора сбросить второй шаг."
)
DEMO = "Это демонстрационная учётная запись: она общая, второй шаг у неё не включается."
REQUIRED = "Системный администратор входит только со вторым шагом: выключить его нельзя, можно сменить телефон."
STALE = "Страница устарела: отсканируйте новый QR-код."


class WrongCodeError(RefusedError):
    """Neither the present code nor an unused one from paper."""

    status = 401


@dataclass(frozen=True, slots=True)
class Setup:
    """What a telephone needs; `sealed` brings the same key back with the form, so that nothing is stored before."""

    key: str
    address: str
    sealed: str


@dataclass(frozen=True, slots=True)
class State:
    """How an account stands; `left`: unused codes on paper."""

    row: SecondStep | None
    left: int
    required: bool
    is_demo: bool


def is_on(account_id: int) -> bool:
    return bool(db.session.scalar(select(exists().where(SecondStep.account_id == account_id))))


def is_required(account: Account) -> bool:
    """Whether it must have one: a system administrator's now or from some later day."""
    if account.is_demo:
        return False
    held = exists().where(
        RoleGrant.person_id == account.person_id,
        RoleGrant.role == Role.SYSADMIN,
        lasting(RoleGrant, settings.today()),
    )
    return bool(db.session.scalar(select(held)))


def state_of(account: Account) -> State:
    unused = select(func.count(RecoveryCode.id)).where(
        RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None)
    )
    return State(_row(account.id), db.session.scalar(unused) or 0, is_required(account), account.is_demo)


def own(viewer: Viewer) -> State:
    return state_of(db.session.get_one(Account, viewer.id))


def prepare(viewer: Viewer, issuer: str, sealed: str = "") -> Setup:
    """A new key for the telephone, or the one that a form brings back; `issuer` names it among others there."""
    secret = seal.open_sealed(sealed, _setup(viewer)) or second_step.new_secret()
    return Setup(
        key=second_step.in_groups(secret),
        address=second_step.address(secret, viewer.username, issuer),
        sealed=seal.close(secret, _setup(viewer)),
    )


def confirm(viewer: Viewer, sealed: str, code: str) -> list[str]:
    """Turn it on, or change the telephone: the code shows that it has the key. All other sessions end.

    Returns the codes for paper, which are shown once and stored nowhere. Raises RefusedError.
    """
    account = db.session.get_one(Account, viewer.id)
    if account.is_demo:
        raise RefusedError(DEMO)
    secret = seal.open_sealed(sealed, _setup(viewer))
    if secret is None:
        raise RefusedError(STALE)
    step = second_step.matching_step(secret, code, now(), None)
    if step is None:
        raise RefusedError(WRONG + CLOCK)
    db.session.execute(delete(SecondStep).where(SecondStep.account_id == account.id))
    db.session.add(SecondStep(account_id=account.id, secret=seal.close(secret, _purpose(account.id)), last_step=step))
    sessions.keep_only(viewer)
    codes = _new_codes(account.id)
    _log(viewer, account, "turn-on")
    db.session.commit()
    return codes


def renew_codes(viewer: Viewer) -> list[str]:
    """New codes for paper; the ones before work no more. Raises RefusedError where there is no second step."""
    account = db.session.get_one(Account, viewer.id)
    if _row(account.id) is None:
        raise RefusedError("Второй шаг не включён: сначала включите его.")
    codes = _new_codes(account.id)
    _log(viewer, account, "new-codes")
    db.session.commit()
    return codes


def turn_off(viewer: Viewer) -> None:
    """The person's own wish. Raises RefusedError where it is required."""
    account = db.session.get_one(Account, viewer.id)
    if is_required(account):
        raise RefusedError(REQUIRED)
    if _take_off(account):
        _log(viewer, account, "turn-off")
    db.session.commit()


def reset(actor: Viewer | None, account: Account, reason: str) -> None:
    """For who lost the telephone and the paper, by another administrator or the command line: all sessions end.

    Raises RefusedError. The caller has made sure who asks.
    """
    if actor is not None and actor.id == account.id:
        raise RefusedError("Свой второй шаг меняют в профиле: «Мой профиль» — «Второй шаг входа».")
    if not reason.strip():
        raise RefusedError("Укажите причину: как вы убедились, что просит сам владелец.")
    if not _take_off(account):
        raise RefusedError("У этой учётной записи второй шаг не включён. Обновите страницу.")
    sessions.end_all(account)
    _log(actor, account, "reset", reason=reason.strip()[:500])
    db.session.commit()


def check(account: Account, code: str, address: str) -> None:
    """Let in who types the present code of the telephone, or an unused one from paper; each works once.

    Counted like passwords (services/throttle.py). Raises WrongCodeError, TooManyError, RefusedError. Commits.
    """
    throttle.begin(usernames.fold(account.username), address, account.id)
    db.session.commit()
    row = _row(account.id)
    if row is None or spend(account, code):
        db.session.commit()
        return
    _log(None, account, "wrong-code")
    db.session.commit()
    readable = seal.open_sealed(row.secret, _purpose(account.id)) is not None
    raise WrongCodeError(WRONG + CLOCK if readable else UNREADABLE)


def spend(account: Account, code: str) -> bool:
    """Whether it was a good code; it is none any more. The caller counts attempts and commits."""
    row = _row(account.id)
    return row is not None and (_spend_recovery(account, code) or _spend_step(row, code))


def _spend_step(row: SecondStep, code: str) -> bool:
    secret = seal.open_sealed(row.secret, _purpose(row.account_id))
    step = second_step.matching_step(secret, code, now(), row.last_step) if secret else None
    if step is None:
        return False
    # Of two requests with the same code only one moves the mark.
    unused = or_(SecondStep.last_step.is_(None), SecondStep.last_step < step)
    return _changed(update(SecondStep).where(SecondStep.id == row.id, unused).values(last_step=step))


def _spend_recovery(account: Account, code: str) -> bool:
    if len(second_step.digits(code)) < passwords.CODE_LENGTH:
        return False
    mine = (RecoveryCode.account_id == account.id, RecoveryCode.code_hash == passwords.hash_code(code))
    spent = _changed(update(RecoveryCode).where(*mine, RecoveryCode.used_at.is_(None)).values(used_at=now()))
    if spent:
        _log(None, account, "recovery-code")
    return spent


def _changed(statement: UpdateBase) -> bool:
    result: Any = db.session.execute(statement)
    return bool(result.rowcount == 1)


def _new_codes(account_id: int) -> list[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    codes = [passwords.new_code() for _ in range(second_step.RECOVERY_CODES)]
    db.session.add_all(RecoveryCode(account_id=account_id, code_hash=passwords.hash_code(code)) for code in codes)
    return codes


def _take_off(account: Account) -> bool:
    """Whether there was one."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    return _changed(delete(SecondStep).where(SecondStep.account_id == account.id))


def _row(account_id: int) -> SecondStep | None:
    return db.session.scalar(select(SecondStep).where(SecondStep.account_id == account_id))


def _purpose(account_id: int) -> str:
    return f"second-step:{account_id}"


def _setup(viewer: Viewer) -> str:
    return f"second-step-setup:{viewer.id}:{viewer.session}"


def _log(actor: Viewer | None, account: Account, action: str, reason: str | None = None) -> None:
    person = db.session.get_one(Person, account.person_id)
    about = {"account_id": account.id, "username": account.username, "person_id": person.id, "name": person.full_name}
    log.record(actor, "second-step", action, reason=reason, details=about)


def find(username: str) -> Account:
    """By login, for the command line. Raises NotFoundError."""
    account = db.session.scalar(select(Account).where(Account.username == usernames.fold(username)))
    if account is None:
        raise NotFoundError(f"Учётной записи с логином «{username}» нет.")
    return account

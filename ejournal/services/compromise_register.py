"""The register of compromised accounts as administration keeps it (п. 3.11): what is open, what was done."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload

from ejournal.access import Viewer
from ejournal.domain import numbers
from ejournal.extensions import db
from ejournal.models import REPORT_SOURCES, Account, Compromise, Person, Role
from ejournal.models.base import now
from ejournal.services import accounts, compromises, log, people, settings
from ejournal.services.errors import FieldsError, ForbiddenError, NotFoundError, RefusedError

PAGE_SIZE = 50
SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A report. `in_time`: told within the term after it became known; `overdue`: open longer than that."""

    report: Compromise
    person: Person
    reporter: str
    source: str
    in_time: bool
    overdue: bool
    # No password works: a one-time code is to be handed out.
    needs_code: bool


@dataclass(frozen=True, slots=True)
class Counts:
    open: int
    overdue: int


def counts() -> Counts:
    """How many reports are open, and how many of them longer than the clause's working day."""
    still = Compromise.closed_at.is_(None)
    opened = db.session.scalars(select(Compromise.due).where(still)).all()
    today = settings.today()
    return Counts(len(opened), sum(due < today for due in opened))


def listing(state: str = "", page: int = 1) -> tuple[list[Line], int]:
    """The reports, open ones first, and how many pages there are. `state`: "open", "closed" or "" for all."""
    where = []
    if state in ("open", "closed"):
        where = [Compromise.closed_at.is_(None) if state == "open" else Compromise.closed_at.is_not(None)]
    total = db.session.scalar(select(func.count(Compromise.id)).where(*where)) or 0
    reporter = aliased(Person)
    rows = db.session.execute(
        select(Compromise, reporter)
        .outerjoin(reporter, reporter.id == Compromise.reported_by)
        .where(*where)
        .options(joinedload(Compromise.account).joinedload(Account.person), joinedload(Compromise.closer))
        .order_by(Compromise.closed_at.is_not(None), Compromise.reported_at.desc(), Compromise.id.desc())
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    )
    today = settings.today()
    lines = [_line(made, who.short_name if who else "", today) for made, who in rows]
    return lines, numbers.pages(total, PAGE_SIZE)


def secure(actor: Viewer, compromise_id: int) -> None:
    """End the sessions of an account somebody reported without proof. Raises RefusedError, ForbiddenError."""
    made = _open(compromise_id)
    if made.secured_at:
        raise RefusedError("Сеансы этой учётной записи уже завершены, нужен новый пароль.")
    if made.account_id == actor.id:
        raise RefusedError("Это ваша учётная запись: сообщите о ней в своём профиле, там же задайте новый пароль.")
    _check_rank(actor, made.account)
    compromises.secure(actor, made)
    db.session.commit()


def close(actor: Viewer, compromise_id: int, outcome: str) -> None:
    """What was done stays in the register. Raises RefusedError, FieldsError."""
    made = _open(compromise_id)
    words = " ".join(outcome.split())[: compromises.NOTE]
    if len(words) < SHORTEST:
        raise FieldsError({"outcome": "Напишите, что сделано: это остаётся в реестре (п. 3.11)."})
    made.closed_at, made.closed_by, made.outcome = now(), actor.person_id, words
    log.record(actor, "compromise", "close", after=words, details=accounts.about(made.account))
    db.session.commit()


def _line(made: Compromise, reporter: str, today: date) -> Line:
    told = settings.local(made.reported_at).date()
    account = made.account
    return Line(
        made,
        account.person,
        reporter,
        REPORT_SOURCES[made.source],
        told <= made.due,
        made.closed_at is None and today > made.due,
        people.state_of(account) == "waiting",
    )


def _open(compromise_id: int) -> Compromise:
    made = db.session.get(Compromise, compromise_id, with_for_update=True, populate_existing=True)
    if made is None:
        raise NotFoundError
    if made.closed_at:
        raise RefusedError("Это сообщение уже закрыто. Обновите страницу.")
    return made


def _check_rank(actor: Viewer, account: Account) -> None:
    """Administration does not lock out the system administrator: another one does, or the person in the profile."""
    viewer = accounts.viewer_of(account)
    if viewer and Role.SYSADMIN in viewer.roles and Role.SYSADMIN not in actor.roles:
        raise ForbiddenError("Это учётная запись системного администратора: ею распоряжается он сам (п. 4.2).")

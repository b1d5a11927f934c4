"""People and their accounts, as the system administrator keeps them (п. 4.2)."""

from dataclasses import dataclass

from sqlalchemy import func, select

from ejournal.extensions import db
from ejournal.models import Account, Person


@dataclass(frozen=True, slots=True)
class Counts:
    people: int
    accounts: int
    activated: int
    blocked: int


def counts() -> Counts:
    """How many people there are, and how far their accounts have come."""
    accounts, activated, blocked = db.session.execute(
        select(func.count(Account.id), func.count(Account.password_hash), func.count(Account.blocked_at))
    ).one()
    return Counts(db.session.scalar(select(func.count(Person.id))) or 0, accounts, activated, blocked)

<<<<<<< HEAD
"""Who of the students and parents has signed in by now, who only has a code, who has neither (п. 4.3)."""

import secrets
from datetime import timedelta

from sqlalchemy import select

from ejournal.demo.calendar import Year
from ejournal.demo.rows import Rows
from ejournal.demo.world import Group, dice
from ejournal.extensions import db
from ejournal.models import Account, Consent, Person
from ejournal.services.passwords import hash_password
from ejournal.services.usernames import LATIN

# Shares of those who have been here, and of the rest who were given a code.
ENTERED, GIVEN = 0.8, 0.5
DAYS_AGO = 12


def add(rows: Rows, year: Year, seed: int, groups: list[Group], guardians: list[tuple[int, int]]) -> None:
    """Keep rows of accounts; people and consents must be written already. Nobody knows the password of these."""
    students = [m.student.id for group in groups for m in group.members if m.was_there(year.today)]
    parents = sorted({parent for parent, _student in guardians})
    agreed = set(db.session.scalars(select(Consent.person_id).where(Consent.kind == "agreed")))
    had = set(db.session.scalars(select(Account.person_id)))
    taken = set(db.session.scalars(select(Account.username)))
    people = {
        person.id: person for person in db.session.scalars(select(Person).where(Person.id.in_(students + parents)))
    }
    unknown = hash_password(secrets.token_urlsafe(24))
    for person_id in dict.fromkeys(students + parents):
        chance = dice(seed, "signed in", person_id)
        # A parent without a consent on record has no electronic access (п. 4.1).
        entered = chance.random() < ENTERED and (person_id in agreed or person_id in students)
        given = chance.random() < GIVEN
        ago = timedelta(days=chance.randrange(DAYS_AGO), hours=chance.randrange(8))
        if person_id in had or not (entered or given):
            continue
        # Of a code only a hash is kept: this one belongs to none.
        code, until = f"{chance.getrandbits(256):064x}", year.now + timedelta(days=9) - ago
        access = (
            {"password_hash": unknown, "last_sign_in_at": year.now - ago}
            if entered
            else {"activation_hash": code, "activation_expires_at": until}
        )
        rows.add(
            Account, person_id=person_id, username=_username(people[person_id], taken), is_demo=True, **access
        )  # fmt: skip


def _username(person: Person, taken: set[str]) -> str:
    """aksenov.as, aksenov.as2 …"""
    parts = (person.surname, person.name[:1] + person.patronymic[:1])
    base = name = ".".join("".join(filter(str.isalnum, part.casefold().translate(LATIN))) for part in parts)
    number = 1
    while name in taken:
        number += 1
        name = f"{base}{number}"
    taken.add(name)
    return name
=======
"""Who has signed in during the last weeks, for the report of activity: sessions that are over, in working hours."""

from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, update

from ejournal.demo.accounts import FAMILY
from ejournal.demo.calendar import Year
from ejournal.demo.world import dice
from ejournal.extensions import db
from ejournal.models import Account, UserSession

DAYS = 21
NEVER = 0.1  # of employees
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def add(year: Year, seed: int) -> int:
    """Write them, and return how many; accounts must be written already. Families last signed in when they last read
    the diary. What stands for a session here is no secret: they are all over."""
    sessions: list[dict[str, Any]] = []
    last: list[dict[str, Any]] = []
    for account, username in db.session.execute(select(Account.id, Account.username).order_by(Account.id)):
        chance = dice(seed, "sign-in", username)
        if username not in FAMILY and chance.random() < NEVER:
            continue
        days = [2] if username in FAMILY else sorted(chance.sample(range(1, DAYS), chance.randint(2, 12)))
        for day in days:
            began = year.now - timedelta(days=day, hours=3, minutes=chance.randint(0, 50))
            sessions.append(_session(f"{chance.getrandbits(160):040x}", account, began))
        last.append({"id": account, "last_sign_in_at": sessions[-len(days)]["started_at"]})
    if sessions:
        db.session.execute(insert(UserSession), sessions)
        db.session.execute(update(Account), last)
    return len(sessions)


def _session(name: str, account: int, began: Any) -> dict[str, Any]:
    ended = began + timedelta(minutes=55)
    return {
        "id": name, "account_id": account, "started_at": began, "seen_at": ended,
        "ended_at": ended, "address": "192.0.2.10", "agent": AGENT, "epoch": 0,
    }  # fmt: skip
>>>>>>> h-c3

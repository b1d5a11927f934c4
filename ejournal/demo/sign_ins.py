"""Who of the students and parents has signed in by now, who only has a code, who has neither (п. 4.3)."""

import secrets
from datetime import timedelta

from sqlalchemy import select

from ejournal.demo.calendar import Year
from ejournal.demo.rows import Rows
from ejournal.demo.world import Group, dice
from ejournal.extensions import db
from ejournal.models import Account, Consent, Person
from ejournal.services import usernames
from ejournal.services.passwords import hash_password

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
        person = people[person_id]
        username = usernames.free(usernames.of_name(person.surname, person.name, person.patronymic), taken)
        taken.add(username)
        rows.add(Account, person_id=person_id, username=username, is_demo=True, **access)

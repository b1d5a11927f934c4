"""Профиль, сеансы, компрометация (п. 3.8-3.11)."""

from factories import Journal, make_person

from ejournal.extensions import db
from ejournal.models import Account, Compromise, Role
from ejournal.services import compromises, settings
from tests.web.access_rows import OVERSEERS, SIGNED_IN, SYSADMIN

ALL = "ok  ok  ok  ok  ok  ok  ok  ok"
# A session of nobody here: the same answer for what is not there and what is not yours.
NOT_OWN = "401 404 404 404 404 404 404 404"

ROWS = {
    "admin.end_sessions": SYSADMIN,
    "compromises.ask": ALL,
    "compromises.ask_again": ALL,
    "compromises.close": OVERSEERS,
    "compromises.create": ALL,
    "compromises.create_by_link": ALL,
    "compromises.create_for": SYSADMIN,
    "compromises.create_own": SIGNED_IN,
    "compromises.create_with_password": ALL,
    "compromises.index": OVERSEERS,
    "compromises.link": ALL,
    "compromises.new_own": SIGNED_IN,
    "compromises.secure": OVERSEERS,
    "profile.end_other_sessions": SIGNED_IN,
    "profile.end_session": NOT_OWN,
    "profile.confirm_second_step": SIGNED_IN,
    "profile.end_second_step": SIGNED_IN,
    "profile.renew_codes": SIGNED_IN,
    "profile.second_step": SIGNED_IN,
    "profile.index": SIGNED_IN,
}


def arguments(journal: Journal) -> dict[str, object]:
    person = make_person("Забывчивая", (Role.PARENT,))
    account = db.session.scalars(db.select(Account).where(Account.person_id == person.id)).one()
    today = settings.today()
    report = Compromise(account_id=account.id, source="stranger", known_on=today, due=today)
    db.session.add(report)
    db.session.commit()
    return {"compromise_id": report.id, "proof": compromises.link_token(account), "handle": "0" * 16}

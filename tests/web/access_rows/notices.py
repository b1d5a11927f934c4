"""Что нового, почта, письма родителям (п. 4.3)."""

import factories
from factories import Journal
from flask import current_app
from itsdangerous import URLSafeTimedSerializer

from ejournal.extensions import db
from ejournal.models import BouncedAddress, Bulletin, Letter
from tests.web.access_rows import SIGNED_IN, SYSADMIN

# The curator of the group, and administration.
LEADERS = "401 ok  ok  ok  403 403 403 403"
# A link for somebody else: the same for everybody.
NOT_OWN = "401 404 404 404 404 404 404 404"

ROWS = {
    "bulletins.group": LEADERS,
    "bulletins.index": LEADERS,
    "bulletins.send": LEADERS,
    "bulletins.show": LEADERS,
    "mail.dismiss": SYSADMIN,
    "mail.index": SYSADMIN,
    "mail.save": SYSADMIN,
    "mail.send_again": SYSADMIN,
    "mail.try_address_again": SYSADMIN,
    "mail.try_out": SYSADMIN,
    "notices.choose": SIGNED_IN,
    "notices.confirm_address": NOT_OWN,
    "notices.index": SIGNED_IN,
    "notices.save_address": NOT_OWN,
    "notices.see": SIGNED_IN,
    "notices.wish_address": SIGNED_IN,
}


def arguments(journal: Journal) -> dict[str, object]:
    bulletin = Bulletin(group_id=journal.group.id, author_id=journal.teacher.id, subject="Собрание", text="В среду.")
    letter = Letter(kind="plain", key="one", address="a@mail.example", message_id="<1@x>", state="failed")
    bounced = BouncedAddress(address="b@mail.example", error="550")
    db.session.add_all([bulletin, letter, bounced])
    db.session.commit()
    other = factories.make_person().id
    proof = URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="own-address").dumps(
        [other, "c@mail.example"]
    )
    return {
        "bulletin_id": bulletin.id,
        "letter_id": letter.id,
        "bounced_id": bounced.id,
        "address_proof": proof,
    }

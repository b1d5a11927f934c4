"""Сообщения: a conversation of the journal's teacher with the group's leader, in which the leader wrote."""

import factories
from factories import Journal
from factories_messages import make_talk

from ejournal.extensions import db
from ejournal.models import Curatorship, MessageAccess, MessageComplaint, Person
from tests.web.access_rows import SIGNED_IN

ADMINISTRATION = "401 403 ok  403 403 403 403 403"
IN_TALK = "401 404 404 ok  ok  404 404 404"
# To the journal's teacher: from all the staff but herself; this student and parent are of no group of hers.
TO_TEACHER = "401 ok  ok  ok  404 ok  404 404"
TO_GROUP = "401 ok  ok  ok  ok  404 403 403"

ROWS = {
    "messages.block": "401 403 403 403 403 404 403 403",  # an employee: nobody refuses to hear one
    "messages.change": "401 404 404 ok  403 404 404 404",
    "messages.close_complaint": ADMINISTRATION,
    "messages.complain": IN_TALK,
    "messages.complaint": IN_TALK,
    "messages.complaints": ADMINISTRATION,
    "messages.draft": IN_TALK,
    "messages.edit": "401 404 404 ok  404 404 404 404",
    "messages.file": "401 404 404 404 404 404 404 404",  # a file that is not there
    "messages.index": SIGNED_IN,
    "messages.latest": IN_TALK,
    "messages.lines": SIGNED_IN,
    "messages.many": "401 404 404 404 404 404 403 403",  # to nobody in particular
    "messages.mute": IN_TALK,
    "messages.new": SIGNED_IN,
    "messages.new_order": "401 403 404 403 403 403 403 403",  # about nobody
    "messages.news": SIGNED_IN,
    "messages.order": ADMINISTRATION,
    "messages.orders": ADMINISTRATION,
    "messages.read": IN_TALK,
    "messages.read_by_order": ADMINISTRATION,
    "messages.read_complaint": ADMINISTRATION,
    "messages.readers": "401 404 404 ok  404 404 404 404",
    "messages.register_order": ADMINISTRATION,
    "messages.send": IN_TALK,
    "messages.send_to": TO_TEACHER,
    "messages.send_to_many": TO_GROUP,
    "messages.show": IN_TALK,
    "messages.to": TO_TEACHER,
}

FORMS = {
    "messages.register_order": {"conversation": "{conversation_id}", "person": "{person_id}"},
    "messages.send_to_many": {"to": "teachers:{own_group_id}"},
}


def arguments(journal: Journal) -> dict[str, object]:
    curator_id = db.session.scalars(
        db.select(Curatorship.person_id).where(Curatorship.group_id == journal.group.id)
    ).one()  # fmt: skip
    curator = db.session.get_one(Person, curator_id)
    message = make_talk(curator, journal.teacher)
    access = MessageAccess(
        conversation_id=message.conversation_id, ground="Жалоба", order_number="1", opened_by=curator_id
    )
    complaint = MessageComplaint(
        message_id=message.id, complainer_id=factories.make_person("Жалобщикова").id, reason="грубо", text=message.text
    )
    db.session.add_all([access, complaint])
    db.session.commit()
    return {
        "conversation_id": message.conversation_id,
        "message_id": message.id,
        "attachment_id": 1,
        "addressee_id": journal.teacher.id,
        "complaint_id": complaint.id,
        "access_id": access.id,
        "own_group_id": journal.group.id,
    }

"""Объявления, события, ресурсы (п. 2.3): addressed to the journal's group by somebody else."""

from factories import Journal, make_person
from factories_board import announce, plan, recommend

from ejournal.domain.audiences import Choice
from ejournal.models import Role
from tests.web.access_rows import OVERSEERS, SIGNED_IN, STAFF

# The group's own; the student and the parent of these rows are in no group.
ADDRESSED = "401 ok  ok  ok  ok  404 404 404"
ANNOUNCERS = "401 ok  ok  ok  403 403 403 403"
# What somebody else wrote: changed by administration alone.
CHANGES = "401 ok  ok  403 403 403 403 403"
CHANGES_EVENT = "401 ok  ok  403 403 404 403 403"

ROWS = {
    "announcements.acknowledge": ADDRESSED,
    "announcements.announcement": ADDRESSED,
    "announcements.create": ANNOUNCERS,
    "announcements.edit": CHANGES,
    "announcements.file": "401 404 404 404 404 404 404 404",  # a file that is not there
    "announcements.index": SIGNED_IN,
    "announcements.new": ANNOUNCERS,
    "announcements.readers": ANNOUNCERS,
    "announcements.seen": ADDRESSED,
    "announcements.update": CHANGES,
    "announcements.withdraw": "401 ok  ok  404 403 403 403 403",  # gone for the curator once it is taken down
    "events.cancel": CHANGES_EVENT,
    "events.create": STAFF,
    "events.edit": CHANGES_EVENT,
    "events.event": ADDRESSED,
    "events.index": SIGNED_IN,
    "events.new": STAFF,
    "events.update": CHANGES_EVENT,
    "resources.close_dead": OVERSEERS,
    "resources.create": STAFF,
    "resources.decide": OVERSEERS,
    "resources.edit": OVERSEERS,
    "resources.index": SIGNED_IN,
    "resources.new": STAFF,
    "resources.remove": "401 ok  404 403 403 403 403 403",  # gone for the second who removes it
    "resources.tell_dead": ADDRESSED,
    "resources.update": OVERSEERS,
}


def arguments(journal: Journal) -> dict[str, object]:
    author = make_person("Авторова", (Role.ADMINISTRATION,))
    group = Choice(group_ids=(journal.group.id,))
    return {
        "announcement_id": announce(author, group, needs_ack=True).id,
        "attachment_id": 10**6,
        "event_id": plan(author, group).id,
        "resource_id": recommend(author, group).id,
    }

"""What an update of the program brought: CHANGELOG.md, and since when this college has each entry (п. 4.1).

The file has no dates of a college's own updates: `remember` notes at each start which entries are here for the first
time. Who put the news aside later than that has seen them.
"""

from dataclasses import replace
from datetime import datetime
from functools import cache

from ejournal.access import Viewer
from ejournal.config import ROOT
from ejournal.domain import changelog
from ejournal.domain.changelog import Version
from ejournal.extensions import db
from ejournal.models import Account, Role
from ejournal.models.base import now
from ejournal.services import log, settings

KNOWN = "updates.known"  # the moment of an entry's first appearance, by its key


@cache
def versions() -> list[Version]:
    """What the installed program says of itself; nothing where the file was left out."""
    file = ROOT / "CHANGELOG.md"
    return changelog.read(file.read_text(encoding="utf-8")) if file.is_file() else []


def readable(viewer: Viewer | None) -> list[Version]:
    """What concerns the viewer: entries about the server are for who runs it."""
    hidden = _hidden(viewer)
    shown = (replace(one, entries=tuple(each for each in one.entries if each.key not in hidden)) for one in versions())
    return [version for version in shown if version.entries]


def _hidden(viewer: Viewer | None) -> set[str]:
    if viewer and viewer.holds(frozenset({Role.SYSADMIN})):
        return set()
    return {entry.key for version in versions() for entry in version.entries if entry.for_admin}


def remember(installed: list[Version]) -> int:
    """Note the entries that are here for the first time; returns how many. Called at the start of the server."""
    known: dict[str, str] = settings.get(KNOWN)
    here = [entry.key for version in installed for entry in version.entries]
    added = [key for key in here if key not in known]
    if added:
        moment = now().isoformat()
        settings.put(KNOWN, {key: known.get(key, moment) for key in here})
        log.record(None, "setting", "update", after=f"новых записей: {len(added)}", details={"key": KNOWN})
        db.session.commit()
    return len(added)


def fresh(viewer: Viewer) -> dict[str, datetime]:
    """Entries that concern the viewer and came after she put the last ones aside, and when. Nothing for who has not
    signed in since this was counted."""
    if viewer.updates_seen_at is None:
        return {}
    known: dict[str, str] = settings.get(KNOWN)
    moments = {key: datetime.fromisoformat(text) for key, text in known.items()}
    late = {key: moment for key, moment in moments.items() if moment > viewer.updates_seen_at}
    hidden = _hidden(viewer) if late else set()
    return {key: moment for key, moment in late.items() if key not in hidden}


def put_aside(viewer: Viewer) -> None:
    """All there is was seen. A mark on one's own page, like a notice read: not for the log."""
    account = db.session.get_one(Account, viewer.id)
    account.updates_seen_at = now()
    db.session.commit()

"""The catalogue of recommended resources as people see it (п. 2.3): what is addressed to them; administration all.

The server never opens an address: whether a link works is told by those who follow it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, func, select, true
from sqlalchemy.orm import joinedload

from ejournal import access
from ejournal.access import OVERSEERS, STAFF, Viewer
from ejournal.domain.names import fold
from ejournal.domain.web_addresses import host_of
from ejournal.extensions import db
from ejournal.models import RESOURCE_KINDS, RESOURCE_STATES, DeadLink, Resource
from ejournal.services import audiences, settings
from ejournal.services.errors import NotFoundError

SHOWN, SUGGESTED, REFUSED, REMOVED = "shown", "suggested", "refused", "removed"
LONGEST_QUERY = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A resource for one reader. `dead`: how many say that it does not open; `told`: the viewer is one of them."""

    resource: Resource
    host: str
    kind: str
    state: str
    audience: str
    dead: int
    told: bool

    @property
    def id(self) -> int:
        return self.resource.id


@dataclass(frozen=True, slots=True)
class Catalogue:
    """`tags`: those of everything the viewer may see, with how many have each."""

    lines: list[Line]
    tags: list[tuple[str, int]]
    total: int


def catalogue(viewer: Viewer, kind: str = "", tag: str = "", text: str = "") -> Catalogue:
    """What is recommended to the viewer. Three queries however much there is."""
    lines = _lines(viewer, and_(Resource.state == SHOWN, _concerns(viewer)))
    counted = Counter(each for line in lines for each in line.resource.tags)
    words = fold(text[:LONGEST_QUERY]).split()
    chosen = [
        line
        for line in lines
        if kind in ("", line.resource.kind)
        and (not tag or tag in line.resource.tags)
        and all(word in line.resource.skey for word in words)
    ]
    return Catalogue(chosen, sorted(counted.items(), key=lambda each: (-each[1], each[0])), len(lines))


def waiting(viewer: Viewer) -> list[Line]:
    """What was suggested and nobody has decided on: for administration all of it, for others the own."""
    own = true() if viewer.holds(OVERSEERS) else Resource.suggested_by == viewer.person_id
    return _lines(viewer, and_(Resource.state == SUGGESTED, own)) if viewer.holds(STAFF) else []


def dead(viewer: Viewer) -> list[Line]:
    """What somebody says does not open: for administration."""
    if not viewer.holds(OVERSEERS):
        return []
    told = select(DeadLink.resource_id).where(DeadLink.closed_at.is_(None))
    return _lines(viewer, and_(Resource.state == SHOWN, Resource.id.in_(told)))


def load(viewer: Viewer, resource_id: int) -> Line:
    """One resource. Raises NotFoundError where it does not concern the viewer."""
    seen = and_(Resource.state == SHOWN, _concerns(viewer))
    if viewer.holds(OVERSEERS):
        seen = Resource.state.in_((SHOWN, SUGGESTED))
    found = next(iter(_lines(viewer, and_(Resource.id == resource_id, seen))), None)
    if found is None:
        raise NotFoundError
    return found


def _concerns(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.holds(OVERSEERS):
        return true()
    return access.addressed(viewer, Resource.audience_id, settings.today())


def _lines(viewer: Viewer, where: ColumnElement[bool]) -> list[Line]:
    rows: Sequence[Resource] = db.session.scalars(
        select(Resource)
        .where(where)
        .options(joinedload(Resource.author), audiences.loaded(Resource.audience))
        .order_by(Resource.ordinal, Resource.skey, Resource.id)
    ).all()
    told = {
        row.resource_id: row
        for row in db.session.execute(
            select(
                DeadLink.resource_id,
                func.count(DeadLink.id).label("number"),
                func.max(case((DeadLink.person_id == viewer.person_id, 1), else_=0)).label("own"),
            )
            .where(DeadLink.closed_at.is_(None))
            .group_by(DeadLink.resource_id)
        )
    }
    return [
        Line(
            row, host_of(row.url), RESOURCE_KINDS[row.kind], RESOURCE_STATES[row.state],
            audiences.words(row.audience), told[row.id].number if row.id in told else 0,
            bool(told[row.id].own) if row.id in told else False,
        )
        for row in rows
    ]  # fmt: skip

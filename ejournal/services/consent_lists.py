"""Who has not answered yet, and how many have: by group and in the college (п. 4.1)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from ejournal.access import OVERSEERS, Viewer, curates
from ejournal.domain.consents import State
from ejournal.extensions import db
from ejournal.models import Group
from ejournal.services import consent_register, settings
from ejournal.services.consent_register import Standing

PAGE_SIZE = 100


@dataclass(slots=True)
class Summary:
    """Of one group, or of the college. `closed`: refused or withdrawn."""

    students: int = 0
    agreed: int = 0
    closed: int = 0
    anew: int = 0
    silent: int = 0
    soon: int = 0
    parents: int = 0
    parents_answered: int = 0
    parents_agreed: int = 0

    @property
    def answered(self) -> int:
        return self.agreed + self.closed

    def count(self, line: Standing) -> None:
        self.students += 1
        self.agreed += line.state is State.AGREED
        self.closed += line.state in (State.REFUSED, State.WITHDRAWN)
        self.anew += line.state is State.ANEW
        self.silent += line.state is State.SILENT
        self.soon += line.of_age_on is not None
        self.parents += len(line.parents)
        self.parents_answered += sum(parent.state.answered for parent in line.parents)
        self.parents_agreed += sum(parent.state is State.AGREED for parent in line.parents)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody whose answer is waited for, since when and how many days. `about`: of whose parent it is."""

    student_id: int
    name: str
    group_id: int
    group: str
    state: State
    days: int
    since: date
    about: str = ""
    relation: str = ""


@dataclass(frozen=True, slots=True)
class Unanswered:
    lines: list[Waiting]
    students: int
    parents: int
    soon: list[Standing]
    pages: int


def summaries(on: date, group_ids: Collection[int] | None = None) -> dict[int, Summary]:
    """The counts of every group (or of those) on a day; three queries."""
    return _by_group(consent_register.load(on, group_ids=group_ids))


def of_viewer(viewer: Viewer) -> tuple[list[tuple[Group, Summary]], Summary]:
    """The groups the viewer keeps the register of, alphabetically, and their sum."""
    today = settings.today()
    groups = groups_led(viewer)
    counted = _by_group(consent_register.load(today, group_ids=[group.id for group in groups]))
    total = Summary()
    for summary in counted.values():
        for name in Summary.__dataclass_fields__:
            setattr(total, name, getattr(total, name) + getattr(summary, name))
    return [(group, counted[group.id]) for group in groups if group.id in counted], total


def unanswered(viewer: Viewer, group_id: int | None, who: str, page: int) -> Unanswered:
    """Students and parents who have not answered, the longest first. `who`: students, parents or empty for both."""
    today = settings.today()
    ids = [group.id for group in groups_led(viewer) if group_id in (None, group.id)]
    standings = consent_register.load(today, group_ids=ids)
    students = [_student(line, today) for line in standings if not line.state.answered]
    parents = list(_parents(standings, today))
    chosen = {"students": students, "parents": parents}.get(who, students + parents)
    chosen.sort(key=lambda line: (-line.days, line.group, line.name))
    start = (page - 1) * PAGE_SIZE
    soon = sorted((line for line in standings if line.of_age_on), key=lambda line: line.of_age_on or today)
    pages = max(1, -(-len(chosen) // PAGE_SIZE))
    return Unanswered(chosen[start : start + PAGE_SIZE], len(students), len(parents), soon, pages)


def groups_led(viewer: Viewer) -> list[Group]:
    """The groups whose register the viewer keeps: all for administration, a curator's own."""
    query = select(Group).where(Group.released_on.is_(None)).order_by(Group.gkey)
    if not viewer.holds(OVERSEERS):
        query = query.where(curates(viewer, Group.id, settings.today()))
    return list(db.session.scalars(query))


def _by_group(lines: Iterable[Standing]) -> dict[int, Summary]:
    counted: dict[int, Summary] = {}
    for line in lines:
        counted.setdefault(line.group_id, Summary()).count(line)
    return counted


def _student(line: Standing, today: date) -> Waiting:
    days = (today - line.since).days
    return Waiting(line.id, line.name, line.group_id, line.group, line.state, days, line.since)


def _parents(standings: Iterable[Standing], today: date) -> Iterable[Waiting]:
    for line in standings:
        for parent in line.parents:
            if not parent.state.answered:
                yield Waiting(
                    line.id, parent.name, line.group_id, line.group, parent.state, (today - parent.since).days,
                    parent.since, about=line.name, relation=parent.relation,
                )  # fmt: skip

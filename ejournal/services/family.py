"""Whose parent or legal representative a person is (п. 2.1, 4.6): listed, found, linked, ended.

A pair has one row. What is made anew after its end begins on that day; how it was before stands in the log.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, exists, or_, select

from ejournal.access import Viewer, in_force
from ejournal.domain.kinship import RELATIONS
from ejournal.domain.reasons import SHORTEST_REASON
from ejournal.extensions import db, in_turn
from ejournal.models import Guardianship, Person, Role, RoleGrant
from ejournal.services import groups, log, people, settings, shut_out
from ejournal.services.errors import NotFoundError, RefusedError

# Links are made and ended in turn: each sees what those before it have done.
TURN = "guardianship"
AT_ONCE = "связь с обучающимся прекращена (п. 2.1)"


class Side(StrEnum):
    """Which end of a link is asked for from the page of the person at the other one."""

    CHILDREN = "children"
    GUARDIANS = "guardians"


@dataclass(frozen=True, slots=True)
class Link:
    """A line of the list: the person at the other end; `group`: of a child, today's or the last one."""

    id: int
    other: Person
    relation: str
    group: str
    since: date | None
    until: date | None
    is_over: bool

    @property
    def held_a_day(self) -> bool:
        """False for what was made and taken back on one day: it holds on none."""
        return not (self.since and self.until and self.until < self.since)


@dataclass(frozen=True, slots=True)
class Family:
    """None where the person cannot be at that end."""

    children: list[Link] | None
    guardians: list[Link] | None


@dataclass(frozen=True, slots=True)
class Candidates:
    """`about`: what tells namesakes apart, the group of a student, the children of a parent."""

    listing: people.Listing
    about: dict[int, str]


def of(person: Person) -> Family:
    """The person's links, those in force first; any grown-up may be somebody's parent."""
    children = _links(Guardianship.parent_id, Guardianship.student_id, person.id)
    guardians = _links(Guardianship.student_id, Guardianship.parent_id, person.id)
    studies = _is_student(person.id)
    is_grown = bool(children) or not studies or _was_parent(person.id)
    return Family(children if is_grown else None, guardians if guardians or studies else None)


def _links(own: Any, others: Any, person_id: int) -> list[Link]:
    rows = db.session.execute(
        select(Guardianship, Person).join(Person, Person.id == others).where(own == person_id).order_by(Person.skey)
    ).all()
    titles = groups.titles_of([link.student_id for link, _other in rows])
    today = settings.today()
    found = [
        Link(
            link.id, other, link.relation, titles.get(other.id, ""), link.since, link.until,
            link.until is not None and link.until < today,
        )
        for link, other in rows
    ]  # fmt: skip
    return sorted(found, key=lambda link: link.is_over)


def _is_student(person_id: int) -> bool:
    holds = exists().where(RoleGrant.person_id == person_id, RoleGrant.role == Role.STUDENT)
    return bool(db.session.scalar(select(or_(holds, people.was_enrolled(person_id)))))


def _was_parent(person_id: int) -> bool:
    return bool(
        db.session.scalar(select(exists().where(RoleGrant.person_id == person_id, RoleGrant.role == Role.PARENT)))
    )


def candidates(side: Side, text: str) -> Candidates:
    """Who may be at that end, by name or login: for children those who study or studied."""
    listing = people.search(people.Filter(text=text, students=side is Side.CHILDREN))
    ids = [row.person.id for row in listing.rows]
    return Candidates(listing, groups.titles_of(ids) if side is Side.CHILDREN else _children_of(ids))


def _children_of(parent_ids: Collection[int]) -> dict[int, str]:
    rows = db.session.execute(
        select(Guardianship.parent_id, Person)
        .join(Person, Person.id == Guardianship.student_id)
        .where(Guardianship.parent_id.in_(parent_ids), in_force(Guardianship, settings.today()))
        .order_by(Person.skey)
    )
    found: dict[int, list[str]] = {}
    for parent_id, child in rows:
        found.setdefault(parent_id, []).append(child.short_name)
    return {parent_id: "дети: " + ", ".join(names) for parent_id, names in found.items()}


def add(actor: Viewer, person_id: int, side: Side, other_id: int, relation: str) -> None:
    """Link the two from today on, with the role of a parent; a link that has ended begins anew.

    It opens nothing before the parent's consent is on record (п. 4.1). Raises NotFoundError, RefusedError.
    """
    in_turn(TURN)
    own, other = people.find(person_id), people.find(other_id)
    parent, child = (own, other) if side is Side.CHILDREN else (other, own)
    today = settings.today()
    link = db.session.scalar(_fresh().where(Guardianship.parent_id == parent.id, Guardianship.student_id == child.id))
    _check(parent, child, link, relation, today)
    before = _words(parent, child, link) if link else None
    if link is None:
        link = Guardianship(parent_id=parent.id, student_id=child.id)
        db.session.add(link)
    link.relation, link.since, link.until = relation, today, None
    log.record(
        actor, "guardianship", "create", before=before, after=_words(parent, child, link), student_id=child.id,
        details=_about(parent),
    )  # fmt: skip
    if people.ensure_role(parent.id, Role.PARENT):
        log.record(actor, "role", "grant", after=Role.PARENT.label, details=_about(parent))
    db.session.commit()


def _check(parent: Person, child: Person, link: Guardianship | None, relation: str, today: date) -> None:
    if relation not in RELATIONS:
        raise RefusedError("Выберите, кем приходится, из списка.")
    if parent.id == child.id:
        raise RefusedError("Человек не может быть законным представителем самого себя.")
    if not db.session.scalar(select(people.was_enrolled(child.id))):
        raise RefusedError(f"{child.full_name} не числится ни в одной группе: представители есть у обучающихся.")
    if link and (link.until is None or link.until >= today):
        raise RefusedError(f"{parent.full_name} уже в законных представителях обучающегося {child.full_name}.")


def end(actor: Viewer, person_id: int, side: Side, link_id: int, reason: str) -> None:
    """End a link: access by it stops at once (п. 2.1). The reason stays in the log.

    Raises NotFoundError where the link is none of this page's, RefusedError.
    """
    in_turn(TURN)
    own = Guardianship.parent_id if side is Side.CHILDREN else Guardianship.student_id
    link = db.session.scalar(_fresh().where(Guardianship.id == link_id, own == person_id))
    if link is None:
        raise NotFoundError
    today = settings.today()
    if link.until and link.until < today:
        raise RefusedError("Эта связь уже прекращена. Обновите страницу.")
    reason = " ".join(reason.split())[:500]
    if len(reason) < SHORTEST_REASON:
        raise RefusedError("Впишите причину: она остаётся в журнале изменений (п. 4.2).")
    parent, child = people.find(link.parent_id), people.find(link.student_id)
    before = _words(parent, child, link)
    link.until = today - timedelta(days=1)
    log.record(
        actor, "guardianship", "end", before=before, after=_words(parent, child, link), reason=reason,
        student_id=child.id, details=_about(parent),
    )  # fmt: skip
    db.session.flush()
    shut_out.end_sessions(actor, [parent.id], AT_ONCE)
    db.session.commit()


def _fresh() -> Select[Guardianship]:
    """As stored now, whatever this session has read before its turn came."""
    return select(Guardianship).execution_options(populate_existing=True)


def _words(parent: Person, child: Person, link: Guardianship) -> str:
    since = f", с {link.since:%d.%m.%Y}" if link.since else ""
    until = f" по {link.until:%d.%m.%Y}" if link.until else ""
    return f"{link.relation or 'родитель'}: {parent.full_name}, обучающийся {child.full_name}{since}{until}"


def _about(parent: Person) -> dict[str, object]:
    return {"person_id": parent.id, "name": parent.full_name}

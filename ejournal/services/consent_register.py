"""Where the consents of students and parents stand: read in bulk, by group or by student (п. 4.1, 152-ФЗ)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from ejournal.access import in_force
from ejournal.domain import consents as rules
from ejournal.domain.consents import Answer, State
from ejournal.domain.names import full_name
from ejournal.extensions import db
from ejournal.models import Consent, Enrollment, Group, Guardianship, Person


@dataclass(frozen=True, slots=True)
class Paper:
    """An answer on record, without what only its own page shows."""

    id: int
    person_id: int
    kind: str
    dated: date
    number: str
    by_guardian: bool
    signer: str


@dataclass(frozen=True, slots=True)
class Parent:
    """Somebody who may wish to receive information, and the last answer."""

    id: int
    name: str
    relation: str
    since: date
    last: Paper | None

    @property
    def state(self) -> State:
        return State(self.last.kind) if self.last else State.SILENT


@dataclass(frozen=True, slots=True)
class Standing:
    """A student's line of the register. `own` and `guardian` are the last answers given by the student and by a
    representative who is not in the system; `since`: the day from which an answer is waited for."""

    id: int
    name: str
    birth: date | None
    group_id: int
    group: str
    since: date
    state: State
    adult: bool
    of_age_on: date | None
    own: Paper | None
    guardian: Paper | None
    parents: tuple[Parent, ...]

    def last_of(self, signer: str) -> Paper | None:
        """The last answer of «own», «guardian» or a parent by id."""
        if signer == "own":
            return self.own
        if signer == "guardian":
            return self.guardian
        return next((parent.last for parent in self.parents if str(parent.id) == signer), None)

    @property
    def signers(self) -> list[tuple[str, str]]:
        """Who may have signed a paper, for a list to choose from."""
        parents = [(str(parent.id), f"{parent.relation or 'родитель'}: {parent.name}") for parent in self.parents]
        own = [("own", "сам обучающийся")] if self.adult or self.birth is None else []
        outside = [] if self.adult else [("guardian", "представитель, которого нет в системе")]
        return [*own, *parents, *outside]

    @property
    def usual_signer(self) -> str:
        """Whose paper is expected next: the adult's own; of a minor's parents the first who has not answered."""
        if self.adult or (self.birth is None and not self.parents):
            return "own"
        waiting = [parent for parent in self.parents if not parent.last] or list(self.parents)
        return str(waiting[0].id) if waiting else "guardian"


def load(on: date, *, group_ids: Collection[int] | None = None, student_id: int | None = None) -> list[Standing]:
    """The students of the groups on a day (None: of the college), or one whenever he studied; three queries."""
    rows = _members(on, group_ids, student_id)
    members: dict[int, list[Any]] = {}
    for row in rows:
        members.setdefault(row.student_id, []).append(row)
    papers = _papers(on, group_ids, student_id)
    parents = _parents(on, group_ids, student_id)
    return [_standing(own, papers.get(id_, []), parents.get(id_, []), on) for id_, own in members.items()]


def _members(on: date, group_ids: Collection[int] | None, student_id: int | None) -> Iterable[Any]:
    """All memberships of the students asked for, the latest last."""
    return db.session.execute(
        select(
            Enrollment.student_id,
            Enrollment.since,
            Enrollment.group_id,
            Group.title,
            Person.surname,
            Person.name,
            Person.patronymic,
            Person.birth_date,
        )
        .join(Person, Person.id == Enrollment.student_id)
        .join(Group, Group.id == Enrollment.group_id)
        .where(Enrollment.student_id.in_(_wanted(on, group_ids, student_id)), Enrollment.since <= on)
        .order_by(Person.skey, Person.id, Enrollment.since)
    )


def _wanted(on: date, group_ids: Collection[int] | None, student_id: int | None) -> Any:
    if student_id is not None:
        return [student_id]
    query = select(Enrollment.student_id).where(in_force(Enrollment, on))
    return query if group_ids is None else query.where(Enrollment.group_id.in_(group_ids))


def _papers(on: date, group_ids: Collection[int] | None, student_id: int | None) -> dict[int, list[Paper]]:
    found: dict[int, list[Paper]] = {}
    rows = db.session.execute(
        select(
            Consent.student_id,
            Consent.id,
            Consent.person_id,
            Consent.kind,
            Consent.dated,
            Consent.number,
            Consent.by_guardian,
            Consent.signer,
        )
        .where(Consent.student_id.in_(_wanted(on, group_ids, student_id)))
        .order_by(Consent.id)
    )
    for row in rows:
        found.setdefault(row.student_id, []).append(Paper(*row[1:]))
    return found


def _parents(on: date, group_ids: Collection[int] | None, student_id: int | None) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    rows = db.session.execute(
        select(
            Guardianship.student_id,
            Guardianship.parent_id,
            Guardianship.relation,
            Guardianship.since,
            Person.surname,
            Person.name,
            Person.patronymic,
        )
        .join(Person, Person.id == Guardianship.parent_id)
        .where(Guardianship.student_id.in_(_wanted(on, group_ids, student_id)), in_force(Guardianship, on))
        .order_by(Guardianship.id)
    )
    for row in rows:
        found.setdefault(row.student_id, []).append(row)
    return found


def _standing(own: list[Any], papers: list[Paper], guards: list[Any], on: date) -> Standing:
    first, last = own[0], own[-1]
    id_, birth = last.student_id, last.birth_date
    answers = [answer_of(paper, id_) for paper in papers]
    state = rules.processing(answers, birth, on)
    newest = {("guardian" if p.by_guardian else p.person_id): p for p in papers}
    return Standing(
        id=id_,
        name=full_name(last.surname, last.name, last.patronymic),
        birth=birth,
        group_id=last.group_id,
        group=last.title,
        since=rules.waiting_since(state, birth, first.since),
        state=state,
        adult=rules.is_adult(birth, on),
        of_age_on=rules.comes_of_age(birth, on),
        own=newest.get(id_),
        guardian=newest.get("guardian"),
        parents=tuple(
            Parent(
                row.parent_id, full_name(row.surname, row.name, row.patronymic), row.relation,
                max(row.since or first.since, first.since), newest.get(row.parent_id),
            )
            for row in guards
        ),
    )  # fmt: skip


def answer_of(paper: Paper, student_id: int) -> Answer:
    """The paper as the rules see it; of representatives outside the system each name is one."""
    own = paper.person_id == student_id and not paper.by_guardian
    return Answer(paper.kind, paper.dated, own, paper.signer if paper.by_guardian else paper.person_id)

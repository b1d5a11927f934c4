"""A group leader's letters to parents (п. 4.3): who can be reached, one text to each, what became of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from ejournal import access
from ejournal.access import Viewer, leads
from ejournal.domain.names import full_name
from ejournal.extensions import db
from ejournal.models import Bulletin, Group, Guardianship, Letter, Person
from ejournal.services import addresses, consent_lists, group_admin, letters, log, mail, movement_plan, settings
from ejournal.services.addresses import Standing
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError
from ejournal.services.letter_format import Content

KIND = "bulletin"
LONGEST = 10_000
NO_CONSENT = "нет согласия (п. 4.1)"


@dataclass(frozen=True, slots=True)
class Parent:
    """Somebody who may get the letter: of which children, at which address; `obstacle` says why not."""

    id: int
    name: str
    children: tuple[str, ...]
    address: Standing
    obstacle: str

    @property
    def can_be_reached(self) -> bool:
        return not self.obstacle


@dataclass(frozen=True, slots=True)
class Summary:
    """A bulletin in the list with how many letters it has, how many of them went out, how many failed."""

    bulletin: Bulletin
    letters: int
    sent: int
    failed: int


def groups(viewer: Viewer) -> Sequence[Group]:
    return consent_lists.groups_led(viewer)


def of_group(viewer: Viewer, group_id: int) -> tuple[Group, list[Parent], list[Summary]]:
    """A group led by the viewer, its parents, the letters written before. Raises NotFoundError."""
    group = _group(viewer, group_id)
    return group, _parents(group), _written(group)


def send(actor: Viewer, group_id: int, subject: str, text: str, parent_ids: Collection[int]) -> Bulletin:
    """Write to the chosen parents, a letter of its own to each. Raises NotFoundError, FieldsError, RefusedError."""
    group = _group(actor, group_id)
    subject, text = " ".join(subject.split()), text.strip()
    chosen = [parent for parent in _parents(group) if parent.id in set(parent_ids) and parent.can_be_reached]
    errors = _wrong(subject, text, chosen)
    if errors:
        raise FieldsError(errors)
    if not mail.is_ready():
        raise RefusedError("Почта не настроена: письма не отправляются. Обратитесь к системному администратору.")
    made = Bulletin(group_id=group.id, author_id=actor.person_id, subject=subject, text=text)
    db.session.add(made)
    db.session.flush()
    for parent in chosen:
        letters.add(
            KIND, f"bulletin:{made.id}:{parent.id}", parent.address.address, subject,
            person_id=parent.id, bulletin_id=made.id,
        )  # fmt: skip
    # What was written is between the college and the parents: the log says that, to how many and about what.
    log.record(
        actor, "bulletin", "create", after=f"{group.title}: «{subject}», писем {len(chosen)}",
        details={"bulletin": made.id},
    )  # fmt: skip
    db.session.commit()
    return made


def find(viewer: Viewer, bulletin_id: int) -> tuple[Bulletin, Sequence[Letter]]:
    """A bulletin of a group led by the viewer, with its letters by receiver. Raises NotFoundError."""
    made = db.session.scalar(
        select(Bulletin)
        .where(Bulletin.id == bulletin_id)
        .options(joinedload(Bulletin.group), joinedload(Bulletin.author))
    )
    if made is None or not leads(viewer, made.group_id, settings.today()):
        raise NotFoundError
    wanted = select(Letter).join(Person, Person.id == Letter.person_id).where(Letter.bulletin_id == made.id)
    found = db.session.scalars(wanted.options(joinedload(Letter.person)).order_by(Person.skey, Letter.id)).all()
    return made, found


def compose(letter: Letter) -> Content | None:
    """None for who may no longer be written to: the consent was withdrawn meanwhile, the child has left (п. 4.1)."""
    made = db.session.get_one(Bulletin, letter.bulletin_id, options=[joinedload(Bulletin.author)])
    group = db.session.get_one(Group, made.group_id)
    if letter.person_id not in _allowed(group):
        return None
    signature = f"{made.author.full_name}, группа {group.title}"
    paragraphs = [part.strip() for part in made.text.replace("\r\n", "\n").split("\n\n") if part.strip()]
    return Content(made.subject, [*paragraphs, signature])


def _group(viewer: Viewer, group_id: int) -> Group:
    group = group_admin.find(group_id)
    if not leads(viewer, group_id, settings.today()):
        raise NotFoundError
    return group


def _wrong(subject: str, text: str, chosen: Sequence[Parent]) -> dict[str, str]:
    errors = {}
    if not subject or len(subject) > 150:
        errors["subject"] = "Напишите тему, не длиннее 150 знаков."
    if not text or len(text) > LONGEST:
        errors["text"] = "Напишите текст, не длиннее 10 000 знаков."
    if not chosen:
        errors["parents"] = "Отметьте хотя бы одного родителя, которому можно написать."
    return errors


def _allowed(group: Group) -> dict[int, set[int]]:
    """The parents who may be informed electronically, each with the children in the group."""
    students = [student.id for student in movement_plan.in_group(group.id, settings.today())]
    found: dict[int, set[int]] = {}
    for reader, student in access.readers_of(students, settings.today()):
        if reader != student:
            found.setdefault(reader, set()).add(student)
    return found


def _parents(group: Group) -> list[Parent]:
    """Every parent of the group's students of today, by name, also those who cannot be written to."""
    today = settings.today()
    students = {student.id: student for student in movement_plan.in_group(group.id, today)}
    rows = db.session.execute(
        select(Guardianship.student_id, Person)
        .join(Person, Person.id == Guardianship.parent_id)
        .where(Guardianship.student_id.in_(students), access.in_force(Guardianship, today))
        .order_by(Person.skey, Person.id, Guardianship.student_id)
    ).all()
    people: dict[int, tuple[Person, list[str]]] = {}
    for student_id, person in rows:
        people.setdefault(person.id, (person, []))[1].append(students[student_id].short_name)
    allowed, standings = _allowed(group), addresses.of(people)
    return [
        Parent(
            id_, full_name(person.surname, person.name, person.patronymic), tuple(children), standings[id_],
            NO_CONSENT if id_ not in allowed else addresses.STATES[standings[id_].state],
        )
        for id_, (person, children) in people.items()
    ]  # fmt: skip


def _written(group: Group, limit: int = 50) -> list[Summary]:
    """The group's bulletins, the newest first, with the states of their letters: two queries."""
    made = db.session.scalars(
        select(Bulletin)
        .where(Bulletin.group_id == group.id)
        .options(joinedload(Bulletin.author))
        .order_by(Bulletin.id.desc())
        .limit(limit)
    ).all()
    counted: dict[int, dict[str, int]] = {}
    for bulletin_id, state, number in db.session.execute(
        select(Letter.bulletin_id, Letter.state, func.count())
        .where(Letter.bulletin_id.in_([one.id for one in made]))
        .group_by(Letter.bulletin_id, Letter.state)
    ):
        counted.setdefault(bulletin_id or 0, {})[state] = number
    return [_summary(one, counted.get(one.id, {})) for one in made]


def _summary(made: Bulletin, states: dict[str, int]) -> Summary:
    failed = sum(states.get(state, 0) for state in ("failed", "bounced", "uncertain", "dropped"))
    return Summary(made, sum(states.values()), states.get("sent", 0), failed)

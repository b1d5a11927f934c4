"""The persons there are, found by what lists say of them; their data and roles brought up to date."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from ejournal.exchange.changes import Draft
from ejournal.exchange.values import BadValueError, Name, email, phone
from ejournal.extensions import db
from ejournal.models import Guardianship, Person, Role, RoleGrant

CONTACTS = {"phone": "телефон", "email": "почта", "snils": "СНИЛС", "post": "должность"}


@dataclass(frozen=True, slots=True)
class Details:
    """What a list says of a person; None or "" where it says nothing, and then nothing is erased."""

    name: Name
    birth: date | None = None
    phone: str | None = None
    email: str | None = None
    snils: str | None = None
    post: str | None = None


class RowRefusedError(Exception):
    """A row of a list that does not fit what is stored; `key` is the column to mend."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key, self.message = key, message


class Directory:
    """Every person of the college by name, СНИЛС, phone and e-mail; read in two queries."""

    def __init__(self, today: date) -> None:
        self.by_name: dict[str, list[Person]] = defaultdict(list)
        self.by_snils: dict[str, Person] = {}
        self.by_email: dict[str, list[Person]] = defaultdict(list)
        for person in db.session.scalars(select(Person).order_by(Person.id)):
            self.by_name[person.skey].append(person)
            if person.snils:
                self.by_snils[person.snils] = person
            if person.email:
                self.by_email[person.email].append(person)
        self.claims: dict[int, int] = {}
        self.roles: dict[int, set[str]] = defaultdict(set)
        # A role that was taken away counts as held: a list does not give it back, a remark says so.
        self.ended: dict[int, set[str]] = defaultdict(set)
        grants = select(RoleGrant.person_id, RoleGrant.role, RoleGrant.until).order_by(RoleGrant.since)
        for person_id, role, until in db.session.execute(grants):
            self.roles[person_id].add(role)
            is_over = until is not None and until < today
            (self.ended[person_id].add if is_over else self.ended[person_id].discard)(role)

    def find_by_snils(self, details: Details) -> Person | None:
        """The owner of the СНИЛС; RowRefusedError when it is somebody else."""
        owner = self.by_snils.get(details.snils or "")
        if owner is None:
            self._refuse_other_snils(details)
            return None
        same_name = owner.skey == details.name.key or is_renamed(owner, details.name)
        if not same_name or contradicts(owner, details):
            raise RowRefusedError("snils", f"этот СНИЛС уже записан у другого человека: {owner.full_name}")
        return owner

    def _refuse_other_snils(self, details: Details) -> None:
        """One name and birth date with two numbers is a slip in one of them, and no second person."""
        for person in self.by_name[details.name.key]:
            same_day = details.birth and person.birth_date == details.birth
            if same_day and details.snils and person.snils:
                raise RowRefusedError("snils", f"в базе у этого человека другой СНИЛС: {person.snils}")

    def remark_on_ended(self, person: Person, roles: Iterable[Role], notes: list[str]) -> None:
        for role in roles:
            if role.value in self.ended[person.id]:
                notes.append(
                    f"{person.full_name}: роль «{role.label}» была снята. Список её не возвращает: "
                    "если она снова нужна, назначьте её на странице человека."
                )

    def claim(self, person: Person, row: int) -> Person:
        """Each person is one record of a list: two that lead to the same one contradict each other."""
        first = self.claims.setdefault(person.id, row)
        if first != row:
            raise RowRefusedError("name", f"это тот же человек, что в строке {first}: {person.full_name}")
        return person

    def namesakes(self, details: Details) -> list[Person]:
        """Persons of this name whom nothing known tells apart from the one in the list."""
        return [person for person in self.by_name[details.name.key] if not contradicts(person, details)]

    def holds(self, person: Person, roles: Iterable[Role]) -> bool:
        return bool(self.roles[person.id] & {role.value for role in roles})


def contradicts(person: Person, details: Details) -> bool:
    return any(
        known and said and known != said
        for known, said in ((person.birth_date, details.birth), (person.snils, details.snils))
    )


def is_renamed(person: Person, name: Name) -> bool:
    """Only the surname differs (a marriage): one person when a document says so too."""
    known = Name(person.surname, person.name, person.patronymic)
    return known._replace(surname="").key == name._replace(surname="").key


def new_person(details: Details, draft: Draft) -> tuple[Person, list[str]]:
    """A person whom the draft will store before all else, and the lines that say who it is."""
    person = Person.called(
        details.name.surname,
        details.name.name,
        details.name.patronymic,
        birth_date=details.birth,
        **{key: getattr(details, key) or None for key in CONTACTS},
    )
    draft.first.append(person)
    lines = [f"дата рождения: {details.birth:%d.%m.%Y}"] if details.birth else []
    lines += [f"{title}: {getattr(details, key)}" for key, title in CONTACTS.items() if getattr(details, key)]
    return person, lines


def differences(person: Person, details: Details) -> tuple[list[str], Callable[[], None]]:
    """What the list says otherwise than the database, in words, and the act that stores it."""
    values: dict[str, Any] = {}
    lines: list[str] = []
    name = _better_name(person, details.name)
    if name:
        lines.append(f"ФИО: {person.full_name} → {name.full}")
    if details.birth and details.birth != person.birth_date:
        values["birth_date"] = details.birth
        before = f"{person.birth_date:%d.%m.%Y}" if person.birth_date else "не указана"
        lines.append(f"дата рождения: {before} → {details.birth:%d.%m.%Y}")
    for key, title in CONTACTS.items():
        said, known = getattr(details, key), getattr(person, key)
        if said and said != _as_listed(key, known):
            values[key] = said
            lines.append(f"{title}: {known or 'не указано'} → {said}")

    def act() -> None:
        if name:
            person.rename(*name)
        for key, value in values.items():
            setattr(person, key, value)

    return lines, act


def _as_listed(key: str, known: str | None) -> str | None:
    """What is stored as a list would have it: a phone typed by hand «+7 912 345-67-89» is the same phone."""
    try:
        return {"phone": phone, "email": email}[key](known) if key in ("phone", "email") else known
    except BadValueError:
        return known


def missing_roles(directory: Directory, person: Person, roles: Iterable[Role]) -> list[Role]:
    held = directory.roles[person.id] if person.id else set()
    return [role for role in roles if role.value not in held]


def grant(person: Person, roles: Iterable[Role], since: date) -> None:
    """Give roles; the person must be stored already."""
    db.session.add_all([RoleGrant(person_id=person.id, role=role.value, since=since) for role in roles])


def guardianships(today: date) -> tuple[dict[tuple[int, int], Guardianship], dict[tuple[int, int], Guardianship]]:
    """By parent and child: the links that hold, and those that were ended (п. 2.1)."""
    links: dict[tuple[int, int], Guardianship] = {}
    over: dict[tuple[int, int], Guardianship] = {}
    for row in db.session.scalars(select(Guardianship)):
        is_over = row.until is not None and row.until < today
        (over if is_over else links)[row.parent_id, row.student_id] = row
    return links, over


def _better_name(person: Person, name: Name) -> Name | None:
    """The list's spelling where it differs; «е» typed for a stored «ё» is no better."""
    if name.full == person.full_name:
        return None
    if name.full == person.full_name.replace("ё", "е").replace("Ё", "Е"):
        return None
    return name

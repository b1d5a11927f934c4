"""People as the system administrator finds and edits them (п. 4.2)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, exists, func, literal, or_, select
from sqlalchemy.orm import contains_eager

from ejournal.access import Viewer, holding, in_force
from ejournal.domain import numbers, phones
from ejournal.domain.names import fold, full_name
from ejournal.domain.words import sentence
from ejournal.extensions import db
from ejournal.models import Account, Enrollment, Person, Role, RoleGrant
from ejournal.services import log, settings
from ejournal.services.errors import NotFoundError, RefusedError

PAGE_SIZE = 50
MOST_FOUND = 1000

# How far an account has come.
STATES = {
    "none": "нет учётной записи",
    "waiting": "ждёт активации",
    "active": "работает",
    "blocked": "заблокирована",
}

# What is edited of a person, in the words of the form and of the log.
FIELDS = {
    "surname": "фамилия",
    "name": "имя",
    "patronymic": "отчество",
    "post": "должность",
    "phone": "телефон",
    "email": "почта",
}


@dataclass(frozen=True, slots=True)
class Filter:
    text: str = ""
    role: str = ""
    state: str = ""
    page: int = 1
    # Only who studies or studied here.
    students: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    person: Person
    account: Account | None
    state: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of people. `is_more`: there are more than `total`; who wants them says more of their name."""

    rows: list[Row]
    total: int
    pages: int
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    people: int
    accounts: int
    activated: int
    blocked: int


def counts() -> Counts:
    """How many people there are, and how far their accounts have come."""
    accounts, activated, blocked = db.session.execute(
        select(func.count(Account.id), func.count(Account.password_hash), func.count(Account.blocked_at))
    ).one()
    return Counts(db.session.scalar(select(func.count(Person.id))) or 0, accounts, activated, blocked)


def search(wanted: Filter) -> Listing:
    """People by name or login, alphabetically; three queries however many people, two where all are on one page."""
    where = _conditions(wanted)
    people = db.session.scalars(
        select(Person)
        .outerjoin(Person.account)
        .options(contains_eager(Person.account))
        .where(*where)
        .order_by(Person.skey, Person.id)
        .offset((wanted.page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    ).all()
    total = len(people)
    if wanted.page > 1 or total == PAGE_SIZE:
        total = _count(where)
    roles = _roles({person.id for person in people})
    rows = [Row(p, p.account, state_of(p.account), tuple(roles.get(p.id, ()))) for p in people]
    counted = min(total, MOST_FOUND) if where else total
    return Listing(rows, counted, numbers.pages(counted, PAGE_SIZE), total > counted)


def _count(where: Sequence[ColumnElement[bool]]) -> int:
    """How many people there are; who asks for some is told of the first thousand: the rest is not looked through."""
    if not where:
        return db.session.scalar(select(func.count(Person.id))) or 0
    found = select(Person.id).outerjoin(Account).where(*where).limit(MOST_FOUND + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(found)) or 0


def state_of(account: Account | None) -> str:
    if account is None:
        return "none"
    if account.blocked_at:
        return "blocked"
    return "active" if account.password_hash else "waiting"


def find(person_id: int) -> Person:
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFoundError
    return person


def grants(person: Person) -> list[RoleGrant]:
    """All roles the person has or had, the newest first."""
    query = select(RoleGrant).where(RoleGrant.person_id == person.id).order_by(RoleGrant.since.desc(), RoleGrant.id)
    return list(db.session.scalars(query))


def ensure_role(person_id: int, role: Role) -> bool:
    """Give a role from today on to who does not hold it. Returns whether it was given; the caller logs and commits."""
    today = settings.today()
    if db.session.scalar(select(holding(person_id, (role,), today))):
        return False
    db.session.add(RoleGrant(person_id=person_id, role=role, since=today))
    return True


def create(actor: Viewer, values: Mapping[str, str]) -> Person:
    clean = _checked(values)
    _check_phone(clean["phone"])
    person = Person.called(clean["surname"], clean["name"], clean["patronymic"])
    person.post, person.phone, person.email = (clean[key] or None for key in ("post", "phone", "email"))
    db.session.add(person)
    db.session.flush()
    log.record(actor, "person", "create", after=person.full_name, details={"person_id": person.id})
    db.session.commit()
    return person


def update(actor: Viewer, person_id: int, values: Mapping[str, str]) -> Person:
    """Change what differs; the log says field by field what it was."""
    person = find(person_id)
    clean = _checked(values)
    if clean["phone"] != (person.phone or ""):
        _check_phone(clean["phone"])
    entries = [
        {
            "before": f"{FIELDS[key]}: {getattr(person, key) or 'пусто'}",
            "after": new or "пусто",
            "details": {"person_id": person.id, "name": person.full_name},
        }
        for key, new in clean.items()
        if (getattr(person, key) or "") != new
    ]
    if entries:
        person.rename(clean["surname"], clean["name"], clean["patronymic"])
        person.post, person.phone, person.email = (clean[key] or None for key in ("post", "phone", "email"))
        log.record_many(actor, "person", "update", entries)
    db.session.commit()
    return person


def _checked(values: Mapping[str, str]) -> dict[str, str]:
    clean = {key: " ".join(values.get(key, "").split()) for key in FIELDS}
    if not clean["surname"] or not clean["name"]:
        raise RefusedError("Впишите фамилию и имя. Отчества может не быть.")
    longest = max(len(clean[key]) for key in ("surname", "name", "patronymic"))
    if longest > 100 or len(clean["phone"]) > 20 or max(len(clean["post"]), len(clean["email"])) > 250:
        raise RefusedError("Слишком длинно: имя — до 100 знаков, телефон — до 20, должность и почта — до 250.")
    if clean["email"] and "@" not in clean["email"].strip("@"):
        raise RefusedError("В адресе почты нет знака @: проверьте его.")
    return clean


def _check_phone(typed: str) -> None:
    """A number that no list would take back is none. It stays as it was typed: with its extension."""
    try:
        if typed:
            phones.number(typed)
    except ValueError as error:
        raise RefusedError(f"{sentence(str(error))}.") from None


def namesakes(values: Mapping[str, str]) -> list[Person]:
    """People already stored under the same name: the form asks before making another."""
    key = fold(full_name(*(values.get(part, "") for part in ("surname", "name", "patronymic"))))
    return list(db.session.scalars(select(Person).where(Person.skey == key).order_by(Person.id)))


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    where += [_called(key) for key in fold(wanted.text).split()]
    if wanted.role:
        where.append(holding(Person.id, (wanted.role,), settings.today()))
    if wanted.state in STATES:
        where += _state_conditions(wanted.state)
    if wanted.students:
        where.append(was_enrolled(Person.id))
    return where


def was_enrolled(person_id: Any) -> ColumnElement[bool]:
    """The condition that a person is or was in a group."""
    return exists().where(Enrollment.student_id == person_id)


def _called(word: str) -> ColumnElement[bool]:
    """Whose name or login a word begins: «семенов ив» finds Семёнова Ивана. Logins are looked through once and apart,
    so that people are read in the order of their names and no further than the page asks for."""
    named = literal(" ").concat(Person.skey).contains(f" {word}", autoescape=True)
    logins = select(Account.person_id).where(Account.username.startswith(word, autoescape=True))
    return or_(named, Person.id.in_(logins))


def _state_conditions(state: str) -> list[ColumnElement[bool]]:
    if state == "none":
        return [Account.id.is_(None)]
    if state == "blocked":
        return [Account.blocked_at.is_not(None)]
    has_password = Account.password_hash.is_not(None) if state == "active" else Account.password_hash.is_(None)
    return [Account.id.is_not(None), Account.blocked_at.is_(None), has_password]


def _roles(ids: set[int]) -> dict[int, list[Role]]:
    found: dict[int, list[Role]] = {}
    query = select(RoleGrant.person_id, RoleGrant.role).where(
        RoleGrant.person_id.in_(ids), in_force(RoleGrant, settings.today())
    )
    for person_id, role in db.session.execute(query):
        found.setdefault(person_id, []).append(Role(role))
    return found


def teachers(on: date) -> list[Person]:
    """Everybody who is a teacher on a day, by surname."""
    held = holding(Person.id, (Role.TEACHER,), on)
    return list(db.session.scalars(select(Person).where(held).order_by(Person.skey, Person.id)))


def short_names(ids_by_key: Mapping[int, Collection[int]]) -> dict[int, str]:
    """«Ким В. И., Пак О. О.» for each key, in one query."""
    ids = {person_id for ids in ids_by_key.values() for person_id in ids}
    known = {person.id: person for person in db.session.scalars(select(Person).where(Person.id.in_(ids)))}
    return {key: ", ".join(sorted(known[person_id].short_name for person_id in ids)) for key, ids in ids_by_key.items()}

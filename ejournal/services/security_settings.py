"""How long sessions live, for whom; who of the administrators has the second step (п. 3.8-3.11, 4.2)."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from ejournal.access import Viewer, in_force
from ejournal.domain.numbers import whole
from ejournal.extensions import db
from ejournal.models import Account, Person, Role, RoleGrant, SecondStep
from ejournal.services import log, sessions, settings
from ejournal.services.errors import FieldsError

# Field of the form → setting, words, most.
FIELDS = {
    f"{kind}_{unit}": (sessions.LIMITS[kind][place], f"{title}: {words}", most)
    for kind, title in (
        ("admin", "Системные администраторы"),
        ("staff", "Сотрудники"),
        ("family", "Обучающиеся и родители"),
    )
    for place, unit, words, most in (
        (0, "idle", "часов без обращений", 24 * 30),
        (1, "days", "дней с момента входа", sessions.MOST_DAYS),
    )
}


@dataclass(frozen=True, slots=True)
class Administrator:
    """Whether a system administrator has set up the second step."""

    person: Person
    is_demo: bool
    has_step: bool


def load() -> dict[str, int]:
    return {field: settings.get(key) for field, (key, _title, _most) in FIELDS.items()}


def save(actor: Viewer, form: Mapping[str, str]) -> int:
    """Store what differs, each change with its entry of the log. Returns how many. Raises FieldsError."""
    read = {field: whole(form.get(field, ""), 1, most) for field, (_key, _title, most) in FIELDS.items()}
    typed = {field: number for field, number in read.items() if number is not None}
    errors = {
        field: f"Целое число от 1 до {most}." for field, (_key, _title, most) in FIELDS.items() if field not in typed
    }
    if errors:
        raise FieldsError(errors)
    before = load()
    changed = [field for field in FIELDS if typed[field] != before[field]]
    for field in changed:
        key, title, _most = FIELDS[field]
        settings.put(key, typed[field])
        log.record(actor, "setting", "update", before=f"{title}: {before[field]}", after=str(typed[field]))
    db.session.commit()
    return len(changed)


def administrators() -> list[Administrator]:
    rows = db.session.execute(
        select(Person, Account.is_demo, SecondStep.id)
        .join(Account, Account.person_id == Person.id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .outerjoin(SecondStep, SecondStep.account_id == Account.id)
        .where(RoleGrant.role == Role.SYSADMIN, in_force(RoleGrant, settings.today()), Account.blocked_at.is_(None))
        .order_by(Person.skey, Person.id)
    )
    found = {person.id: Administrator(person, is_demo, step is not None) for person, is_demo, step in rows}
    return list(found.values())


def with_step() -> int:
    """How many accounts have the second step on."""
    return db.session.scalar(select(func.count(SecondStep.id))) or 0

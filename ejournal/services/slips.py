"""Access slips: accounts and one-time codes for a whole group, printed and handed out (п. 4.3, R4.3.a)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ejournal.access import STAFF, Viewer, holding, in_force, leads
from ejournal.extensions import db
from ejournal.models import Account, Group, Guardianship, Person, Role
from ejournal.models.base import now
from ejournal.services import accounts, group_admin, log, movement_plan, people, settings, usernames
from ejournal.services.errors import NotFoundError, RefusedError

KINDS = {"students": "обучающиеся", "parents": "родители"}
REFUSALS = {
    "staff": "Это сотрудник колледжа: код ему выдаёт системный администратор.",
    "blocked": "Учётная запись заблокирована: её разблокирует системный администратор.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody of a group and how far the access is: none, given, expired, active, blocked, or staff.

    An employee's code is the system administrator's to give: a curator must not get into an employee's account
    through a child in the group.
    """

    person: Person
    kind: str
    state: str


@dataclass(frozen=True, slots=True)
class Slip:
    """What is printed for one person; the code is stored nowhere else."""

    person: Person
    kind: str
    username: str
    code: str
    expires: datetime | None
    # Whose access waits for a consent on record (п. 4.1).
    waits: bool


def of_group(viewer: Viewer, group_id: int) -> tuple[Group, list[Line]]:
    """Students and parents of a group with the state of their access. Raises NotFoundError."""
    today = settings.today()
    group = group_admin.find(group_id)
    if not leads(viewer, group_id, today):
        raise NotFoundError
    students = movement_plan.in_group(group_id, today)
    parents = _parents([student.id for student in students])
    ids = [person.id for person in (*students, *parents)]
    known = {
        account.person_id: account for account in db.session.scalars(select(Account).where(Account.person_id.in_(ids)))
    }
    staff = set(db.session.scalars(select(Person.id).where(Person.id.in_(ids), holding(Person.id, STAFF, today))))
    people = [(person, "students") for person in students] + [(person, "parents") for person in parents]
    return group, [
        Line(person, kind, "staff" if person.id in staff else state_of(known.get(person.id))) for person, kind in people
    ]


def issue(actor: Viewer, group_id: int, kind: str, renew: bool) -> list[Slip]:
    """Accounts for those who have none, and a code for each; `renew`: also for who has a code but never used it.

    Who has signed in is left alone. Raises NotFoundError, RefusedError where there is nobody.
    """
    _group, lines = of_group(actor, group_id)
    wanted = ("none", "expired", "given") if renew else ("none", "expired")
    chosen = [line for line in lines if line.kind == kind and line.state in wanted]
    if kind not in KINDS or not chosen:
        raise RefusedError("Выдавать некому: у всех уже есть код или пароль.")
    slips = [_issue(actor, line) for line in chosen]
    db.session.commit()
    return slips


def reissue(actor: Viewer, group_id: int, person_id: int) -> Slip:
    """A new code for one person, who lost the slip or forgot the password; the old code dies at once, the password
    works until the new code is used. Raises NotFoundError, RefusedError."""
    _group, lines = of_group(actor, group_id)
    line = next((line for line in lines if line.person.id == person_id), None)
    if line is None:
        raise NotFoundError
    if line.state in REFUSALS:
        raise RefusedError(REFUSALS[line.state])
    slip = _issue(actor, line)
    db.session.commit()
    return slip


def _issue(actor: Viewer, line: Line) -> Slip:
    account = line.person.account or _create(actor, line.person)
    _ensure_role(line)
    code = accounts.issue_code(account, actor)
    waits = accounts.closed(account) is not None
    return Slip(line.person, line.kind, account.username, code, account.activation_expires_at, waits)


def _create(actor: Viewer, person: Person) -> Account:
    account = Account(person=person, username=usernames.suggest(person))
    db.session.add(account)
    db.session.flush()
    log.record(
        actor, "account", "create", after=account.username,
        details={"person_id": person.id, "name": person.full_name},
    )  # fmt: skip
    return account


def _ensure_role(line: Line) -> None:
    """A code is of use only to who has a role."""
    people.ensure_role(line.person.id, Role.STUDENT if line.kind == "students" else Role.PARENT)


def _parents(student_ids: Sequence[int]) -> list[Person]:
    return list(
        db.session.scalars(
            select(Person)
            .join(Guardianship, Guardianship.parent_id == Person.id)
            .where(Guardianship.student_id.in_(student_ids), in_force(Guardianship, settings.today()))
            .options(joinedload(Person.account))
            .order_by(Person.skey, Person.id)
            .distinct()
        )
    )


def state_of(account: Account | None) -> str:
    """How far somebody's access is: none, given, expired, active, blocked."""
    if account is None:
        return "none"
    if account.blocked_at:
        return "blocked"
    if account.password_hash:
        return "active"
    if not account.activation_hash:
        return "none"
    return "given" if account.activation_expires_at and account.activation_expires_at > now() else "expired"

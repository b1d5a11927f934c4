"""Demo logins: the seven of the interface and every teacher, all with the password «demo»."""

from collections.abc import Iterable
from dataclasses import dataclass

from ejournal.demo.rows import Rows
from ejournal.demo.staff import Staff
from ejournal.demo.world import Name
from ejournal.models import Account
from ejournal.services import usernames
from ejournal.services.passwords import hash_password

PASSWORD = "demo"  # noqa: S105 - public on purpose; accounts with it are marked is_demo

# The logins that read a diary.
FAMILY = ("student", "parent")


@dataclass(frozen=True, slots=True)
class Login:
    """A login to show to a visitor."""

    username: str
    title: str


def add(rows: Rows, staff: Staff, student: int, parent: int) -> tuple[tuple[Login, ...], dict[int, int]]:
    """Keep rows of accounts; returns the logins of the interface, and the ids of all accounts by person."""
    # One hash for all: it is slow on purpose, and the password is no secret here.
    stored = hash_password(PASSWORD)
    logins = {
        "admin": (staff.sysadmin, "системный администратор"),
        "director": (staff.director, "администрация: директор"),
        "zavuch": (staff.zavuch, "администрация: заместитель директора по учебной работе"),
        "curator": (staff.curator.id, "руководитель группы и преподаватель"),
        "teacher": (staff.teacher.id, "преподаватель"),
        "student": (student, "обучающийся"),
        "parent": (parent, "родитель двоих обучающихся"),
    }
    named = {person for person, _title in logins.values()}
    others = [(teacher.id, teacher.name) for teacher in staff.teachers if teacher.id not in named]
    made = {
        person: rows.add(Account, person_id=person, username=username, password_hash=stored, is_demo=True)
        for person, username in [*((person, name) for name, (person, _title) in logins.items()), *_usernames(others)]
    }
    return tuple(Login(username, title) for username, (_person, title) in logins.items()), made


def _usernames(people: Iterable[tuple[int, Name]]) -> Iterable[tuple[int, str]]:
    taken: set[str] = set()
    for person, name in people:
        username = usernames.free(usernames.of_name(name.surname, name.name, name.patronymic), taken)
        taken.add(username)
        yield person, username

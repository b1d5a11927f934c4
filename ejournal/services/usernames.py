"""Logins made from names: «Семёнова Анна Павловна» → semenova.ap."""

import re
from collections.abc import Collection

from sqlalchemy import select

from ejournal.extensions import db
from ejournal.models import Account, Person
from ejournal.services.errors import RefusedError

LATIN = str.maketrans("абвгдеёзийклмнопрстуфыэ", "abvgdeeziyklmnoprstufye") | str.maketrans(
    {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}
)
ALLOWED = re.compile(r"[a-z0-9][a-z0-9._-]{2,49}")


def fold(username: str) -> str:
    """User names differ neither by case nor by spaces around."""
    return username.strip().casefold()[:100]


def suggest(person: Person) -> str:
    """A login nobody has yet."""
    base = of_name(person.surname, person.name, person.patronymic)
    alike = select(Account.username).where(Account.username.startswith(base, autoescape=True))
    return free(base, set(db.session.scalars(alike)))


def of_name(surname: str, name: str, patronymic: str) -> str:
    """«semenova.ap», whoever has it already."""
    initials = _latin(name)[:1] + _latin(patronymic)[:1]
    base = ".".join(filter(None, (_latin(surname)[:40], initials))) or "user"
    return base if len(base) >= 3 else f"user.{base}"


def free(base: str, taken: Collection[str]) -> str:
    """The login itself, or with the first number that makes it free: «semenova.ap2»."""
    number, name = 1, base
    while name in taken:
        number += 1
        name = f"{base}{number}"
    return name


def check(username: str, account_id: int | None = None) -> str:
    """The login as it is stored. Raises RefusedError when it cannot be one, or is somebody else's."""
    name = fold(username)
    if not ALLOWED.fullmatch(name):
        raise RefusedError("Логин — от 3 до 50 латинских букв, цифр, точек и дефисов; первой стоит буква или цифра.")
    owner = db.session.scalar(select(Account.id).where(Account.username == name))
    if owner is not None and owner != account_id:
        raise RefusedError(f"Логин «{name}» уже занят. Добавьте цифру или отчество.")
    return name


def _latin(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold().translate(LATIN))

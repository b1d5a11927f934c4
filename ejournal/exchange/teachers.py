"""A list of staff: names, posts in free words, contacts, the group each one leads."""

import re
from dataclasses import dataclass, field, replace
from datetime import date

from ejournal.domain.names import normalize_group_title
from ejournal.exchange import values
from ejournal.exchange.headers import Field, Reading, RowError, Table, find_tables
from ejournal.exchange.people_fields import (
    BIRTH,
    EMAIL,
    FIRST_NAME,
    NUMBER,
    PATRONYMIC,
    PHONE,
    SNILS,
    SURNAME,
    Listing,
    take_name,
)
from ejournal.exchange.posts import roles_of, says_curator
from ejournal.exchange.tables import FileError, Row, Sheet
from ejournal.exchange.values import Name, text
from ejournal.models import Role

FIELDS = (
    NUMBER,
    Field("curated", "Руководитель группы", r"руковод\w* групп|классн\w* рук|куратор|курируем|групп"),
    Field(
        "name",
        "ФИО",
        r"^фио\b|^фамилия,? имя|^(?:преподаватель|сотрудник|работник|педагог)(?: фио)?$",
    ),
    SURNAME,
    FIRST_NAME,
    PATRONYMIC,
    Field("post", "Должность", r"должност|^пост$"),
    BIRTH,
    PHONE,
    SNILS,
    EMAIL,
)
REQUIRED = (("name", "surname"),)


@dataclass(frozen=True, slots=True)
class TeacherRecord:
    """`roles` follow from the post and the groups led; `curated` maps the groups' keys to their titles.

    `new_roles` are those only a person new to the college gets besides.
    """

    rows: tuple[int, ...]
    name: Name
    post: str
    roles: frozenset[Role]
    curated: dict[str, str]
    new_roles: frozenset[Role] = frozenset()
    birth: date | None = None
    phone: str | None = None
    snils: str | None = None
    email: str | None = None
    table: Table | None = field(default=None, repr=False, compare=False)
    row: Row | None = field(default=None, repr=False, compare=False)

    def error(self, key: str, message: str) -> RowError:
        assert self.table is not None
        assert self.row is not None
        return self.table.error(self.row, key, message)


def read(sheets: list[Sheet]) -> Listing[TeacherRecord]:
    """Raises FileError when there is no list of staff in the file."""
    listing: Listing[TeacherRecord] = Listing()
    people: dict[str, TeacherRecord] = {}
    for table in find_tables(sheets, FIELDS, REQUIRED):
        for row in table.records():
            record = _read_row(Reading(table, row, listing.errors))
            if record:
                key = _same_person_key(record, people)
                people[key] = _merged(people[key], record) if key in people else record
    listing.records = list(people.values())
    if not listing.records and not listing.errors:
        raise FileError("Под заголовками нет ни одной строки с сотрудником.")
    listing.notes = [
        f"{record.name.full}: должность «{record.post}» не даёт роли. Назначьте роль вручную, если она нужна."
        for record in listing.records
        if record.post and not record.roles
    ]
    return listing


def _read_row(reading: Reading) -> TeacherRecord | None:
    name = take_name(reading)
    post = text(reading.table.value(reading.row, "post"))
    curated = _groups(text(reading.table.value(reading.row, "curated")))
    birth = reading.take(values.day, "birth")
    contacts = {
        key: reading.take(parse, key)
        for key, parse in (("phone", values.phone), ("snils", values.snils), ("email", values.email))
    }
    if says_curator(post) and not curated:
        reading.refuse("curated", f"в должности «{post}» сказано о руководстве группой: укажите, какой")
    if not reading.is_good or name is None:
        return None
    # A list without posts is a list of teachers; a post left empty says nothing of who has roles already.
    usual = frozenset() if post else frozenset({Role.TEACHER})
    has_posts = "post" in reading.table.columns
    roles = roles_of(post) if has_posts else usual
    return TeacherRecord(
        rows=(reading.row.number,),
        name=name,
        post=post[:250],
        roles=roles | {Role.CURATOR} if curated else roles,
        curated=curated,
        new_roles=usual,
        birth=birth,
        table=reading.table,
        row=reading.row,
        **contacts,
    )


def _groups(typed: str) -> dict[str, str]:
    titles = (values.group_title(part) for part in re.split(r"[,;]", typed))
    return {key: title for title in titles if (key := normalize_group_title(title)) and re.search(r"\d", key)}


def _same_person_key(record: TeacherRecord, people: dict[str, TeacherRecord]) -> str:
    """The key of an earlier row that is the same person: the name, and nothing that tells them apart."""
    key = record.name.key
    other = people.get(key)
    while other is not None and any(
        getattr(record, name) and getattr(other, name) and getattr(record, name) != getattr(other, name)
        for name in ("birth", "snils", "email", "phone")
    ):
        key += " *"
        other = people.get(key)
    return key


def _merged(person: TeacherRecord, row: TeacherRecord) -> TeacherRecord:
    posts = [person.post, *([row.post] if row.post not in person.post else [])]
    return replace(
        person,
        rows=person.rows + row.rows,
        name=row.name if row.name.full.count("ё") > person.name.full.count("ё") else person.name,
        post="; ".join(filter(None, posts))[:250],
        roles=person.roles | row.roles,
        curated=person.curated | row.curated,
        new_roles=person.new_roles & row.new_roles,
        birth=person.birth or row.birth,
        phone=person.phone or row.phone,
        snils=person.snils or row.snils,
        email=person.email or row.email,
    )

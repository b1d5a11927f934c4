"""A list of parents: each with a relation in free words and one or several children «ФИО (группа)»."""

import re
from dataclasses import dataclass, field, replace

from ejournal.domain.names import normalize_group_title
from ejournal.exchange import values
from ejournal.exchange.headers import Field, Reading, RowError, Table, find_tables
from ejournal.exchange.people_fields import (
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
from ejournal.exchange.posts import relation
from ejournal.exchange.tables import CellValue, FileError, Row, Sheet
from ejournal.exchange.values import BadValueError, Name, person_name, text

FIELDS = (
    NUMBER,
    Field("relation", "Степень родства", r"родств|кем приход|статус|^кто$"),
    Field(
        "child",
        "Ребёнок",
        r"ребен|дети|детей|^фио (?:студ|обуч|уч)|^(?:студент|обучающийся)|фамилия.*(?:студ|обуч)",
    ),
    Field("group", "Группа", r"^(?:учебная )?группа"),
    Field("name", "ФИО родителя", r"^фио\b|^фамилия,? имя|^родител|представител|^мать$|^отец$"),
    SURNAME,
    FIRST_NAME,
    PATRONYMIC,
    PHONE,
    SNILS,
    EMAIL,
)
REQUIRED = (("name", "surname"), ("child",))

_SEPARATOR = re.compile(r"[;\n]|,(?![^(]*\))")
_CHILD = re.compile(r"([^()]+?)\s*(?:\(\s*([^()]*?)\s*\))?\s*[.]?")


@dataclass(frozen=True, slots=True)
class Child:
    """`group_key` is "" where the list does not name the group; `relation` is the parent's to this very child."""

    name: Name
    group: str
    group_key: str
    relation: str = ""


@dataclass(frozen=True, slots=True)
class ParentRecord:
    rows: tuple[int, ...]
    name: Name
    children: tuple[Child, ...]
    phone: str | None = None
    snils: str | None = None
    email: str | None = None
    table: Table | None = field(default=None, repr=False, compare=False)
    row: Row | None = field(default=None, repr=False, compare=False)

    def error(self, key: str, message: str) -> RowError:
        assert self.table is not None
        assert self.row is not None
        return self.table.error(self.row, key, message)


def read(sheets: list[Sheet]) -> Listing[ParentRecord]:
    """Raises FileError when there is no list of parents in the file."""
    listing: Listing[ParentRecord] = Listing()
    seen: dict[str, list[int]] = {}
    for table in find_tables(sheets, FIELDS, REQUIRED):
        for row in table.records():
            record = _read_row(Reading(table, row, listing.errors))
            if record:
                _add(record, listing.records, seen)
    if not listing.records and not listing.errors:
        raise FileError("Под заголовками нет ни одной строки с родителем.")
    return listing


def _read_row(reading: Reading) -> ParentRecord | None:
    name = take_name(reading)
    children = reading.take(_children, "child") or ()
    group = values.group_title(reading.table.value(reading.row, "group"))
    contacts = {
        key: reading.take(parse, key)
        for key, parse in (("phone", values.phone), ("snils", values.snils), ("email", values.email))
    }
    if not reading.is_good or name is None:
        return None
    if group:
        key = normalize_group_title(group)
        children = tuple(replace(c, group=group, group_key=key) if not c.group else c for c in children)
    related = relation(text(reading.table.value(reading.row, "relation")))
    return ParentRecord(
        rows=(reading.row.number,),
        name=name,
        children=tuple(replace(child, relation=related) for child in children),
        table=reading.table,
        row=reading.row,
        **contacts,
    )


def _children(value: CellValue) -> tuple[Child, ...]:
    parts = [part.strip() for part in _SEPARATOR.split(values.lines(value)) if part.strip()]
    if not parts:
        raise BadValueError("не указан ребёнок")
    return tuple(_child(part) for part in parts)


def _child(typed: str) -> Child:
    found = _CHILD.fullmatch(typed)
    if not found:
        raise BadValueError(f"не понять, кто ребёнок: «{typed}». Пишите: Фамилия Имя Отчество (группа)")
    group = values.group_title(found[2])
    return Child(person_name(found[1]), group, normalize_group_title(group))


def _add(record: ParentRecord, people: list[ParentRecord], seen: dict[str, list[int]]) -> None:
    """Two rows are one person if the name is one and a contact or a child is shared or missing."""
    places = seen.setdefault(record.name.key, [])
    for place in places:
        if _is_same(people[place], record):
            people[place] = _merged(people[place], record)
            return
    places.append(len(people))
    people.append(record)


def _is_same(person: ParentRecord, row: ParentRecord) -> bool:
    if any(getattr(person, key) and getattr(person, key) == getattr(row, key) for key in ("phone", "snils", "email")):
        return True
    if {(c.name.key, c.group_key) for c in person.children} & {(c.name.key, c.group_key) for c in row.children}:
        return True
    return not any(getattr(person, key) and getattr(row, key) for key in ("phone", "snils", "email"))


def _merged(person: ParentRecord, row: ParentRecord) -> ParentRecord:
    children = {(child.name.key, child.group_key): child for child in person.children}
    for child in row.children:
        known = children.setdefault((child.name.key, child.group_key), child)
        if not known.relation:
            children[child.name.key, child.group_key] = replace(known, relation=child.relation)
    return replace(
        person,
        rows=person.rows + row.rows,
        name=row.name if row.name.full.count("ё") > person.name.full.count("ё") else person.name,
        children=tuple(children.values()),
        phone=person.phone or row.phone,
        snils=person.snils or row.snils,
        email=person.email or row.email,
    )

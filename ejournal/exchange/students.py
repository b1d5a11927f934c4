"""A list of students as a secretary keeps it → one record a person, with the rows it was merged from."""

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date

from ejournal.domain.names import fold, normalize_group_title
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
from ejournal.exchange.tables import FileError, Row, Sheet
from ejournal.exchange.values import Name, text

FIELDS = (
    NUMBER,
    # The list of students often carries its parents: their phones are not the student's.
    Field("_parent", "Родитель", r"родител|\bмат[ье]р|\bмать|\bот[е]?ц|представител|опекун|попечител"),
    Field("order_date", "Дата приказа", r"дата приказа"),
    Field("order", "№ приказа", r"приказ"),
    Field("since", "Дата зачисления", r"дата зачислени|дата поступлени|^зачислен"),
    Field("name", "ФИО", r"^фио\b|^фамилия,? имя|^(?:студент|обучающийся|учащийся)|^список|фио (?:студ|обуч)"),
    SURNAME,
    FIRST_NAME,
    PATRONYMIC,
    BIRTH,
    Field("subgroup", "Подгруппа", r"подгрупп"),
    Field("group", "Группа", r"групп"),
    PHONE,
    SNILS,
    EMAIL,
)
REQUIRED = (("name", "surname"),)

# A group's name on a line of its own, over the students of the group.
_GROUP_LINE = re.compile(r"(?:учебн\w+\s+)?групп[аы]\s*[:№]?\s*([^\s,;]+(?:\s*[-–—]\s*\d+)*(?:\s\d+)?)", re.IGNORECASE)
_YEAR = re.compile(r"(20\d\d)\s*[/\\–-]\s*(?:20)?\d\d\s*(?:уч|год)", re.IGNORECASE)
_OLDEST, _YOUNGEST = 100, 10


@dataclass(frozen=True, slots=True)
class StudentRecord:
    """`rows` are all rows of the file that are this person; `group` is the title, `group_key` compares it."""

    rows: tuple[int, ...]
    name: Name
    birth: date | None
    group: str
    group_key: str
    phone: str | None = None
    snils: str | None = None
    email: str | None = None
    since: date | None = None
    order: str | None = None
    order_date: date | None = None
    subgroup: int | None = None
    # The first row's place, so that a problem found later is shown where the reader can mend it.
    table: Table | None = field(default=None, repr=False, compare=False)
    row: Row | None = field(default=None, repr=False, compare=False)

    def error(self, key: str, message: str) -> RowError:
        assert self.table is not None
        assert self.row is not None
        return self.table.error(self.row, key, message)


@dataclass(slots=True)
class StudentList(Listing[StudentRecord]):
    year_starts: int | None = None


def read(sheets: list[Sheet]) -> StudentList:
    """Raises FileError when there is no list of students in the file."""
    listing = StudentList()
    rows: list[StudentRecord] = []
    for table in find_tables(sheets, FIELDS, REQUIRED):
        listing.year_starts = listing.year_starts or _year_named_above(table)
        rows += _read_table(table, listing.errors)
    if not rows and not listing.errors:
        raise FileError("Под заголовками нет ни одной строки с обучающимся.")
    listing.records = _with_usual_titles(_merge(rows, listing.errors))
    return listing


def _year_named_above(table: Table) -> int | None:
    for row in table.above:
        for cell in row.cells:
            if found := _YEAR.search(text(cell)):
                return int(found[1])
    return None


def _read_table(table: Table, errors: list[RowError]) -> list[StudentRecord]:
    group_above = _group_named_by(table)
    if "group" not in table.columns and not group_above and not any(map(_group_line, table.body)):
        raise FileError("Не найден столбец «Группа», и название группы не указано ни над списком, ни на ярлыке листа.")
    read: list[StudentRecord] = []
    for row in table.body:
        group_above = _group_line(row) or group_above
        if table.is_noise(row) or _group_line(row):
            continue
        record = _read_row(Reading(table, row, errors), group_above)
        if record:
            read.append(record)
    return read


def _group_named_by(table: Table) -> str:
    if "group" in table.columns:
        return ""
    for row in reversed(table.above):
        if title := _group_line(row):
            return title
    name = text(table.sheet.name)
    return (
        name
        if re.search(r"[^\W\d_]", name) and re.search(r"\d", name) and fold(name)[:4] not in ("лист", "shee")
        else ""
    )


def _group_line(row: Row) -> str:
    filled = [text(cell) for cell in row.cells if text(cell)]
    found = _GROUP_LINE.search(filled[0]) if len(filled) == 1 else None
    return found[1] if found else ""


def _read_row(reading: Reading, group_above: str) -> StudentRecord | None:
    name = take_name(reading)
    birth = reading.take(_birth, "birth")
    group = values.group_title(reading.table.value(reading.row, "group")) or values.group_title(group_above)
    if not normalize_group_title(group):
        reading.refuse("group", "не указана группа")
    elif len(group) > values.LONGEST_GROUP:
        reading.refuse("group", f"слишком длинное название группы: «{group}»")
    contacts = {
        key: reading.take(parse, key)
        for key, parse in (("phone", values.phone), ("snils", values.snils), ("email", values.email))
    }
    since = reading.take(values.day, "since")
    order_date = reading.take(values.day, "order_date")
    subgroup = reading.take(_subgroup, "subgroup")
    if not reading.is_good or name is None:
        return None
    return StudentRecord(
        rows=(reading.row.number,),
        name=name,
        birth=birth,
        group=group,
        group_key=normalize_group_title(group),
        since=since,
        order=text(reading.table.value(reading.row, "order"))[:50] or None,
        order_date=order_date,
        subgroup=subgroup,
        table=reading.table,
        row=reading.row,
        **contacts,
    )


def _birth(value: values.CellValue) -> date | None:
    born = values.day(value)
    if born and not _OLDEST >= values.today().year - born.year >= _YOUNGEST:
        raise values.BadValueError(f"проверьте год рождения: {born:%d.%m.%Y}")
    return born


def _subgroup(value: values.CellValue) -> int | None:
    written = text(value)
    if not re.search(r"\w", written):
        return None
    found = re.fullmatch(r"\D*([1-6])(?:\.0)?\D*", written)
    if not found:
        raise values.BadValueError(f"подгруппа — число от 1 до 6, а здесь «{written}»")
    return int(found[1])


def _merge(rows: list[StudentRecord], errors: list[RowError]) -> list[StudentRecord]:
    """One record a person: the same name (ё = е) and birth date, or the same СНИЛС."""
    people: list[StudentRecord] = []
    # Where in `people` a name or a СНИЛС was seen: a list of thousands is not compared each with each.
    seen: dict[str, list[int]] = {}
    for row in rows:
        keys = [key for key in (row.name.key, row.snils) if key]
        twin = next((n for key in keys for n in seen.get(key, ()) if _is_same(people[n], row)), None)
        if twin is None:
            twin = len(people)
            people.append(row)
        else:
            people[twin] = _merged(people[twin], row, errors)
        for key in keys:
            seen.setdefault(key, []).append(twin)
    return people


def _is_same(person: StudentRecord, row: StudentRecord) -> bool:
    if person.snils and person.snils == row.snils:
        return True
    if person.name.key != row.name.key:
        return False
    if person.birth and row.birth:
        return person.birth == row.birth
    if person.snils and row.snils:
        return False
    return person.group_key == row.group_key


def _merged(person: StudentRecord, row: StudentRecord, errors: list[RowError]) -> StudentRecord:
    first = person.rows[0]
    if person.name.key != row.name.key or (person.birth and row.birth and person.birth != row.birth):
        errors.append(row.error("snils", f"такой же СНИЛС в строке {first} у другого человека: {person.name.full}"))
    elif person.snils and row.snils and person.snils != row.snils:
        errors.append(row.error("snils", f"у этого же человека в строке {first} другой СНИЛС: {person.snils}"))
    elif person.subgroup and row.subgroup and person.subgroup != row.subgroup:
        errors.append(row.error("subgroup", f"в строке {first} этот же человек в подгруппе {person.subgroup}"))
    elif person.group_key != row.group_key:
        errors.append(row.error("group", f"этот человек уже есть в строке {first} в группе {person.group}"))
    # «Семёнов» is the careful spelling of «Семенов».
    name = row.name if row.name.full.count("ё") > person.name.full.count("ё") else person.name
    return replace(
        person,
        rows=person.rows + row.rows,
        name=name,
        **{
            key: getattr(person, key) or getattr(row, key)
            for key in ("birth", "phone", "snils", "email", "since", "order", "order_date", "subgroup")
        },
    )


def _with_usual_titles(people: list[StudentRecord]) -> list[StudentRecord]:
    """Each group under the spelling that most of its rows use."""
    spellings: dict[str, Counter[str]] = {}
    for person in people:
        spellings.setdefault(person.group_key, Counter())[person.group] += 1
    usual = {key: counter.most_common(1)[0][0] for key, counter in spellings.items()}
    return [replace(person, group=usual[person.group_key]) for person in people]

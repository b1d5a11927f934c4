"""The sheet of replacements for a day: group, pair, discipline, room, teacher — what there will be.

Read: the date in the title («на четверг 21 ноября»: without a year the current academic year is meant, and the weekday
must agree), the group (an empty cell is the group above), pairs («II, III», «I-III» is a replacement on each), the
discipline with a subgroup («Информ. I п.»), two of them or two teachers and rooms side by side («204,207а»,
«Солопова Г.Н.║Сидорова Л.К.») as subgroups 1 and 2, «Выходной день» without a pair as all lessons of the day
cancelled. Not read: who is on duty, which week it is. A sheet does not say what was planned: the timetable does.
"""

import re
from datetime import date

from ejournal.domain.names import fold, normalize_group_title
from ejournal.exchange import values
from ejournal.exchange.forms import title_dates, words
from ejournal.exchange.forms.replacement_records import Replacement, SubstitutionRecord
from ejournal.exchange.headers import Field, Table, find_tables
from ejournal.exchange.people_fields import Listing
from ejournal.exchange.tables import FileError, Row, Sheet, address
from ejournal.exchange.values import BadValueError, text

FIELDS = (
    Field("_instead", "Замена", r"замен|^стало|кем|по расписанию|^дата"),
    Field("group", "Группа", r"групп"),
    Field("pair", "Пара", r"^(?:n |no )?(?:пар[аы]|урок)\b"),
    Field("discipline", "Предмет", r"предмет|дисциплин"),
    Field("room", "Ауд.", r"^каб|^ауд"),
    Field("teacher", "Преподаватель", r"преподават"),
)
REQUIRED = (("group",), ("pair",), ("discipline",), ("teacher",))

_DAY_OFF = re.compile(r"выходн|занятий нет|день самоподготовки|каникулы")
_CANCELLED = re.compile(r"^(?:снят|отмен|нет\b|занятия нет|не будет)")
_SUBGROUP = re.compile(r"\s*(?<![IVХXА-ЯЁA-Z])(I{1,2}|[12])\s*п(?:\.|/?гр?\.?|одгр\w*\.?)?\s*$")


def read(sheets: list[Sheet], day: date | None, listing: Listing[SubstitutionRecord]) -> bool:
    """Add the replacements of the sheets; False where there is no such sheet."""
    try:
        tables = find_tables(sheets, FIELDS, REQUIRED)
    except FileError:
        return False
    # A list that names for each row what was planned and what comes instead is another form.
    tables = [table for table in tables if not _has_instead(table)]
    for table in tables:
        on = title_dates.find(table.sheet, [row for row in table.above if row.number], day, listing)
        group = ""
        for row in table.body:
            if table.is_noise(row):
                continue
            group = values.group_title(table.value(row, "group")) or group
            try:
                found = _read_row(table, row, group, on or date.min)
            except BadValueError as error:
                message = f"{group}: {error}" if group else str(error)
                listing.errors.append(table.error(row, "discipline", message))
                continue
            listing.records += found if on else []
    return bool(tables)


def _has_instead(table: Table) -> bool:
    header = table.sheet.rows[table.body[0].number - 2] if table.body else None
    return bool(header and any(re.search(FIELDS[0].pattern, fold(text(cell))) for cell in header.cells))


def _read_row(table: Table, row: Row, group: str, day: date) -> list[SubstitutionRecord]:
    if not group:
        raise BadValueError("не указана группа")
    told, said = text(table.value(row, "discipline")), text(table.value(row, "teacher"))
    has_pair = bool(text(table.value(row, "pair")))
    if not said and (_DAY_OFF.search(fold(told)) if not has_pair else _CANCELLED.match(fold(told))):
        pairs = words.pairs(table.value(row, "pair")) if has_pair else [0]
        return [_record(table, row, group, day, pair, Replacement.CANCELLED) for pair in pairs]
    pairs = words.pairs(table.value(row, "pair"))
    lessons = _lessons(told, said, words.rooms(table.value(row, "room")))
    return [
        _record(table, row, group, day, pair, Replacement.DISCIPLINE, *lesson) for pair in pairs for lesson in lessons
    ]


def _lessons(told: str, said: str, rooms: list[str]) -> list[tuple[str, str, str, int | None]]:
    """Discipline, teacher, room, subgroup of each lesson a row names. Raises BadValueError."""
    shown = f"«{told}», «{said}»"
    teachers = words.teachers(said)
    disciplines = [_discipline(part) for part in re.split(r"\s*[║|]\s*", told) if part]
    if not disciplines or not all(title for title, _ in disciplines):
        raise BadValueError(f"не понять, какая дисциплина: {shown}")
    if not teachers:
        raise BadValueError(f"не понять, кто ведёт: {shown}. Нужен преподаватель с инициалами")
    if len(disciplines) == 1 and len(teachers) == 1:
        return [(disciplines[0][0], teachers[0], "/".join(rooms)[:32], disciplines[0][1])]
    count = len(teachers)
    if len(disciplines) == 1:
        disciplines = [(disciplines[0][0], number) for number in range(1, count + 1)]
    if len(disciplines) != count or len(rooms) not in (0, 1, count):
        raise BadValueError(f"не понять, кто в какой подгруппе и аудитории: {shown}, «{', '.join(rooms)}»")
    rooms = rooms * count if len(rooms) == 1 else rooms or [""] * count
    return [
        (title, teacher, room, subgroup or number)
        for number, ((title, subgroup), teacher, room) in enumerate(zip(disciplines, teachers, rooms, strict=True), 1)
    ]


def _discipline(part: str) -> tuple[str, int | None]:
    found = _SUBGROUP.search(part)
    if not found:
        return part, None
    return part[: found.start()].strip(" ,;"), 2 if found[1] in ("II", "2") else 1


def _record(
    table: Table,
    row: Row,
    group: str,
    day: date,
    pair: int,
    kind: Replacement,
    discipline: str = "",
    teacher: str = "",
    room: str = "",
    subgroup: int | None = None,
) -> SubstitutionRecord:
    return SubstitutionRecord(
        row.number, day, group, normalize_group_title(group), pair, kind, discipline, teacher, room=room,
        subgroup=subgroup, sheet=table.sheet.name,
        cells=tuple((key, address(row.number, column)) for key, column in table.columns.items()),
    )  # fmt: skip

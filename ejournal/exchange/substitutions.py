"""Replacements in the timetable (замены): another teacher, another discipline, cancelled, moved.

A list with a column «Замена» is read here; the sheet of a day as colleges hang it out, in forms.replacement_sheet.
"""

import re
from datetime import date

from ejournal.domain.names import fold, normalize_group_title
from ejournal.exchange import values
from ejournal.exchange.forms import replacement_sheet
from ejournal.exchange.forms.replacement_records import FIELDS, Replacement, SubstitutionRecord
from ejournal.exchange.headers import Reading, find_tables
from ejournal.exchange.people_fields import Listing
from ejournal.exchange.tables import CellValue, FileError, Sheet, address
from ejournal.exchange.values import BadValueError, text
from ejournal.services.substitutions import LONGEST_REASON

REQUIRED = (("group",), ("pair",), ("instead",))

_TEACHER = re.compile(r"[,;\s]+([А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\s+[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.?)?)\s*$")
_CANCELLED = re.compile(r"(?:снят|отмен|нет\b|не будет)")
_MOVED = re.compile(r"перен\w*\s+на\s+(\d{1,2})")
_TITLE_DATE = re.compile(r"\bна\s+(\d{1,2}[./]\d{1,2}[./]\d{4})\s*(?:г\.?)?\s*$")


def read(sheets: list[Sheet], day: date | None = None) -> Listing[SubstitutionRecord]:
    """`day`: the date of a sheet of one day, over what it says itself.

    Raises FileError when there is no list of replacements in the file.
    """
    listing: Listing[SubstitutionRecord] = Listing()
    if replacement_sheet.read(sheets, day, listing):
        return listing
    for table in find_tables(sheets, FIELDS, REQUIRED):
        titles = [text(cell) for row in table.above for cell in row.cells]
        of_title = next((values.day(found[1]) for title in titles if (found := _TITLE_DATE.search(title))), None)
        for row in table.records():
            record = _read_row(Reading(table, row, listing.errors), day or of_title)
            if record:
                listing.records.append(record)
    if not listing.records and not listing.errors:
        raise FileError("Под заголовками нет ни одной замены.")
    return listing


def _read_row(reading: Reading, of_title: date | None) -> SubstitutionRecord | None:
    table, row = reading.table, reading.row
    day = reading.take(values.day, "date") or of_title
    group = values.group_title(table.value(row, "group"))
    pair = reading.take(_pair, "pair")
    planned = _discipline_and_teacher(text(table.value(row, "planned")))
    instead = reading.take(_instead, "instead")
    if day is None and reading.is_good:
        reading.refuse("date", "не указана дата")
    if not group:
        reading.refuse("group", "не указана группа")
    if not reading.is_good or day is None or pair is None or instead is None:
        return None
    kind, discipline, teacher, to_pair = instead
    if kind is Replacement.DISCIPLINE and fold(discipline or planned[0]) == fold(planned[0]):
        kind, discipline = Replacement.TEACHER, discipline or planned[0]
    return SubstitutionRecord(
        row=row.number,
        date=day,
        group=group,
        group_key=normalize_group_title(group),
        pair=pair,
        kind=kind,
        discipline=discipline,
        teacher=teacher,
        to_pair=to_pair,
        room=text(table.value(row, "room"))[:32],
        # As long as it is kept: loaded again, it says the same.
        reason=text(table.value(row, "reason"))[:LONGEST_REASON],
        planned=planned[0],
        planned_teacher=planned[1],
        sheet=table.sheet.name,
        cells=tuple((key, address(row.number, column)) for key, column in table.columns.items()),
    )


def _pair(value: CellValue) -> int:
    found = re.match(r"([1-9]\d?)\b", text(value))
    if not found:
        raise BadValueError("не указан номер пары")
    return int(found[1])


def _instead(value: CellValue) -> tuple[Replacement, str, str, int | None]:
    typed = text(value)
    folded = fold(typed)
    if moved := _MOVED.match(folded):
        return Replacement.MOVED, "", "", int(moved[1])
    if _CANCELLED.match(folded):
        return Replacement.CANCELLED, "", "", None
    discipline, teacher = _discipline_and_teacher(typed)
    if not teacher:
        raise BadValueError(
            f"не понять замену: «{typed}». Пишите «Дисциплина, Фамилия И.О.», «снята» или «перенос на 5 пару»"
        )
    return Replacement.DISCIPLINE, discipline, teacher, None


def _discipline_and_teacher(typed: str) -> tuple[str, str]:
    """«История России, Сокурова А.О.» → both; a teacher alone means the same discipline."""
    found = _TEACHER.search(f" {typed}")
    if not found:
        return typed, ""
    return typed[: max(found.start() - 1, 0)].strip(" ,;"), re.sub(r"\.\s+", ".", found[1]).strip()

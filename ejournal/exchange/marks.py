"""A journal kept in a spreadsheet while the system was down (п. 4.1): students down, dates across, cells."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from ejournal.domain import calendar, notation
from ejournal.domain.notation import NotationError, Value
from ejournal.exchange import values
from ejournal.exchange.headers import RowError, heading_key
from ejournal.exchange.tables import CellValue, FileError, Row, Sheet, address
from ejournal.exchange.values import BadValueError, text

_NAME_HEADING = re.compile(r"^фио\b|^фамилия|^обучающ|^студент|^список")
_SHORT_DATE = re.compile(r"(\d{1,2})[./](\d{1,2})\.?")
_GROUP = re.compile(r"групп[аыеу]\s*[:№]?\s*([^\s,;]+(?:\s*[-–—]\s*\d+)*(?:\s\d+)?)", re.IGNORECASE)
_SUBGROUP = re.compile(r"[\s,(]*(?:подгрупп\w*\s*[:№]?\s*(\d)|(\d)\s*-?(?:я|ая)?\s*подгрупп\w*)\)?", re.IGNORECASE)
_DISCIPLINE = re.compile(
    r"(?:дисциплин[аеы]|мдк|предмет)\s*[:–—]\s*([^;]+?)(?=\s{2,}|\s*(?:групп|препод)|$)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class MarkRecord:
    row: int
    cell: str
    student: str
    date: date
    # Which of the columns of that date, from 0: two lessons on one day are two columns.
    column_of_day: int
    value: Value

    def error(self, key: str, message: str) -> RowError:
        return RowError(self.row, key, f"{self.date:%d.%m.%Y}", message, self.cell)


@dataclass(slots=True)
class MarkSheet:
    """`title_row` is where group and discipline are named (1 when nowhere); `subgroup` 0: the whole group."""

    group: str = ""
    discipline: str = ""
    subgroup: int = 0
    title_row: int = 1
    dates: list[date] = field(default_factory=list)
    records: list[MarkRecord] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Day:
    column: int
    date: date
    column_of_day: int


def read(sheets: list[Sheet]) -> MarkSheet:
    """Raises FileError when there is no such journal in the file."""
    for sheet in sheets:
        for row in sheet.rows[:60]:
            name = next((n for n, cell in enumerate(row.cells) if _NAME_HEADING.search(heading_key(cell))), None)
            days = _days(row) if name is not None else []
            if name is not None and days:
                return _read_sheet(sheet, row, name, days)
    raise FileError(
        "Не найден журнал: нужна строка заголовков «Фамилия, имя» и даты занятий, под ней обучающиеся с отметками."
    )


def _days(header: Row) -> list[_Day]:
    typed = {n: cell for n, cell in enumerate(header.cells) if cell is not None and _is_day(cell)}
    whole = [day for cell in typed.values() if (day := _full_date(cell))]
    # «07.10» has no year: it is of the academic year of the other dates, or of the current one.
    start = calendar.academic_year(whole[0] if whole else values.today())
    days: list[_Day] = []
    for column, cell in typed.items():
        day = _full_date(cell) or _in_year(text(cell), start)
        if day:
            days.append(_Day(column, day, sum(1 for other in days if other.date == day)))
    return days


def _is_day(cell: CellValue) -> bool:
    return isinstance(cell, date | datetime) or bool(_SHORT_DATE.fullmatch(text(cell))) or bool(_full_date(cell))


def _full_date(cell: CellValue) -> date | None:
    if isinstance(cell, int | float) or (isinstance(cell, str) and not re.search(r"\d{2,4}.*\d{2}", cell)):
        return None
    try:
        return values.day(cell)
    except BadValueError:
        return None


def _in_year(typed: str, start: int) -> date | None:
    found = _SHORT_DATE.fullmatch(typed)
    try:
        month = int(found[2]) if found else 0
        return date(start if month >= 9 else start + 1, month, int(found[1])) if found else None
    except ValueError:
        return None


def _read_sheet(sheet: Sheet, header: Row, name_column: int, days: list[_Day]) -> MarkSheet:
    marks = MarkSheet(dates=[day.date for day in days])
    _read_titles(sheet.rows[: header.number - 1], marks)
    for row in sheet.rows[header.number :]:
        student = text(row.at(name_column))
        # A student has at least two words; totals, signatures and dates have one or a line to sign on.
        if len(student.split()) < 2 or "___" in student or re.match(r"(?:итого|всего)\b", student, re.IGNORECASE):
            continue
        for day in days:
            _read_cell(row, student, day, marks)
    if not marks.records and not marks.errors:
        raise FileError("В файле нет ни одной отметки.")
    return marks


def _read_titles(above: list[Row], marks: MarkSheet) -> None:
    for row in above:
        for cell in row.cells:
            title = text(cell)
            if part := _SUBGROUP.search(title):
                marks.subgroup = int(part[1] or part[2])
                title = title.replace(part[0], "")
            group = _GROUP.search(title)
            labelled = _DISCIPLINE.search(title)
            if group and not marks.group:
                marks.group, marks.title_row = values.group_title(group[1]), row.number
                rest = title[group.end() :].strip(' ,;:.«»"')
                marks.discipline = marks.discipline or ("" if labelled else rest)
            if labelled and not marks.discipline:
                marks.discipline, marks.title_row = labelled[1].strip(' ,;.«»"'), row.number


def _read_cell(row: Row, student: str, day: _Day, marks: MarkSheet) -> None:
    typed = row.at(day.column)
    if typed is None:
        return
    cell = address(row.number, day.column)
    try:
        value = notation.from_spreadsheet(typed)
    except NotationError as error:
        marks.errors.append(RowError(row.number, "mark", f"{day.date:%d.%m.%Y}", str(error), cell))
        return
    if not value.is_empty:
        marks.records.append(MarkRecord(row.number, cell, student, day.date, day.column_of_day, value))

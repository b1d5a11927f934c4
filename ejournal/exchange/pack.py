"""A filled workbook of a pack (exchange/export/pack.py) → what was typed, by the keys in its hidden cells (п. 4.1)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from ejournal.domain import pack_keys
from ejournal.domain.pack_keys import ColumnKey, SheetKey
from ejournal.exchange import values
from ejournal.exchange.headers import RowError
from ejournal.exchange.tables import CellValue, FileError, Row, Sheet, address
from ejournal.exchange.values import BadValueError, text

NO_PACK = (
    "Это не таблица из печатного запаса: в ней нет скрытых ключей. Выберите файл .xlsx из запаса или загрузите её как "
    "«Журнал с отметками» в разделе «Загрузка списков»."
)


@dataclass(frozen=True, slots=True)
class Head:
    """A column. Without `key` it is one of the free ones: `date` was typed, or not (None, with what is wrong)."""

    column: int
    key: ColumnKey | None
    date: date | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """A cell that is not empty."""

    row: int
    head: Head
    student_id: int | None
    student: str
    value: CellValue

    @property
    def cell(self) -> str:
        return address(self.row, self.head.column)


@dataclass(slots=True)
class PackSheet:
    name: str
    key: SheetKey
    heads: list[Head]
    students: list[tuple[int, int | None, str]]
    cells: list[Typed]


@dataclass(slots=True)
class Book:
    """The sheets of a pack in a file; `errors` and `notes` are there for the importer."""

    sheets: list[PackSheet]
    errors: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def is_pack(sheets: Sequence[Sheet]) -> bool:
    return any(_key(sheet) for sheet in sheets)


def read(sheets: Sequence[Sheet]) -> Book:
    """Raises FileError where no sheet is of a pack, or nothing is filled in."""
    found = [_read(sheet, key) for sheet in sheets if (key := _key(sheet))]
    if not found:
        raise FileError(NO_PACK)
    twice = {one.key.course_id for one in found if sum(one.key.course_id == other.key.course_id for other in found) > 1}
    if twice:
        names = ", ".join(f"«{one.name}»" for one in found if one.key.course_id in twice)
        raise FileError(f"Один журнал стоит в файле дважды: листы {names}. Оставьте один из них.")
    return Book(found)


def _key(sheet: Sheet) -> SheetKey | None:
    return pack_keys.read_sheet(text(sheet.rows[0].at(0))) if sheet.rows else None


def _read(sheet: Sheet, key: SheetKey) -> PackSheet:
    heads = _heads(sheet)
    students, cells = [], []
    for row in sheet.rows[1:]:
        student_id, name = pack_keys.read_student(text(row.at(0))), text(row.at(2))
        if student_id is None and not _is_added(row, name):
            continue
        students.append((row.number, student_id, name))
        for head in heads:
            typed = row.at(head.column)
            if text(typed) or isinstance(typed, bool | date):
                cells.append(Typed(row.number, head, student_id, name, typed))
    return PackSheet(sheet.name, key, heads, students, cells)


def _is_added(row: Row, name: str) -> bool:
    """A row that somebody added by hand: number and full name, below the heading."""
    return isinstance(row.at(1), int | float) and len(name.split()) > 1


def _heads(sheet: Sheet) -> list[Head]:
    heads: list[Head] = []
    for column, cell in enumerate(sheet.rows[0].cells):
        words = text(cell)
        key = pack_keys.read_column(words)
        if key:
            heads.append(Head(column, key, key.date))
        elif words == pack_keys.FREE_COLUMN:
            heads.append(_free(column, sheet.rows[2].at(column) if len(sheet.rows) > 2 else None))
    return heads


def _free(column: int, typed: CellValue) -> Head:
    if isinstance(typed, datetime):
        return Head(column, None, typed.date())
    if not text(typed):
        return Head(column, None, None, "над столбцом нет даты занятия: впишите её так — 27.11.2026")
    try:
        return Head(column, None, values.day(typed))
    except BadValueError as error:
        return Head(column, None, None, str(error))

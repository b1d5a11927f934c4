"""Finds the table inside a sheet: the header row wherever it is, its columns, the rows that are records."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ejournal.domain.names import fold
from ejournal.exchange.tables import CellValue, FileError, Row, Sheet, address
from ejournal.exchange.values import BadValueError, text

Value = TypeVar("Value")

# A header stands near the top; further down is data even if a word of it looks like a heading.
_SEARCHED_ROWS = 60
_LONGEST_HEADING = 150

_TOTAL = re.compile(r"(?:итого|всего|общее (?:кол|число))\b")
_SIGNATURE = re.compile(
    r"(?:директор|зам|зав|секретарь|исполнитель|ответственн|подпись|составил|утвержда|согласован|"
    r"руководитель|м\.? ?п\.?$)"
)


@dataclass(frozen=True, slots=True)
class Field:
    """A column we look for. `pattern` is searched in the folded heading; the first field that fits has it."""

    key: str
    title: str
    pattern: str


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row is refused. `field` is our name of the column, `column` the heading as the file has it."""

    row: int
    field: str
    column: str
    message: str
    cell: str = ""
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The table found in a sheet. `columns` and `headings` by field key; `above` are the titles over it."""

    sheet: Sheet
    columns: dict[str, int]
    headings: dict[str, str]
    above: list[Row]
    body: list[Row]

    def value(self, row: Row, key: str) -> CellValue:
        return row.at(self.columns.get(key))

    def records(self) -> Iterator[Row]:
        """The rows that are about something: not empty, not a total, a signature or a repeated header."""
        return (row for row in self.body if not self.is_noise(row))

    def is_noise(self, row: Row) -> bool:
        filled = [fold(text(cell)) for cell in row.cells if text(cell)]
        named = sum(1 for key in self.columns if text(self.value(row, key)))
        if not filled or not named:
            return True
        if any(_TOTAL.match(cell) and len(cell) < 60 for cell in filled):
            return True
        if named == 1 and any("___" in cell or _SIGNATURE.match(cell) for cell in filled):
            return True
        return named > 1 and all(
            heading_key(self.value(row, key)) == heading_key(heading)
            for key, heading in self.headings.items()
            if text(self.value(row, key))
        )

    def error(self, row: Row, key: str, message: str) -> RowError:
        column = self.columns.get(key)
        return RowError(
            row=row.number,
            field=key,
            column=self.headings.get(key, ""),
            message=message,
            cell=address(row.number, column) if column is not None else "",
            sheet=self.sheet.name,
        )


class Reading:
    """Reads the cells of one row and gathers what is wrong with them."""

    def __init__(self, table: Table, row: Row, errors: list[RowError]) -> None:
        self.table, self.row, self.errors = table, row, errors
        self.is_good = True

    def take(self, parse: Callable[[CellValue], Value], key: str) -> Value | None:
        """The parsed value of a column, or None with an error noted."""
        try:
            return parse(self.table.value(self.row, key))
        except BadValueError as error:
            self.refuse(key, str(error))
            return None

    def refuse(self, key: str, message: str) -> None:
        self.is_good = False
        self.errors.append(self.table.error(self.row, key, message))


def find_tables(sheets: Sequence[Sheet], fields: Sequence[Field], required: Sequence[tuple[str, ...]]) -> list[Table]:
    """The tables of a workbook, one a sheet. `required`: of each tuple one field must be there.

    Raises FileError that names the missing columns when no sheet has a table.
    """
    found = [table for sheet in sheets if (table := _find_table(sheet, fields, required))]
    if not found:
        titles = {field.key: field.title for field in fields}
        wanted = ", ".join(" или ".join(f"«{titles[key]}»" for key in keys) for keys in required)
        raise FileError(
            f"Не найдена строка заголовков. В таблице должны быть столбцы: {wanted}. "
            "Проверьте, тот ли файл и тот ли вид списка выбраны."
        )
    return found


def heading_key(cell: CellValue) -> str:
    """A heading as its variants share it: «Ф.И.О. обучающегося» → «фио обучающегося»."""
    words = " ".join(re.sub(r"[\W_]+", " ", fold(text(cell))).split())
    return re.sub(r"\bф и о\b", "фио", words)


def _find_table(sheet: Sheet, fields: Sequence[Field], required: Sequence[tuple[str, ...]]) -> Table | None:
    best: Table | None = None
    # A heading of two rows only where one row alone gives fewer columns: the row above may be a title.
    for depth in (1, 2):
        for index in range(min(len(sheet.rows), _SEARCHED_ROWS)):
            table = _table_at(sheet, index, depth, fields)
            complete = all(any(key in table.columns for key in keys) for keys in required)
            # Two columns at least: a title line may hold one of the words.
            if not complete or len(table.columns) < 2:
                continue
            if best is None or len(table.columns) > len(best.columns):
                best = table
    return best


def _table_at(sheet: Sheet, index: int, depth: int, fields: Sequence[Field]) -> Table:
    headings = _headings(sheet.rows[index : index + depth])
    columns: dict[str, int] = {}
    for column, heading in enumerate(headings):
        key = _field_of(heading, fields)
        if key and key not in columns:
            columns[key] = column
    # A field whose key begins with «_» is known only in order not to be taken for another one.
    columns = {key: column for key, column in columns.items() if not key.startswith("_")}
    return Table(
        sheet=sheet,
        columns=columns,
        headings={key: headings[column] for key, column in columns.items()},
        above=[*sheet.above, *sheet.rows[:index]],
        body=sheet.rows[index + depth :],
    )


def _headings(rows: Sequence[Row]) -> list[str]:
    """The headings of a column: of two rows the lower one counts («Ф.И.О.» over «Фамилия», «Имя»)."""
    width = max((len(row.cells) for row in rows), default=0)
    return [
        next((text(row.at(column)) for row in reversed(rows) if text(row.at(column))), "") for column in range(width)
    ]


def _field_of(heading: str, fields: Sequence[Field]) -> str | None:
    if not heading or len(heading) > _LONGEST_HEADING:
        return None
    folded = heading_key(heading)
    return next((field.key for field in fields if re.search(field.pattern, folded)), None)

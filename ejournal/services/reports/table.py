"""What a report is made of: columns, rows, notes, a chart. Screen, spreadsheet and PDF all show the same table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from ejournal.domain.names import fold
from ejournal.services import settings

Value = str | int | Decimal | date | datetime | None

NONE = "—"
MINUS = "\u2212"


class Kind(StrEnum):
    """What a column holds; numbers stay numbers in the spreadsheet. A mark is a number where it is one."""

    TEXT = "text"
    MARK = "mark"
    WHOLE = "whole"
    NUMBER = "number"
    MEAN = "mean"
    PERCENT = "percent"
    DATE = "date"
    MOMENT = "moment"


PLACES = {Kind.NUMBER: 1, Kind.MEAN: 2, Kind.PERCENT: 1}


@dataclass(frozen=True, slots=True)
class Column:
    """`hint`: the formula or the full name, shown when pointed at."""

    title: str
    kind: Kind = Kind.TEXT
    hint: str = ""

    @property
    def is_number(self) -> bool:
        return self.kind not in (Kind.TEXT, Kind.MARK, Kind.DATE, Kind.MOMENT)


@dataclass(slots=True)
class Row:
    """`drill`: what of the address changes to see what the row is made of; `course_id`: the journal it is about;
    `student_id`: the diary; `link`: another page, its endpoint and arguments. `alarm`: why it is out of order, in
    words. `is_total`: stays below the others."""

    cells: Sequence[Value]
    drill: Mapping[str, str] | None = None
    course_id: int | None = None
    student_id: int | None = None
    link: tuple[str, Mapping[str, object]] | None = None
    alarm: str = ""
    is_total: bool = False
    # What its figures are, where that differs from the columns'.
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """Numbers of each series by label (None: no value). `lines`: over time, else bars. The table says it too."""

    title: str
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[Value]]]
    lines: bool = False
    highest: int | None = 100
    lowest: int = 0
    unit: str = ""


@dataclass(slots=True)
class Table:
    """A report as it is shown. `lists`: names to read out under the table; `empty` says why there is nothing."""

    columns: list[Column]
    rows: list[Row]
    total: Row | None = None
    notes: list[str] = field(default_factory=list)
    lists: list[tuple[str, list[str]]] = field(default_factory=list)
    chart: Chart | None = None
    empty: str = "За этот период в журналах ничего нет. Выберите другой период или ослабьте условия."


def shown(value: Value, kind: Kind) -> str:
    """A value as people read it: «4,25», «83,3 %», «24.11.2026»; a dash where there is none."""
    if value is None or value == "":
        return NONE
    if isinstance(value, datetime):
        return f"{settings.local(value):%d.%m.%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, Decimal) or (kind in PLACES and isinstance(value, int)):
        text = str(rounded(Decimal(value), PLACES.get(kind, 2))).replace(".", ",").replace("-", MINUS)
        return f"{text}\u00a0%" if kind is Kind.PERCENT else text
    return str(value).replace("-", MINUS) if isinstance(value, int) else str(value)


def kind_at(row: Row, column: Column, value: Value) -> Kind:
    return row.kind if row.kind and isinstance(value, Decimal) else column.kind


def texts(table: Table, row: Row) -> list[str]:
    """A row as people read it; a total has nothing to say of names."""
    return [
        "" if row.is_total and value == "" else shown(value, kind_at(row, column, value))
        for value, column in zip(row.cells, table.columns, strict=True)
    ]


def rounded(value: Decimal, places: int) -> Decimal:
    """Half up, as the regulation's figures are rounded."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def ordered(table: Table, column: int | None, descending: bool) -> list[Row]:
    """The rows by a column (from 0), those without a value last; in the report's own order where none is named."""
    if column is None or not 0 <= column < len(table.columns):
        return table.rows
    lines = [row for row in table.rows if not row.is_total]
    there = [row for row in lines if row.cells[column] not in (None, "")]
    without = [row for row in lines if row.cells[column] in (None, "")]
    totals = [row for row in table.rows if row.is_total]
    return sorted(there, key=lambda row: _key(row.cells[column]), reverse=descending) + without + totals


def _key(value: Value) -> tuple[int, Decimal, str]:
    if isinstance(value, datetime):
        return 0, Decimal(value.timestamp()), ""
    if isinstance(value, date):
        return 0, Decimal(value.toordinal()), ""
    if isinstance(value, int | Decimal):
        return 0, Decimal(value), ""
    text = str(value)
    return (0, Decimal(text), "") if text.isdecimal() else (1, Decimal(0), fold(text))

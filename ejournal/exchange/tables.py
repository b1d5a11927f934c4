"""A file a person gives → sheets of typed cells with the spreadsheet's own row numbers.

xlsx, xls and ods through a separate process (see spreadsheet_reader), CSV and tables of HTML pages here. What is not a
table, or is too large to be a college's list, is refused with a FileError that says what to do.
"""

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from ejournal.exchange import html_tables
from ejournal.services.errors import ServiceError

CellValue = str | int | float | bool | date | datetime | time | timedelta | None
Area = tuple[tuple[int, int], tuple[int, int]]

MEGABYTE = 1024 * 1024
MAX_FILE = 25 * MEGABYTE
MAX_UNPACKED = 200 * MEGABYTE
MAX_PAGE = 3 * MEGABYTE
MAX_ROWS = 20_000
MAX_CELLS = 500_000
SECONDS = 30

_READER = Path(__file__).with_name("spreadsheet_reader.py")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Put before what a spreadsheet would take for a formula, by our export and by others.
_CSV_QUOTE = re.compile(r"^'(?=[=+@-])")
_DELIMITERS = ";\t,"

_TOO_BIG = "Файл слишком велик для списка колледжа. Разделите его на части или удалите лишние листы и строки."
_NOT_A_TABLE = "Это не таблица. Сохраните список в Excel или LibreOffice как .xlsx, .xls, .ods или .csv и повторите."
_BROKEN = (
    "Файл не удалось прочитать: он испорчен или слишком велик. "
    "Откройте его в Excel или LibreOffice, сохраните заново как .xlsx и повторите."
)
_PASSWORD = "Файл защищён паролем. Снимите пароль (Файл → Сведения → Защита) и повторите."  # noqa: S105
_REFUSALS = {"too big": _TOO_BIG, "password": _PASSWORD, "not a table": _NOT_A_TABLE, "broken": _BROKEN}


class FileError(ServiceError):
    """The file as a whole cannot be imported; the message is Russian and says what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """`number` is the row's number as the spreadsheet shows it, from 1."""

    number: int
    cells: list[CellValue]

    def at(self, column: int | None) -> CellValue:
        return self.cells[column] if column is not None and column < len(self.cells) else None


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    rows: list[Row]
    # Merged areas as ((first row, first column), (last row, last column)), from 0.
    merged: list[Area] = field(default_factory=list)
    # Text that stands over the table outside it (a page of a site).
    titles: list[str] = field(default_factory=list)

    @property
    def above(self) -> list[Row]:
        """The titles as rows that stand before the first one."""
        return [Row(0, [title]) for title in self.titles]


def read(content: bytes, filename: str = "") -> list[Sheet]:
    """The visible sheets of a file. Its kind is told by content: extensions lie. Raises FileError."""
    if not content.strip():
        raise FileError("Файл пуст. Выберите файл со списком.")
    if len(content) > MAX_FILE:
        raise FileError(_TOO_BIG)
    if content.startswith((_ZIP, _OLE)):
        return _read_spreadsheet(content)
    text = _decode(content)
    if text.lstrip().startswith("<"):
        return _read_page(text, Path(filename).stem)
    return [_read_csv(text, Path(filename).stem)]


def address(row: int, column: int) -> str:
    """«C6» for row 6 (from 1) and column 2 (from 0)."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def _read_spreadsheet(content: bytes) -> list[Sheet]:
    is_workbook = _check_archive(content) if content.startswith(_ZIP) else False
    try:
        # Our own program with no argument that comes from outside; the file goes through standard input.
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-I", str(_READER)],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise FileError(_BROKEN) from error
    answer = json.loads(done.stdout)
    if "error" in answer:
        # The library says of a workbook beyond its limits, too, that it does not know the format.
        raise FileError(_BROKEN if is_workbook and answer["error"] == "not a table" else _REFUSALS[answer["error"]])
    return [_sheet(one) for one in answer["sheets"]]


def _check_archive(content: bytes) -> bool:
    """Whether the archive has the parts of a workbook; FileError when it unpacks to too much.

    Only what the archive declares is summed up: a lie here meets the reader's memory limit.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise FileError(_BROKEN) from error
    if unpacked > MAX_UNPACKED:
        raise FileError(_TOO_BIG)
    return bool(names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"})


def _sheet(read: dict[str, Any]) -> Sheet:
    rows = [Row(number, [_cell(cell) for cell in cells]) for number, cells in enumerate(read["rows"], start=1)]
    merged = [((a, b), (c, d)) for (a, b), (c, d) in read["merged"]]
    return Sheet(read["name"], rows, merged)


def _cell(value: Any) -> CellValue:
    if not isinstance(value, dict):
        return None if value == "" else value
    ((kind, text),) = value.items()
    if kind == "seconds":
        return timedelta(seconds=text)
    kinds: dict[str, Any] = {"datetime": datetime, "date": date, "time": time}
    return kinds[kind].fromisoformat(text)


def _read_page(page: str, name: str) -> list[Sheet]:
    if len(page) > MAX_PAGE:
        raise FileError(_TOO_BIG)
    try:
        found = html_tables.read(page, MAX_CELLS)
    except html_tables.TooManyCellsError as error:
        raise FileError(_TOO_BIG) from error
    if not found:
        raise FileError(_NOT_A_TABLE)
    return [
        Sheet(
            name if len(found) == 1 else f"{name}, таблица {number}",
            [Row(place, [cell or None for cell in cells]) for place, cells in enumerate(table.rows, start=1)],
            table.merged,
            table.titles,
        )
        for number, table in enumerate(found, start=1)
    ]


def _read_csv(text: str, name: str) -> Sheet:
    if "\0" in text:
        raise FileError(_NOT_A_TABLE)
    try:
        rows = [
            Row(number, [_CSV_QUOTE.sub("", cell.strip()) or None for cell in cells])
            for number, cells in enumerate(
                csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)), start=1
            )
        ]
    except csv.Error as error:
        raise FileError(_NOT_A_TABLE) from error
    if len(rows) > MAX_ROWS or sum(len(row.cells) for row in rows) > MAX_CELLS:
        raise FileError(_TOO_BIG)
    if not any(len(row.cells) > 1 for row in rows):
        raise FileError(_NOT_A_TABLE)
    return Sheet(name, rows)


def _decode(content: bytes) -> str:
    # UTF-8 before cp1251: Russian text in cp1251 is practically never valid UTF-8; the reverse always is.
    has_utf16_mark = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if has_utf16_mark else ("utf-8-sig", "cp1251"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileError(_NOT_A_TABLE)


def _delimiter(text: str) -> str:
    """The separator that gives the most columns in the first lines; «;» wins a draw (Russian Excel)."""
    lines = [line for line in text.splitlines()[:50] if line.strip()]

    def columns(delimiter: str) -> int:
        counts = sorted(len(cells) for cells in csv.reader(lines, delimiter=delimiter))
        return counts[len(counts) // 2] if counts else 0

    try:
        return max(_DELIMITERS, key=columns)
    except csv.Error as error:
        raise FileError(_NOT_A_TABLE) from error

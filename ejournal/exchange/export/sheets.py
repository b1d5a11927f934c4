"""A list on its way into a file: XLSX as people expect it, or CSV."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import xlsxwriter

Value = str | int | date | None

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDEST = 60
# What a spreadsheet takes for the beginning of a formula.
FORMULA = frozenset("=+-@\t\r")
_HARMLESS = re.compile(r"\+\d[\d ()-]*|-*")


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet: lines over the table, headings, rows. `merges` are (first row, last row, column) of the rows, from 0."""

    name: str
    titles: Sequence[str]
    headings: Sequence[Value]
    rows: Sequence[Sequence[Value]]
    merges: Sequence[tuple[int, int, int]] = field(default=())
    # Further sheets of the same file.
    more: Sequence["Page"] = field(default=())


def as_xlsx(page: Page) -> bytes:
    """Numbers as numbers, dates as dates, everything else as text: a name that begins with «=» is no formula."""
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, options) as book:
        for each in (page, *page.more):
            _add_sheet(book, each)
    return stream.getvalue()


def as_csv(page: Page) -> bytes:
    """UTF-8 with a mark and semicolons, as Excel in Russian opens it. A cell that would be a formula gets a quote."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow([_plain(value) for value in page.headings])
    writer.writerows([_plain(value) for value in row] for row in page.rows)
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def _add_sheet(book: xlsxwriter.Workbook, page: Page) -> None:
    sheet = book.add_worksheet(page.name[:31])
    bold = book.add_format({"bold": True})
    head = book.add_format({"bold": True, "border": 1, "text_wrap": True, "valign": "top", "bg_color": "#E6F0F9"})
    days = book.add_format({"num_format": "dd.mm.yyyy", "valign": "top"})
    head_days = book.add_format({"num_format": "dd.mm.yyyy", "bold": True, "border": 1, "bg_color": "#E6F0F9"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for number, title in enumerate(page.titles):
        sheet.write_string(number, 0, title, bold)
    top = len(page.titles)
    for column, heading in enumerate(page.headings):
        _write(sheet, top, column, heading, head, head_days)
    merged = {(first, column): last for first, last, column in page.merges}
    for number, row in enumerate(page.rows):
        for column, value in enumerate(row):
            last = merged.get((number, column))
            if last is not None:
                place = (top + 1 + number, column, top + 1 + last, column)
                sheet.merge_range(*place, "", wrap)
            _write(sheet, top + 1 + number, column, value, wrap, days)
    for column in range(len(page.headings)):
        sheet.set_column(column, column, _width(page, column))
    sheet.freeze_panes(top + 1, 0)


def _write(
    sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: Value, form: object, day: object
) -> None:
    if value is None or value == "":
        return
    if isinstance(value, date):
        sheet.write_datetime(row, column, value, day)
    elif isinstance(value, int):
        sheet.write_number(row, column, value, form)
    else:
        sheet.write_string(row, column, value, form)


def _plain(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    text = str(value)
    # A phone (+7…) and a dash alone are no formulas; anything else Excel would work out is shown as it is typed.
    return f"'{text}" if text[:1] in FORMULA and not _HARMLESS.fullmatch(text) else text


def _width(page: Page, column: int) -> int:
    cells = [page.headings[column], *(row[column] for row in page.rows if column < len(row))]
    longest = max((len(line) for value in cells for line in _plain(value).splitlines()), default=4)
    return max(6, min(WIDEST, longest + 2))

"""A report as a spreadsheet: numbers as numbers, widths that fit, the heading frozen (п. 2.3)."""

import io
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.services import log, settings
from ejournal.services.errors import RefusedError
from ejournal.services.reports import running
from ejournal.services.reports.running import Made
from ejournal.services.reports.table import PLACES, Column, Kind, Row, Value, kind_at, rounded, shown

WIDEST, NARROWEST = 60, 6
SCRIPT = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
FORMS = {
    Kind.NUMBER: "0.0",
    Kind.MEAN: "0.00",
    Kind.PERCENT: "0.0%",
    Kind.DATE: "dd.mm.yyyy",
    Kind.MOMENT: "dd.mm.yyyy hh:mm",
}


def export(actor: Viewer, key: str, given: Mapping[str, str]) -> tuple[str, bytes]:
    """The file's name and content. It hands out personal data, so it is in the log; commits.

    Raises NotFoundError, ForbiddenError, RefusedError where there is nothing to write.
    """
    made = running.make_unlocked(actor, key, given)
    if not made.rows:
        raise RefusedError("Выгружать нечего: " + made.table.empty[:1].lower() + made.table.empty[1:])
    content = as_xlsx(made)
    words = f"{made.report.title}, строк {made.number}: {made.words}"
    log.record(actor, "export", "export", after=words, details={"kind": f"report-{key}"})
    db.session.commit()
    return f"{made.report.title} {settings.today():%Y-%m-%d}.xlsx", content


def as_xlsx(made: Made) -> bytes:
    """The report's title and words above the table, notes and lists below it."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, SCRIPT) as book:
        _Sheet(book, made).write()
    return stream.getvalue()


class _Sheet:
    """One sheet with its formats."""

    def __init__(self, book: Any, made: Made) -> None:
        self.made, self.columns = made, made.table.columns
        self.sheet = book.add_worksheet(made.report.title[:31])
        self.bold = book.add_format({"bold": True})
        self.head = book.add_format(
            {"bold": True, "border": 1, "text_wrap": True, "valign": "top", "bg_color": "#E6F0F9"}
        )
        self.forms = {kind: _formats(book, kind, bold=False) for kind in Kind}
        self.bold_forms = {kind: _formats(book, kind, bold=True) for kind in Kind}

    def write(self) -> None:
        sheet, made = self.sheet, self.made
        sheet.write_string(0, 0, made.report.title, self.bold)
        sheet.write_string(1, 0, made.words)
        for number, column in enumerate(self.columns):
            sheet.write_string(2, number, column.title, self.head)
            sheet.set_column(number, number, self._width(number))
        rows = [*made.rows, *([made.table.total] if made.table.total else [])]
        for number, row in enumerate(rows, 3):
            self._row(number, row)
        sheet.freeze_panes(3, 1)
        last = 3 + made.number - 1
        if last >= 3:
            sheet.autofilter(2, 0, last, len(self.columns) - 1)
        self._below(3 + len(rows) + 1)

    def _row(self, number: int, row: Row) -> None:
        forms = self.bold_forms if row.is_total else self.forms
        for place, (value, column) in enumerate(zip(row.cells, self.columns, strict=True)):
            kind = kind_at(row, column, value)
            _write(self.sheet, number, place, value, kind, forms[kind])

    def _below(self, number: int) -> None:
        for title, names in self.made.table.lists:
            self.sheet.write_string(number, 0, f"{title} ({len(names)}): {', '.join(names) or 'нет'}")
            number += 1
        for note in self.made.table.notes:
            self.sheet.write_string(number, 0, note)
            number += 1

    def _width(self, number: int) -> int:
        column: Column = self.columns[number]
        longest = max((len(shown(row.cells[number], column.kind)) for row in self.made.rows), default=0)
        # A heading of several words takes two lines.
        return max(NARROWEST, min(WIDEST, max(longest, len(column.title) // 2, *map(len, column.title.split())) + 3))


def _formats(book: Any, kind: Kind, *, bold: bool) -> Any:
    form: dict[str, Any] = {"valign": "top", "bold": bold}
    if kind in FORMS:
        form["num_format"] = FORMS[kind]
    if kind is Kind.TEXT:
        form["text_wrap"] = True
    if kind is Kind.MARK:
        form["align"] = "center"
    return book.add_format(form)


def _write(sheet: Any, row: int, column: int, value: Value, kind: Kind, form: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(row, column, None, form)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, settings.local(value).replace(tzinfo=None), form)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, form)
    elif isinstance(value, Decimal | int):
        # Rounded as it is shown, or a sum on the sheet would part from the one on paper.
        number = rounded(Decimal(value), PLACES.get(kind, 2))
        sheet.write_number(row, column, float(number / 100 if kind is Kind.PERCENT else number), form)
    elif kind is Kind.MARK and value.isdecimal():
        sheet.write_number(row, column, int(value), form)
    else:
        sheet.write_string(row, column, value, form)

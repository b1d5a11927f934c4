"""The date of a timetable or of replacements for one day: what the person says, else what stands over the table."""

from datetime import date
from typing import Protocol

from ejournal.exchange.forms import words
from ejournal.exchange.headers import RowError
from ejournal.exchange.tables import Row, Sheet
from ejournal.exchange.values import BadValueError, text


class Listing(Protocol):
    """What is read of a file, with what is wrong in it."""

    errors: list[RowError]
    notes: list[str]


SAY_IT = "Исправьте файл или укажите день сами (поле «На день» или --date)"


def find(sheet: Sheet, above: list[Row], said: date | None, listing: Listing) -> date | None:
    """The day, with an error noted where the file names none or contradicts itself."""
    if said:
        return said
    for row in [*sheet.above, *above]:
        for cell in row.cells:
            try:
                day, has_year = words.title_day(text(cell))
            except BadValueError as error:
                _refuse(sheet, row.number, f"{error}. {SAY_IT}", listing)
                return None
            if day:
                _check(sheet, row.number, text(cell), day, has_year, listing)
                return day
    _refuse(sheet, above[0].number if above else 1, f"в файле не сказано, на какой это день. {SAY_IT}", listing)
    return None


def _check(sheet: Sheet, row: int, title: str, day: date, has_year: bool, listing: Listing) -> None:
    named = words.named_weekday(title)
    if named and named != day.isoweekday():
        year = "" if has_year else ". Год в заголовке не написан"
        _refuse(sheet, row, f"{words.wrong_weekday(day, named)}{year}. {SAY_IT}", listing)
    try:
        of_name, _ = words.title_day(sheet.name)
    except BadValueError:
        return
    if of_name and of_name != day:
        listing.notes.append(
            f"Лист назван «{sheet.name}», а в заголовке {day:%d.%m.%Y}: взята дата из заголовка, проверьте её."
        )


def _refuse(sheet: Sheet, row: int, message: str, listing: Listing) -> None:
    listing.errors.append(RowError(row, "date", "", message, "", sheet.name))

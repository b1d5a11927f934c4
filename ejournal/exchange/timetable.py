"""A timetable in any form we know → pairs of groups, every week or for a date, or errors by cell.

The forms, each in its module under `forms`: `weekly` (a poster of the week), `dated` (courses on sheets, days with
dates, a column of rooms beside each group), `blocks` (one day, bands of groups), `day_page` (one day, a column for
each group, often a page of the college's site). What is in a group's cell and cannot be understood is an error with
the cell's address and its text; nothing there is passed over in silence.
"""

from datetime import date

from ejournal.exchange.forms import blocks, dated, day_page, weekly
from ejournal.exchange.forms.records import EntryRecord, Timetable
from ejournal.exchange.tables import FileError, Sheet

__all__ = ["EntryRecord", "Timetable", "read"]

FORMS = (weekly.read, dated.read, blocks.read, day_page.read)


def read(sheets: list[Sheet], day: date | None = None) -> Timetable:
    """`day`: the date of a timetable of one day, over what the file itself says.

    Raises FileError when there is no timetable in the file.
    """
    timetable = Timetable()
    for sheet in sheets:
        any(form(sheet, day, timetable) for form in FORMS)
    if not timetable.records and not timetable.errors:
        raise FileError(
            "Не найдено расписание: нужна строка заголовков «День», «Пара» и названия групп, под ней дни недели и "
            "пары; или расписание по датам, где над столбцами стоят группы, а сбоку пары."
        )
    return timetable

"""One day, a column for each group, a row for each pair: how colleges put a day on their site.

Read: the pair in the first column, the groups over the others, in a cell the discipline, the teacher and the room
written after the initials («Петелин А.316», «Кудряшов К.С. Ауд.506»), the subgroup («1 п/г»). The day from the text
over the table or from the person who imports: many such pages name none. Empty cells are no lessons.
"""

import re
from datetime import date

from ejournal.exchange.forms import title_dates, words
from ejournal.exchange.forms.records import Lesson, Part, Timetable
from ejournal.exchange.headers import heading_key
from ejournal.exchange.tables import Row, Sheet
from ejournal.exchange.values import BadValueError, text

_FIRST_HEADING = re.compile(r"^(?:время|час|(?:n |no )?пар[аы]|(?:n |no )?урок|занятие)")
_CELL = re.compile(
    rf"(?:(?P<before>\d)\s*(?:п/?г|подгр\w*|гр)\.?\s*)?(?P<discipline>.*?\S)[\s,;]+"
    rf"(?:(?P<after>\d)\s*(?:п/?г|подгр\w*|гр)\.?\s*)?(?P<teacher>{words.TEACHER})"
    r"[\s,;(]*(?:(?:ауд|каб|к)\w*\.?\s*№?\s*)?(?P<room>[\w/.-]+(?:\s\d+)?)?\)?",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"[А-ЯЁ][а-яё]")


def read(sheet: Sheet, day: date | None, timetable: Timetable) -> bool:
    """Add what the sheet holds; False where it is no such timetable."""
    header = next((row for row in sheet.rows[:30] if _is_header(sheet, row)), None)
    if header is None:
        return False
    columns = {n: words.groups(cell) for n, cell in enumerate(header.cells) if n and words.groups(cell)}
    on = title_dates.find(sheet, sheet.rows[: header.number - 1], day, timetable)
    for row in sheet.rows[header.number :]:
        pair = words.pair(row.at(0))
        for column, groups in columns.items():
            typed = text(row.at(column))
            if not typed:
                continue
            try:
                if pair is None:
                    raise BadValueError(f"не понять, на какой паре стоит «{typed}»")
                lesson = _lesson(typed)
            except BadValueError as error:
                timetable.refuse(sheet, row.number, column, ", ".join(groups), str(error))
                continue
            if on:
                timetable.add_dated(sheet, (row.number, column), groups, on, pair, lesson)
    timetable.parts.append(Part(sheet.name, [text(header.at(n)) for n in columns], [on] if on else []))
    return True


def _is_header(sheet: Sheet, row: Row) -> bool:
    below = next((line for line in sheet.rows[row.number :] if text(line.at(0))), None)
    return bool(
        _FIRST_HEADING.match(heading_key(row.at(0)))
        and any(words.groups(cell) for cell in row.cells[1:])
        and below
        and words.pair(below.at(0))
    )


def _lesson(typed: str) -> Lesson:
    found = _CELL.fullmatch(typed)
    if not found or not _INITIALS.match(found["teacher"]):
        raise BadValueError(f"не понять: «{typed}». Нужны дисциплина, преподаватель с инициалами и кабинет")
    subgroup = found["before"] or found["after"]
    return Lesson(
        found["discipline"].strip(" ,;"),
        words.teacher(found["teacher"]),
        (found["room"] or "").strip("., ")[:32],
        int(subgroup) if subgroup else None,
    )

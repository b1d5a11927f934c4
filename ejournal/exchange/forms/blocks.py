"""One day of many groups: bands of four groups across, each with a row «Группа:» and its pairs under it.

Read: the date in the title (held against its weekday; a sheet named for another date is told in a note), the groups,
the pair in the first column; of a pair's two rows the discipline above and the teacher below, the room at the right.
What is merged over a group's columns is for the whole group; else the left half is subgroup 1 and the right half
subgroup 2, each with a room of its own. Left out: «(л)» and the like after a discipline (the kind of lesson), the
number of the school hour and the time of day: bells are a list of their own.
"""

import re
from dataclasses import dataclass
from datetime import date

from ejournal.exchange.forms import title_dates, words
from ejournal.exchange.forms.records import Lesson, Part, Timetable
from ejournal.exchange.headers import heading_key
from ejournal.exchange.tables import Row, Sheet
from ejournal.exchange.values import BadValueError, text

_GROUP_LABEL = re.compile(r"^групп[аы]$")
_KIND = re.compile(r"\s*\((?:л|лек|лекция|п|пр|практика|лаб|лр|с|сем)\.?\)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Column:
    """A group's columns: the discipline at `left`, its room at `right`; `group` empty where the heading names none."""

    heading: str
    group: str
    left: int
    right: int


def read(sheet: Sheet, day: date | None, timetable: Timetable) -> bool:
    """Add what the sheet holds; False where it is no such timetable."""
    bands = [row for row in sheet.rows if _label(row) is not None]
    pair = next((n for row in sheet.rows[:20] for n, c in enumerate(row.cells) if heading_key(c) == "пара"), None)
    if not bands or pair is None:
        return False
    on = title_dates.find(sheet, sheet.rows[: bands[0].number - 1], day, timetable)
    merged = {(top + 1, left): right for (top, left), (_, right) in sheet.merged}
    headings: list[str] = []
    for place, band in enumerate(bands):
        ends = bands[place + 1].number - 1 if place + 1 < len(bands) else len(sheet.rows)
        columns = _columns(band, merged)
        headings += [column.group for column in columns if column.group]
        _read_band(sheet, sheet.rows[band.number : ends], (pair, columns, merged), on, timetable)
    timetable.parts.append(Part(sheet.name, headings, [on] if on else []))
    return True


def _label(row: Row) -> int | None:
    return next((n for n, cell in enumerate(row.cells) if _GROUP_LABEL.match(heading_key(cell))), None)


def _columns(band: Row, merged: dict[tuple[int, int], int]) -> list[_Column]:
    label = _label(band) or 0
    named = [n for n, cell in enumerate(band.cells) if n > label and text(cell)]
    ends = [*named[1:], len(band.cells)][: len(named)]  # a band may name no group at all
    return [
        _Column(text(band.at(n)), next(iter(words.groups(band.at(n))), ""), n, merged.get((band.number, n), end - 1))
        for n, end in zip(named, ends, strict=True)
    ]


def _read_band(
    sheet: Sheet,
    rows: list[Row],
    form: tuple[int, list[_Column], dict[tuple[int, int], int]],
    day: date | None,
    timetable: Timetable,
) -> None:
    pair_column, columns, merged = form
    starts = [place for place, row in enumerate(rows) if text(row.at(pair_column))]
    for place, begins in enumerate(starts):
        ends = starts[place + 1] if place + 1 < len(starts) else len(rows)
        pair = words.pair(rows[begins].at(pair_column))
        for column in columns:
            _read_cell(sheet, rows[begins:ends], pair, column, merged, day, timetable)


def _read_cell(
    sheet: Sheet,
    block: list[Row],
    pair: int | None,
    column: _Column,
    merged: dict[tuple[int, int], int],
    day: date | None,
    timetable: Timetable,
) -> None:
    middle = (column.left + column.right + 1) // 2
    top = block[0].number
    is_whole = merged.get((top, column.left), column.left) >= middle or any(
        merged.get((row.number, column.left), column.left) >= middle for row in block[1:]
    )
    halves = [(column.left, column.right, None)] if is_whole else [
        (column.left, middle - 1, 1), (middle, column.right, 2),
    ]  # fmt: skip
    for left, right, subgroup in halves:
        typed = [text(row.at(left)) for row in block if text(row.at(left))]
        rest = [text(row.at(n)) for row in block for n in range(left + 1, right + 1) if text(row.at(n))]
        if not typed and not rest:
            continue
        try:
            lesson = _lesson(typed, rest, subgroup)
            if not column.group or pair is None:
                raise BadValueError(f"не понять, чья это пара: «{' '.join(typed)}»")
        except BadValueError as error:
            timetable.refuse(sheet, top, left, column.group or column.heading, str(error))
            continue
        if day:
            timetable.add_dated(sheet, (top, left), [column.group], day, pair, lesson)


def _lesson(typed: list[str], rest: list[str], subgroup: int | None) -> Lesson:
    shown = " ".join([*typed, *rest])
    teachers = words.teachers(typed[-1]) if len(typed) > 1 else None
    if not teachers:
        raise BadValueError(f"не понять: «{shown}». Нужны дисциплина и под ней преподаватель с инициалами")
    if len(teachers) > 1 or len(rest) > 1:
        raise BadValueError(f"не понять, кто в какой подгруппе и кабинете: «{shown}»")
    return Lesson(
        _KIND.sub("", " ".join(typed[:-1])), teachers[0], "/".join(words.rooms(rest[0]))[:32] if rest else "", subgroup
    )

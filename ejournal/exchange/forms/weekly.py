"""The timetable as a poster: days merged down the side, groups across, a pair in one or two rows.

Two rows a pair: числитель above, знаменатель below. Merged: every week; only the upper filled: числитель only.
With a column «Дата» beside the days every pair is for that date alone.

Read of each cell: discipline, teacher with initials, room («каб.217»), subgroup («1 п/г»), several in one cell; over
the poster the academic year and the period (semester, trimester …).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ejournal.domain.names import fold, normalize_group_title
from ejournal.exchange import values
from ejournal.exchange.forms import words
from ejournal.exchange.forms.records import BOTH, EVEN, ODD, EntryRecord, Lesson, Part, Timetable
from ejournal.exchange.headers import heading_key
from ejournal.exchange.tables import FileError, Row, Sheet, address
from ejournal.exchange.values import BadValueError, lines, text

_DAY_HEADING = re.compile(r"^(?:дни?|день)\b")
_PAIR_HEADING = re.compile(r"^(?:n |no )?(?:пар[аы]|урок)\b|^пары?$|^занятие$")
_DATE_HEADING = re.compile(r"^дат[аы]$")
_OTHER_HEADING = re.compile(r"врем|звон|часы|^каб|^ауд|^(?:n|no|п п)?$")
_SUBGROUP = r"(?:(?P<subgroup>\d)\s*-?(?:я|ая)?\s*(?:п\s*/\s*гр?|пгр?|подгр\w*)\.?\s*[:,-]?\s*)?"
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)$")
# Only with initials: two words with capitals may be a discipline («История России»).
_TEACHER = r"(?P<teacher>[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\s+[А-ЯЁ]\.(?:\s?[А-ЯЁ]\.?)?)"
# «каб.217», also «каб.спортзал 1» where no subgroup begins with that number; a name that ends its line is taken whole.
_ROOM_LINE = r"[^\W\d]{3,}(?:[ ](?![А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\s+[А-ЯЁ]\.)[\w.-]+)*(?=\n|$)"
_ROOM_NAME = rf"(?P<room>{_ROOM_LINE}|[^\W\d]{{3,}}\s\d+(?!\d|\s*-?(?:я|ая)?\s*(?:п\s*/|пгр|подгр))|[\w/.-]+)"
_ROOM = rf"(?:[\s,;(]*(?:каб(?:инет)?|ауд(?:итория)?|к|а)\.?\s*№?\s*{_ROOM_NAME}\)?)?"
_LESSON = re.compile(_SUBGROUP + _TEACHER + _ROOM)
_YEAR = re.compile(r"(20\d\d)\s*[/\\–-]\s*(?:20)?\d\d")
# «на 2 семестр», «III триместр», «первое полугодие», «4 модуль».
_PERIOD = re.compile(
    r"\b([1-4]|iv|i{1,3}|перв|втор|трет|четв[её]рт)(?:-?(?:[йо]?е?|ый|ой|ий|ую|ая))?\s*(?:учебн\w+ )?"
    r"(?:семестр|полугоди|триместр|модул|четверт)"
)
_NUMBERS = {"i": 1, "перв": 1, "ii": 2, "втор": 2, "iii": 3, "трет": 3, "iv": 4, "четверт": 4, "четвёрт": 4}


@dataclass(frozen=True, slots=True)
class _Poster:
    sheet: Sheet
    header: Row
    day: int
    pair: int
    groups: dict[int, str]
    # The last row (from 1) of the merged area that begins at (row from 1, column from 0).
    merged_to: dict[tuple[int, int], int]
    # The column of dates, where pairs are for single dates.
    dates: int | None = None


@dataclass(slots=True)
class _Block:
    """The rows of a pair, on a weekday or a date."""

    rows: list[Row]
    weekday: int
    day: date | None


def read(sheet: Sheet, _day: date | None, timetable: Timetable) -> bool:
    """Add what the sheet holds; False where it is no such poster. Raises FileError for one that lost its merging."""
    poster = _find_poster(sheet)
    if poster is None:
        return False
    _read_titles(poster, timetable)
    days: list[date] = []
    for block in _blocks(poster, timetable):
        if block.day and block.day not in days:
            days.append(block.day)
        _read_block(poster, block, timetable)
    if poster.dates is not None:
        timetable.parts.append(Part(sheet.name, list(poster.groups.values()), days))
    return True


def _find_poster(sheet: Sheet) -> _Poster | None:
    for row in sheet.rows[:60]:
        headings = [heading_key(cell) for cell in row.cells]
        day = next((n for n, heading in enumerate(headings) if _DAY_HEADING.search(heading)), None)
        pair = next((n for n, heading in enumerate(headings) if _PAIR_HEADING.search(heading)), None)
        if day is None or pair is None:
            continue
        groups = {
            n: values.group_title(row.at(n))
            for n, heading in enumerate(headings)
            if n > max(day, pair) and re.search(r"\d", heading) and not _OTHER_HEADING.search(heading)
        }
        if not groups:
            continue
        dates = next((n for n, heading in enumerate(headings) if _DATE_HEADING.search(heading)), None)
        if not sheet.merged and dates is None:
            raise FileError(
                "В этом файле не видно объединённых ячеек, а по ним расписание отличает «каждую неделю» от "
                "«числителя». Сохраните его как .xlsx и повторите."
            )
        merged = {(top + 1, left): bottom + 1 for (top, left), (bottom, _) in sheet.merged}
        return _Poster(sheet, row, day, pair, groups, merged, dates)
    return None


def _read_titles(poster: _Poster, timetable: Timetable) -> None:
    for row in poster.sheet.rows[: poster.header.number - 1]:
        for cell in row.cells:
            title = fold(text(cell))
            if found := _YEAR.search(title):
                timetable.year_starts = int(found[1])
            timetable.period = names_period(title) or timetable.period


def names_period(title: str) -> int | None:
    """«… на 2 семестр …», «III триместр»: the number of the year's period, None where none is named."""
    found = _PERIOD.search(fold(title))
    return (_NUMBERS.get(found[1]) or int(found[1])) if found else None


def _blocks(poster: _Poster, timetable: Timetable) -> Iterator[_Block]:
    """The rows of each pair, with its weekday and date."""
    weekday: int | None = None
    day: date | None = None
    rows: list[Row] = []
    for row in poster.sheet.rows[poster.header.number :]:
        named = text(row.at(poster.day))
        if named and words.weekday(named) is None:
            # A remark or a signature under the poster.
            break
        if text(row.at(poster.pair)) or named:
            if rows and weekday:
                yield _Block(rows, weekday, day)
            rows = []
        weekday = words.weekday(named) or weekday
        if poster.dates is not None:
            day = _date(poster, row, timetable) or (None if named else day)
            weekday = day.isoweekday() if day else None
        rows.append(row)
    if rows and weekday:
        yield _Block(rows, weekday, day)


def _date(poster: _Poster, row: Row, timetable: Timetable) -> date | None:
    """The date in a row, held against the weekday beside it."""
    assert poster.dates is not None
    named = words.weekday(row.at(poster.day))
    try:
        day = values.day(row.at(poster.dates))
    except BadValueError as error:
        timetable.refuse(poster.sheet, row.number, poster.dates, "", str(error))
        return None
    if named and day is None:
        timetable.refuse(poster.sheet, row.number, poster.dates, "", "не указана дата")
    elif named and day and named != day.isoweekday():
        timetable.refuse(poster.sheet, row.number, poster.dates, "", words.wrong_weekday(day, named))
    return day


def _read_block(poster: _Poster, block: _Block, timetable: Timetable) -> None:
    first = block.rows[0]
    pair = words.pair(first.at(poster.pair))
    pair_ends = poster.merged_to.get((first.number, poster.pair), first.number)
    rows = [row for row in block.rows if row.number <= max(pair_ends, first.number + 1)]
    for column, group in poster.groups.items():
        for row, week in _weeks(poster, rows, pair_ends, column):
            shown = text(row.at(column))
            if pair is None:
                timetable.refuse(poster.sheet, row.number, column, group, f"не понять, на какой паре стоит «{shown}»")
                continue
            found = list(_lessons(lines(row.at(column))))
            if not found:
                message = f"не понять: «{shown}». Нужны дисциплина, преподаватель с инициалами и кабинет"
                timetable.refuse(poster.sheet, row.number, column, group, message)
            for lesson in found:
                timetable.records.append(
                    EntryRecord(
                        row.number, address(row.number, column), group, normalize_group_title(group), block.weekday,
                        pair, BOTH if block.day else week,
                        lesson.discipline, lesson.teacher, lesson.room, lesson.subgroup, block.day, poster.sheet.name,
                    )
                )  # fmt: skip


def _weeks(poster: _Poster, rows: list[Row], pair_ends: int, column: int) -> Iterator[tuple[Row, str]]:
    """The filled cells of a group's pair, each with the weeks it stands for."""
    upper, lower = rows[0], rows[1] if len(rows) > 1 and pair_ends > rows[0].number else None
    above, below = text(upper.at(column)), text(lower.at(column)) if lower else ""
    is_merged = lower is not None and poster.merged_to.get((upper.number, column), 0) >= lower.number
    if above and (lower is None or is_merged or above == below):
        yield upper, BOTH
        return
    if above:
        yield upper, ODD
    if below and lower:
        yield lower, EVEN


def _lessons(typed: str) -> Iterator[Lesson]:
    """«Дисциплина / 1 п/г Иванова И.И. каб.1 / 2 п/г …» → discipline, teacher, room, subgroup."""
    discipline, end = "", 0
    for found in _LESSON.finditer(typed):
        between = " ".join(typed[end : found.start()].split()).strip(" ,;:/")
        if discipline and re.fullmatch(r"\(.+\)", between):
            # The next subgroup by its name: «Английский язык / (сильная) … / (слабая) …».
            discipline = f"{_IN_BRACKETS.sub('', discipline)} {between}"
        elif re.search(r"[^\W\d_]{2}", between):
            discipline = between
        end = found.end()
        if discipline:
            subgroup = int(found["subgroup"]) if found["subgroup"] else None
            teacher = re.sub(r"\.\s+(?=\w\.)", ".", " ".join(found["teacher"].split()))
            yield Lesson(discipline, teacher, (found["room"] or "").strip("., ")[:32], subgroup)

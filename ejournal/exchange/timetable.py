"""The timetable as a poster: days merged down the side, groups across, a pair in one or two rows.

Two rows a pair: числитель above, знаменатель below. Merged: every week; only the upper filled: числитель only.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ejournal.domain.names import fold, normalize_group_title
from ejournal.exchange import values
from ejournal.exchange.headers import RowError, heading_key
from ejournal.exchange.tables import FileError, Row, Sheet, address
from ejournal.exchange.values import lines, text

BOTH, ODD, EVEN = "both", "odd", "even"

_DAYS = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")
_SHORT_DAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
_DAY_HEADING = re.compile(r"^(?:дни?|день)\b")
_PAIR_HEADING = re.compile(r"^(?:n |no )?(?:пар[аы]|урок)\b|^пары?$|^занятие$")
_OTHER_HEADING = re.compile(r"врем|звон|часы|^каб|^ауд|^(?:n|no|п п)?$")
_SUBGROUP = r"(?:(?P<subgroup>\d)\s*-?(?:я|ая)?\s*(?:п\s*/\s*гр?|пгр?|подгр\w*)\.?\s*[:,-]?\s*)?"
# Only with initials: two words with capitals may be a discipline («История России»).
_TEACHER = r"(?P<teacher>[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\s+[А-ЯЁ]\.(?:\s?[А-ЯЁ]\.?)?)"
# «каб.217», also «каб.спортзал 1» where no subgroup begins with that number.
_ROOM_NAME = r"(?P<room>[^\W\d]{3,}\s\d+(?!\s*-?(?:я|ая)?\s*(?:п\s*/|пгр|подгр))|[\w/.-]+)"
_ROOM = rf"(?:[\s,;(]*(?:каб(?:инет)?|ауд(?:итория)?|к|а)\.?\s*№?\s*{_ROOM_NAME}\)?)?"
_LESSON = re.compile(_SUBGROUP + _TEACHER + _ROOM)
_YEAR = re.compile(r"(20\d\d)\s*[/\\–-]\s*(?:20)?\d\d")
_SEMESTER = re.compile(r"\b([12]|i{1,2}|первый|второй)(?:-?[йо]?е?|-?ый)?\s*(?:учебн\w+ )?(?:семестр|полугоди)")


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """A pair of a group or subgroup. `weekday` 1 is Monday; `week` is «both», «odd» (числитель) or «even»."""

    row: int
    cell: str
    group: str
    group_key: str
    weekday: int
    pair: int
    week: str
    discipline: str
    teacher: str
    room: str
    subgroup: int | None

    def error(self, key: str, message: str) -> RowError:
        return RowError(self.row, key, self.group, message, self.cell)


@dataclass(slots=True)
class Timetable:
    year_starts: int | None = None
    semester: int | None = None
    records: list[EntryRecord] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Poster:
    sheet: Sheet
    header: Row
    day: int
    pair: int
    groups: dict[int, str]
    # The last row (from 1) of the merged area that begins at (row from 1, column from 0).
    merged_to: dict[tuple[int, int], int]


def read(sheets: list[Sheet]) -> Timetable:
    """Raises FileError when there is no such poster in the file."""
    timetable = Timetable()
    for sheet in sheets:
        poster = _find_poster(sheet)
        if poster:
            _read_titles(poster, timetable)
            for block, weekday in _blocks(poster):
                _read_block(poster, block, weekday, timetable)
    if not timetable.records and not timetable.errors:
        raise FileError(
            "Не найдено недельное расписание: нужна строка заголовков «День», «Пара» и названия групп, "
            "под ней дни недели и пары."
        )
    return timetable


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
        if not sheet.merged:
            raise FileError(
                "В этом файле не видно объединённых ячеек, а по ним расписание отличает «каждую неделю» от "
                "«числителя». Сохраните его как .xlsx и повторите."
            )
        merged = {(top + 1, left): bottom + 1 for (top, left), (bottom, _) in sheet.merged}
        return _Poster(sheet, row, day, pair, groups, merged)
    return None


def _read_titles(poster: _Poster, timetable: Timetable) -> None:
    for row in poster.sheet.rows[: poster.header.number - 1]:
        for cell in row.cells:
            title = fold(text(cell))
            if found := _YEAR.search(title):
                timetable.year_starts = int(found[1])
            if found := _SEMESTER.search(title):
                timetable.semester = 2 if found[1] in ("2", "ii", "второй") else 1


def _blocks(poster: _Poster) -> Iterator[tuple[list[Row], int]]:
    """The rows of each pair, with its weekday."""
    weekday: int | None = None
    block: list[Row] = []
    for row in poster.sheet.rows[poster.header.number :]:
        named = text(row.at(poster.day))
        if named and _weekday(named) is None:
            # A remark or a signature under the poster.
            break
        if text(row.at(poster.pair)) or named:
            if block and weekday:
                yield block, weekday
            block = []
        weekday = _weekday(named) or weekday
        block.append(row)
    if block and weekday:
        yield block, weekday


def _weekday(named: str) -> int | None:
    first = fold(named).replace(" ", "")
    return next(
        (n for n, (day, short) in enumerate(zip(_DAYS, _SHORT_DAYS, strict=True), 1) if first in (day, short)
         or first.startswith(day)),
        None,
    )  # fmt: skip


def _read_block(poster: _Poster, block: list[Row], weekday: int, timetable: Timetable) -> None:
    number = re.match(r"\d{1,2}", text(block[0].at(poster.pair)))
    if not number:
        return
    pair_ends = poster.merged_to.get((block[0].number, poster.pair), block[0].number)
    rows = [row for row in block if row.number <= max(pair_ends, block[0].number + 1)]
    for column, group in poster.groups.items():
        for row, week in _weeks(poster, rows, pair_ends, column):
            cell = address(row.number, column)
            found = list(_lessons(lines(row.at(column))))
            if not found:
                shown = text(row.at(column))
                message = f"не понять: «{shown}». Нужны дисциплина, преподаватель с инициалами и кабинет"
                timetable.errors.append(RowError(row.number, "lesson", group, message, cell, poster.sheet.name))
            for discipline, teacher, room, subgroup in found:
                timetable.records.append(
                    EntryRecord(
                        row.number, cell, group, normalize_group_title(group), weekday, int(number[0]),
                        week, discipline, teacher, room, subgroup,
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


def _lessons(typed: str) -> Iterator[tuple[str, str, str, int | None]]:
    """«Дисциплина / 1 п/г Иванова И.И. каб.1 / 2 п/г …» → discipline, teacher, room, subgroup."""
    discipline, end = "", 0
    for found in _LESSON.finditer(typed):
        between = " ".join(typed[end : found.start()].split()).strip(" ,;:/")
        if re.search(r"[^\W\d_]{2}", between):
            discipline = between
        end = found.end()
        if discipline:
            subgroup = int(found["subgroup"]) if found["subgroup"] else None
            teacher = re.sub(r"\.\s+(?=\w\.)", ".", " ".join(found["teacher"].split()))
            yield discipline, teacher, (found["room"] or "").strip("., ")[:32], subgroup

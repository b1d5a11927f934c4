"""A timetable of some days with real dates: sheets by course, groups as columns, a column of rooms beside each.

Read: the groups over the columns («Л1-25, БД1-25» is two groups that have everything in it together), the date beside
each day (held against its weekday), the pair («III пара 12:30-13:50»); of a cell the discipline, the subgroup
(«(1 группа)»), the place («(Зал Динамо)») where the column of rooms is empty, and under it the teachers: two with
«/» are two subgroups, and so are the rooms «402/607». A short name in brackets («(ОЭТ)») belongs to the discipline and
is left out. A time that is not the pair's («13:00») has no place in our timetable: it is told in a note.
Not read: the titles but for the academic year, and the days and pairs repeated at the right.
"""

import re
from dataclasses import dataclass
from datetime import date

from ejournal.exchange import values
from ejournal.exchange.forms import words
from ejournal.exchange.forms.records import Lesson, Part, Timetable
from ejournal.exchange.headers import heading_key
from ejournal.exchange.tables import Row, Sheet, address
from ejournal.exchange.values import BadValueError, text

_ROOM_HEADING = re.compile(r"^(?:ауд|каб)")
_TIME = re.compile(r"^(\d{1,2})[:.](\d\d)\s+")
_BRACKETS = re.compile(r"\(([^()]*)\)\s*$")
_SUBGROUP = re.compile(r"(\d)\s*-?(?:я|ая)?\s*(?:группа|гр\b|п/?г|подгр\w*)\.?", re.IGNORECASE)
_SHORT_NAME = re.compile(r"[А-ЯЁA-Z][а-яёА-ЯЁA-Z]*[А-ЯЁA-Z]")


@dataclass(frozen=True, slots=True)
class _Form:
    sheet: Sheet
    header: Row
    # Column → its heading and the groups in it; the column of rooms is the next one.
    columns: dict[int, tuple[str, list[str]]]
    pair: int
    dates: int
    weekdays: int | None


def read(sheet: Sheet, _day: date | None, timetable: Timetable) -> bool:
    """Add what the sheet holds; False where it is no such timetable."""
    form = _find(sheet)
    if form is None:
        return False
    days: list[date] = []
    day: date | None = None
    block: list[Row] = []
    for row in sheet.rows[form.header.number :]:
        if block and (words.pair(row.at(form.pair)) or text(row.at(form.dates))):
            _read_pair(form, block, day, timetable)
            block = []
        if text(row.at(form.dates)) or (form.weekdays is not None and words.weekday(row.at(form.weekdays))):
            day = _date(form, row, timetable)
            days += [day] if day and day not in days else []
        block.append(row)
    if block:
        _read_pair(form, block, day, timetable)
    timetable.parts.append(Part(sheet.name, [heading for heading, _ in form.columns.values()], days))
    return True


def _find(sheet: Sheet) -> _Form | None:
    for row in sheet.rows[:60]:
        columns = {
            n - 1: (text(row.at(n - 1)), words.groups(row.at(n - 1)))
            for n, cell in enumerate(row.cells)
            if n and _ROOM_HEADING.search(heading_key(cell)) and words.groups(row.at(n - 1))
        }
        if not columns:
            continue
        first, below = min(columns), sheet.rows[row.number :]
        pair = next((n for n in range(first) if any(words.pair(line.at(n)) for line in below)), None)
        dates = next((n for n in range(first) if any(_is_date(line.at(n)) for line in below)), None)
        weekdays = next((n for n in range(first) if any(words.weekday(line.at(n)) for line in below)), None)
        if pair is not None and dates is not None:
            return _Form(sheet, row, columns, pair, dates, weekdays)
    return None


def _is_date(cell: object) -> bool:
    return isinstance(cell, date) or (isinstance(cell, str) and bool(re.fullmatch(r"\d{1,2}\.\d{1,2}\.\d{4}", cell)))


def _date(form: _Form, row: Row, timetable: Timetable) -> date | None:
    named = words.weekday(row.at(form.weekdays))
    try:
        day = values.day(row.at(form.dates))
    except BadValueError as error:
        timetable.refuse(form.sheet, row.number, form.dates, "", str(error))
        return None
    if day is None:
        timetable.refuse(form.sheet, row.number, form.dates, "", "не указана дата")
    elif named and named != day.isoweekday():
        timetable.refuse(form.sheet, row.number, form.dates, "", words.wrong_weekday(day, named))
    return day


def _read_pair(form: _Form, block: list[Row], day: date | None, timetable: Timetable) -> None:
    told = text(block[0].at(form.pair))
    pair = words.pair(told)
    for column, (heading, groups) in form.columns.items():
        typed = [(row.number, text(row.at(column))) for row in block if text(row.at(column))]
        rooms = [room for row in block for room in words.rooms(row.at(column + 1))]
        if not typed and not rooms:
            continue
        number = typed[0][0] if typed else block[0].number
        try:
            if pair is None:
                raise BadValueError(f"не понять, на какой паре стоит «{' '.join(line for _, line in typed)}»")
            if day is None:
                raise BadValueError(f"не понять, на какой день: «{' '.join(line for _, line in typed)}»")
            lessons, starts = _lessons([line for _, line in typed], rooms)
        except BadValueError as error:
            timetable.refuse(form.sheet, number, column, heading, str(error))
            continue
        if starts and starts not in told.replace(".", ":"):
            timetable.notes.append(
                f"{form.sheet.name}, {address(number, column)}: {heading}, {day:%d.%m.%Y}, {pair} пара начинается в "
                f"{starts}, а по звонкам иначе. Время не записывается."
            )
        for lesson in lessons:
            timetable.add_dated(form.sheet, (number, column), groups, day, pair, lesson)


def _lessons(typed: list[str], rooms: list[str]) -> tuple[list[Lesson], str]:
    """The lessons of a cell and the time written in it, if any. Raises BadValueError."""
    shown = " ".join(typed)
    if not typed:
        raise BadValueError(f"кабинет «{'/'.join(rooms)}» есть, а занятия нет")
    teachers = words.teachers(typed[-1])
    if not teachers:
        raise BadValueError(f"не понять: «{shown}». Нет преподавателя с инициалами")
    discipline, starts, subgroup, place = _discipline(" ".join(typed[:-1]))
    if not discipline:
        raise BadValueError(f"не понять: «{shown}». Нет дисциплины")
    rooms = rooms or ([place] if place else [])
    if len(teachers) == 1:
        return [Lesson(discipline, teachers[0], "/".join(rooms)[:32], subgroup)], starts
    if subgroup or len(rooms) not in (0, 1, len(teachers)):
        raise BadValueError(f"не понять, кто в какой подгруппе и кабинете: «{shown}», «{'/'.join(rooms)}»")
    rooms = rooms * len(teachers) if len(rooms) == 1 else rooms or [""] * len(teachers)
    return [
        Lesson(discipline, each, room, number)
        for number, (each, room) in enumerate(zip(teachers, rooms, strict=True), 1)
    ], starts


def _discipline(typed: str) -> tuple[str, str, int | None, str]:
    """Title, time, subgroup, place of «13:00 Физическая культура (2 группа) (Зал Динамо)»."""
    starts, subgroup, place = "", None, ""
    if time := _TIME.match(typed):
        starts, typed = f"{time[1]:0>2}:{time[2]}", typed[time.end() :]
    while found := _BRACKETS.search(typed):
        inside = found[1].strip()
        if number := _SUBGROUP.fullmatch(inside):
            subgroup = int(number[1])
        elif not _SHORT_NAME.fullmatch(inside):
            place = inside
        typed = typed[: found.start()]
    return typed.strip(" ,;"), starts, subgroup, place

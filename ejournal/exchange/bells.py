"""Bells: one or several tables side by side, each under the days it holds for."""

import re
from dataclasses import dataclass, field
from datetime import time

from ejournal.domain.bells import MOST_PAIRS, PAIRS, out_of_order
from ejournal.domain.names import fold
from ejournal.exchange.headers import RowError, heading_key
from ejournal.exchange.tables import CellValue, FileError, Row, Sheet, address
from ejournal.exchange.values import lines, text

_TIME = r"(\d{1,2})\s*[:.\-]\s*(\d{2})"
_SPAN = re.compile(rf"(?:с\s*)?{_TIME}(?::00)?\s*(?:[-–—−]+|до)\s*{_TIME}(?::00)?")
_ONE_TIME = re.compile(_TIME)
_PAIR = re.compile(r"(\d{1,2})\s*[-.]?\s*(?:я|ая)?\s*(?:пара|урок|занятие)?\.?")
_PAIR_HEADING = re.compile(r"^(?:n |no )?(?:пар[аы]|урок|занятие|номер)\b|^пары?$|^п п$")
_TIME_HEADING = re.compile(r"врем|звон|начал|час")
_END_HEADING = re.compile(r"^(?:конец|окончани|конц)")
TITLES = {"pair": "№ пары", "time": "Время"}
WEEKDAYS = ("понедельник", "вторник", "сред", "четверг", "пятниц", "суббот", "воскресень")


@dataclass(frozen=True, slots=True)
class BellRecord:
    row: int
    pair: int
    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class BellTable:
    """`weekday`: 1…7 for a day of its own, None for all days that have none of their own."""

    title: str
    weekday: int | None
    bells: list[BellRecord]


@dataclass(slots=True)
class BellList:
    schedules: list[BellTable] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Columns:
    pair: int
    starts: int
    ends: int | None


def read(sheets: list[Sheet]) -> BellList:
    """Raises FileError when there is no table of bells in the file."""
    listing = BellList()
    for sheet in sheets:
        header = next((row for row in sheet.rows if _columns(row)), None)
        if header:
            for columns in _columns(header):
                _read_table(sheet, header, columns, listing)
    if not listing.schedules and not listing.errors:
        raise FileError("Не найдена таблица звонков. Нужны столбцы «№ пары» и «Время» (например, 08:30-10:05).")
    _refuse_impossible(listing)
    return listing


def _columns(header: Row) -> list[_Columns]:
    found: list[_Columns] = []
    headings = [heading_key(cell) for cell in header.cells]
    for column, heading in enumerate(headings[:-1]):
        if _PAIR_HEADING.search(heading) and _TIME_HEADING.search(headings[column + 1]):
            has_end = column + 2 < len(headings) and _END_HEADING.search(headings[column + 2])
            found.append(_Columns(column, column + 1, column + 2 if has_end else None))
    return found


def _read_table(sheet: Sheet, header: Row, columns: _Columns, listing: BellList) -> None:
    title = _title_above(sheet, header, columns.pair)
    bells = []
    for row in sheet.rows[header.number :]:
        typed = text(row.at(columns.pair))
        if not typed and not text(row.at(columns.starts)):
            continue
        pair = _PAIR.fullmatch(fold(typed))
        if not pair:
            # A break («перемена», «обед»), a remark or a signature between or under the pairs.
            continue
        span = _span(row.at(columns.starts), row.at(columns.ends))
        if span is None or not span[0] < span[1]:
            shown = text(row.at(columns.starts)) or "пусто"
            listing.errors.append(
                RowError(
                    row.number,
                    "time",
                    text(header.at(columns.starts)),
                    f"нужны начало и конец пары, например 08:30-10:05, а здесь: {shown}",
                    address(row.number, columns.starts),
                    sheet.name,
                )
            )
            continue
        bells.append(BellRecord(row.number, int(pair[1]), *span))
    if bells:
        listing.schedules.append(BellTable(title or "Звонки", _weekday(title), bells))


def _title_above(sheet: Sheet, header: Row, column: int) -> str:
    """The nearest text over the table in its own column; the title of the sheet is further up."""
    for row in reversed(sheet.rows[: header.number - 1]):
        if title := text(row.at(column)):
            return title[:250]
    return ""


def _weekday(title: str) -> int | None:
    named = [n for n, day in enumerate(WEEKDAYS, 1) if day in fold(title)]
    return named[0] if len(named) == 1 else None


def _span(starts: CellValue, ends: CellValue) -> tuple[time, time] | None:
    if found := _SPAN.fullmatch(fold(lines(starts).replace("\n", " "))):
        return _clock(found[1], found[2]), _clock(found[3], found[4])
    first, last = (_ONE_TIME.match(text(value)) for value in (starts, ends))
    if first and last:
        return _clock(first[1], first[2]), _clock(last[1], last[2])
    return None


def _clock(hours: str, minutes: str) -> time:
    # A time that does not exist becomes midnight, which fails the check that a pair ends after it starts.
    return time(int(hours), int(minutes)) if int(hours) < 24 and int(minutes) < 60 else time(0)


def _refuse_impossible(listing: BellList) -> None:
    """Pairs named twice, that no day has, or that begin before the one above is over (п. 4.2)."""
    for schedule in listing.schedules:
        rows: dict[int, BellRecord] = {}
        found: list[tuple[int, str, str]] = []
        for bell in schedule.bells:
            if bell.pair in rows:
                found.append((bell.row, "pair", f"пара {bell.pair} указана дважды"))
            elif bell.pair not in PAIRS:
                found.append((bell.row, "pair", f"{bell.pair} пары не бывает: в дне пары с 1 по {MOST_PAIRS}"))
            rows.setdefault(bell.pair, bell)
        late = out_of_order({pair: (bell.starts, bell.ends) for pair, bell in rows.items()})
        found += [
            (rows[pair].row, "time", f"{pair} пара: {words[:1].lower()}{words[1:]}") for pair, words in late.items()
        ]
        for row, key, message in found:
            listing.errors.append(RowError(row, key, TITLES[key], f"{schedule.title}: {message.rstrip('.')}"))

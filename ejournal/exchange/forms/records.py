"""What every form of a timetable becomes: pairs of groups, and the groups and days the file is about."""

from dataclasses import dataclass, field
from datetime import date

from ejournal.domain.names import normalize_group_title
from ejournal.exchange.headers import RowError
from ejournal.exchange.tables import Sheet, address

BOTH, ODD, EVEN = "both", "odd", "even"


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """A pair of a group or subgroup. `weekday` 1 is Monday; `week` is «both», «odd» (числитель) or «even».

    `day`: the one date it is for, None for a pair of every week. `together`: the keys of all groups that have it
    together, where the file names several over one column. `subgroup`: its number, or its folded name once the group
    is known.
    """

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
    subgroup: int | str | None
    day: date | None = None
    sheet: str = ""
    together: tuple[str, ...] = ()

    def error(self, key: str, message: str) -> RowError:
        return RowError(self.row, key, self.group, message, self.cell, self.sheet)


@dataclass(slots=True)
class Part:
    """A table of a dated timetable: its columns as they are headed («Л1-25, БД1-25»), its days."""

    sheet: str
    columns: list[str]
    days: list[date]


@dataclass(slots=True)
class Timetable:
    year_starts: int | None = None
    # The number of the year's semester, trimester … that the file names.
    period: int | None = None
    records: list[EntryRecord] = field(default_factory=list)
    # Only of timetables with dates.
    parts: list[Part] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def refuse(self, sheet: Sheet, row: int, column: int, group: str, message: str) -> None:
        self.errors.append(RowError(row, "lesson", group, message, address(row, column), sheet.name))

    def add_dated(
        self, sheet: Sheet, place: tuple[int, int], groups: list[str], day: date, pair: int, lesson: "Lesson"
    ) -> None:
        """A pair on a date, once for each group of the column. `place`: row from 1, column from 0."""
        row, column = place
        keys = tuple(normalize_group_title(group) for group in groups)
        for group, key in zip(groups, keys, strict=True):
            self.records.append(
                EntryRecord(
                    row, address(row, column), group, key, day.isoweekday(), pair, BOTH,
                    lesson.discipline, lesson.teacher, lesson.room, lesson.subgroup,
                    day, sheet.name, keys if len(keys) > 1 else (),
                )
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lesson:
    """What stands in one cell, as far as it is about one teacher."""

    discipline: str
    teacher: str
    room: str
    subgroup: int | None

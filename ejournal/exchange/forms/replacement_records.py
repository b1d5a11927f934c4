"""A replacement as any of its lists says it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ejournal.exchange.headers import Field, RowError

FIELDS = (
    Field("date", "Дата", r"^дата"),
    Field("group", "Группа", r"групп"),
    Field("pair", "Пара", r"^(?:n |no )?(?:пар[аы]|урок)\b"),
    Field("planned", "По расписанию", r"по расписанию|^было|вместо|заменяем"),
    Field("instead", "Замена", r"замен|^стало|кем"),
    Field("room", "Каб.", r"^каб|^ауд"),
    Field("reason", "Причина", r"причин|основан"),
)


class Replacement(StrEnum):
    TEACHER = "teacher"
    DISCIPLINE = "discipline"
    CANCELLED = "cancelled"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class SubstitutionRecord:
    """`discipline` and `teacher` are who and what comes instead; `to_pair` where a moved pair goes.

    `pair` 0: all pairs of the day. `subgroup`: the half of the group whose lesson is replaced.
    """

    row: int
    date: date
    group: str
    group_key: str
    pair: int
    kind: Replacement
    discipline: str = ""
    teacher: str = ""
    to_pair: int | None = None
    room: str = ""
    reason: str = ""
    # What stands in the timetable there, as far as the list says it.
    planned: str = ""
    planned_teacher: str = ""
    subgroup: int | None = None
    sheet: str = ""
    # Where in the file each thing stands, for those who mend it: key and address.
    cells: tuple[tuple[str, str], ...] = ()

    def error(self, column: str, message: str) -> RowError:
        """What is wrong in this row; `column` is a key of FIELDS."""
        titles = {field.key: field.title for field in FIELDS} | {"discipline": "Предмет", "teacher": "Преподаватель"}
        return RowError(self.row, column, titles.get(column, ""), message, dict(self.cells).get(column, ""), self.sheet)

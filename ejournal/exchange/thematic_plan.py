"""A thematic plan (КТП): topics with hours under sections; the discipline is named above the table."""

import re
from dataclasses import dataclass, field

from ejournal.domain.names import fold
from ejournal.exchange import values
from ejournal.exchange.headers import Field, Reading, RowError, Table, find_tables
from ejournal.exchange.people_fields import NUMBER
from ejournal.exchange.tables import FileError, Row, Sheet
from ejournal.exchange.values import text

FIELDS = (
    Field("number", "№ занятия", r"^(?:no|n)?$|^п п$|урок|№|^номер|^занят"),
    NUMBER,
    Field("topic", "Тема", r"\bтем[аы]?\b|наименование|содержание"),
    Field("hours", "Часы", r"\bчас|кол во|количество"),
    Field("kind", "Вид занятия", r"вид|тип|форма"),
    Field("homework", "Задание", r"задан|задано|домашн|самостоятельн"),
)
REQUIRED = (("topic",), ("hours",))

_SECTION = re.compile(r"(?:раздел|глава|модуль|мдк)\b")
# «Дисциплина: Математика    Группа: ИС-21    Преподаватель: …»: each label ends the value before it.
_LABELS = re.compile(
    r"(дисциплин[аы](?:\s*,\s*мдк)?|учебный предмет|предмет|мдк|групп[аы]|"
    r"преподавател[ьи]|специальность|курс|семестр|план)\s*[:–—]\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class TopicRecord:
    """`hours` are academic hours; `section` is "" before the first section."""

    row: int
    section: str
    title: str
    hours: int
    kind: str
    homework: str


@dataclass(slots=True)
class PlanList:
    """`discipline_row` is where the discipline is named (1 when nowhere); `title` the plan's own name, if given.

    `programme` is a code that tells the discipline apart where no group does.
    """

    discipline: str = ""
    group: str = ""
    teacher: str = ""
    title: str = ""
    programme: str = ""
    discipline_row: int = 1
    topics: list[TopicRecord] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read(sheets: list[Sheet]) -> PlanList:
    """Raises FileError when there is no plan in the file."""
    table = find_tables(sheets, FIELDS, REQUIRED)[0]
    plan = PlanList()
    _read_labels(table, plan)
    section, total = "", None
    for row in table.body:
        title = text(table.value(row, "topic"))
        if _is_total(row):
            total = _whole_or_none(table, row)
            continue
        if table.is_noise(row) and not title:
            continue
        if title and _is_section(title, table, row):
            section = title[:250]
        elif not table.is_noise(row):
            _read_topic(Reading(table, row, plan.errors), section, plan)
    if not plan.topics and not plan.errors:
        raise FileError("Под заголовками нет ни одной темы.")
    given = sum(topic.hours for topic in plan.topics)
    if total is not None and total != given and not plan.errors:
        plan.notes.append(f"В строке «Всего» указано {total} ч., а по темам выходит {given} ч. Проверьте план.")
    return plan


def _read_labels(table: Table, plan: PlanList) -> None:
    for row in table.above:
        for cell in row.cells:
            pieces = _LABELS.split(text(cell))
            for label, value in zip(pieces[1::2], pieces[2::2], strict=True):
                _note_label(fold(label), value.strip(' ,;.«»"'), row, plan)


def _note_label(label: str, value: str, row: Row, plan: PlanList) -> None:
    if label.startswith(("дисциплин", "предмет", "учебный", "мдк")) and not plan.discipline:
        plan.discipline, plan.discipline_row = value, row.number
    elif label.startswith("групп"):
        plan.group = values.group_title(value)
    elif label == "специальность":
        plan.programme = value.split(maxsplit=1)[0] if value else ""
    elif label == "план":
        plan.title = value[:250]
    elif label.startswith("преподават"):
        plan.teacher = value


def _is_total(row: Row) -> bool:
    return any(re.match(r"(?:итого|всего)\b", fold(text(cell))) for cell in row.cells)


def _whole_or_none(table: Table, row: Row) -> int | None:
    try:
        return values.whole(table.value(row, "hours"))
    except values.BadValueError:
        return None


def _is_section(title: str, table: Table, row: Row) -> bool:
    """A section has no number of a lesson and no kind: its hours, if any, are the sum of its topics."""
    if text(table.value(row, "kind")) or text(table.value(row, "homework")):
        return False
    if _SECTION.match(fold(title)):
        return not text(table.value(row, "number"))
    return not text(table.value(row, "hours")) and not text(table.value(row, "number"))


def _read_topic(reading: Reading, section: str, plan: PlanList) -> None:
    table, row = reading.table, reading.row
    title = text(table.value(row, "topic"))
    hours = reading.take(values.whole, "hours")
    if not title:
        reading.refuse("topic", "не указана тема")
    if reading.is_good and not hours:
        reading.refuse("hours", "не указано количество часов")
    if hours and hours > 100:
        reading.refuse("hours", f"слишком много часов на одну тему: {hours}")
    if not reading.is_good or not hours:
        return
    plan.topics.append(
        TopicRecord(
            row=row.number,
            section=section,
            title=title,
            hours=hours,
            kind=text(table.value(row, "kind"))[:250],
            homework=text(table.value(row, "homework")),
        )
    )

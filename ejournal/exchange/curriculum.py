"""A curriculum: the usual spreadsheet export of a plan. The plan program's own XML is read by plx.py."""

import re

from ejournal.domain.names import fold
from ejournal.domain.session_plan import CONTROLS
from ejournal.exchange import plx, values
from ejournal.exchange.headers import Field, Reading, Table, find_tables
from ejournal.exchange.plan_rows import Plan, PlanRow, clean_index, kind_of, module_key
from ejournal.exchange.tables import CellValue, FileError, Sheet
from ejournal.exchange.tables import read as read_tables
from ejournal.exchange.values import BadValueError, text
from ejournal.models import DisciplineKind

# Columns of hours that are looked for.
SEMESTERS = range(1, 13)

FIELDS = (
    Field("index", "Индекс", r"^индекс|^шифр|^код\b"),
    Field("title", "Наименование", r"наименован|^дисциплин|название"),
    Field("Э", "Экзамены", r"^экз"),
    Field("ДЗ", "Диф. зачёты", r"^диф|зач\w* с оц"),
    Field("З", "Зачёты", r"^зач"),
    Field("КП", "Курсовые проекты", r"курсов\w* пр"),
    Field("КР", "Курсовые работы", r"курсов"),
    Field("ДФК", "Другие формы контроля", r"^др\w* форм|^другие|^контр\w* раб"),
    *(Field(f"s{n}", f"{n} семестр", rf"^{n} ?(?:й )?сем|^сем\w* {n}$|^семестр {n}\b") for n in SEMESTERS),
)
REQUIRED = (("index",), ("title",))

_CODE = re.compile(r"\b(\d{2}\.\d{2}\.\d{2})\b[\s«\"–—:-]*(.*)")


def read(content: bytes, filename: str = "") -> Plan:
    """Raises FileError when the file is no curriculum."""
    if plx.is_xml(content):
        return plx.read(content)
    return _read_sheets(read_tables(content, filename))


def _read_sheets(sheets: list[Sheet]) -> Plan:
    table = find_tables(sheets, FIELDS, REQUIRED)[0]
    if not any(key.startswith("s") and key[1:].isdecimal() for key in table.columns):
        raise FileError("В плане нет столбцов с часами по семестрам («1 сем.», «2 сем.» …).")
    plan = Plan()
    _read_titles(table, plan)
    for row in table.records():
        _read_row(Reading(table, row, plan.errors), plan)
    if not plan.rows and not plan.errors:
        raise FileError("Под заголовками нет ни одной строки плана.")
    plan.attach_modules()
    return plan


def _read_titles(table: Table, plan: Plan) -> None:
    for row in table.above:
        for cell in row.cells:
            if found := _CODE.search(text(cell)):
                plan.code, plan.title, plan.title_row = found[1], found[2].strip(' «»"')[:250], row.number
                return


def _read_row(reading: Reading, plan: Plan) -> None:
    index = clean_index(text(reading.table.value(reading.row, "index")))
    title = text(reading.table.value(reading.row, "title"))
    hours = _hours(reading)
    if not index and not hours:
        return
    if not index:
        reading.refuse("index", f"не указан индекс: «{title}»")
    kind = kind_of(index)
    is_container = kind is DisciplineKind.PM
    # The exam of a module (ПМ.01.ЭК) has a control and no hours of its own.
    controls = {} if is_container or (not re.search(r"\d", index) and not hours) else _controls(reading)
    if reading.is_good and not hours and not controls and not is_container:
        # A cycle («ОП Общепрофессиональный цикл») only gathers the rows below it.
        if re.search(r"\d", index):
            reading.refuse("title", f"у строки {index} нет ни часов, ни контроля ни в одном семестре")
        return
    if not title:
        reading.refuse("title", f"не указано наименование у {index}")
    if not reading.is_good:
        return
    plan.add(
        PlanRow(
            row=reading.row.number,
            index=index,
            title=title[:250],
            kind=kind,
            is_container=is_container,
            hours={} if is_container else hours,
            control=controls,
            module=module_key(index),
        )
    )


def _hours(reading: Reading) -> dict[int, int]:
    hours: dict[int, int] = {}
    for key in reading.table.columns:
        if key.startswith("s") and key[1:].isdecimal() and (given := reading.take(values.whole, key)):
            hours[int(key[1:])] = given
    return hours


def _controls(reading: Reading) -> dict[int, list[str]]:
    """«24» in the column of exams is an exam in semester 2 and one in semester 4."""
    controls: dict[int, list[str]] = {}
    for code in CONTROLS:
        for semester in reading.take(semesters, code) or ():
            controls.setdefault(semester, []).append(code)
    return controls


def semesters(value: CellValue) -> list[int]:
    """«24» → 2 and 4, «12» → 1 and 2, «10» → 10: no programme has more semesters than ten."""
    typed = fold(text(value))
    if re.search(r"\d\s*-\s*\d", typed):
        first, last = (int(n) for n in re.findall(r"\d+", typed)[:2])
        numbers = list(range(first, last + 1)) if last in SEMESTERS else []
    else:
        parts = re.findall(r"\d+", typed) if re.search(r"[,;\s]", typed) else re.findall(r"10$|\d", typed)
        numbers = [int(part) for part in parts]
    if typed and (not numbers or any(number not in SEMESTERS for number in numbers)):
        raise BadValueError(f"нужны номера семестров, например 2 или 24, а здесь: «{typed}»")
    return numbers

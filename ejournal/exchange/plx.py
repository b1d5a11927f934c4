"""The XML of the plan program most colleges use (.plx, UTF-16): a dump of its tables as elements.

Read leniently: names of tables and columns are what matters, whatever else the file holds is passed by.
ПланыСтроки are rows, ПланыНовыеЧасы hours, СправочникВидыРабот says what a kind of work is.

Hours of a semester are its contact hours, those with a teacher in the timetable: Лек + Пр + Лаб and whatever else the
file's own reference calls Контактный (КРП: course projects under supervision). Self-study (СР) and the days of exams
(Контроль) are in the semester's total («Итого», kept as `total`), not in the hours. Counted are hours of КодТипаЧасов 1
of Сессия 0; practical training (5) is a part of them. Rows that are «не считать в плане» are left out with a note.
"""

import re
from collections import defaultdict
from xml.parsers import expat

from ejournal.exchange.plan_rows import Plan, PlanRow, clean_index, kind_of
from ejournal.exchange.tables import MAX_FILE, FileError
from ejournal.exchange.values import text
from ejournal.models import DisciplineKind

_TABLES = frozenset({"План", "ООП", "Планы", "ПланыСтроки", "ПланыНовыеЧасы", "СправочникВидыРабот"})
_MAX_ROWS = 200_000
_OLD = "Это план старого вида (.plm.xml, .osf.xml, до 2016 года): часы в нём записаны иначе."

# ТипОбъекта: 1 modules, 5 blocks of choice (older files: modules). Both only gather the rows below them.
_CONTAINERS = frozenset({"1", "5"})
_CONTROL_WORK = "7"
_TOTAL = "итого"
_NOT_HOURS = frozenset({"зет", "нед", "руководство", "переатт"})
_CONTACT = ("лек", "лаб", "пр", "сем", "урок", "крп", "кп", "конс")
_CONTROLS = {
    "эк": "Э",
    "экм": "Э",
    "за": "З",
    "зао": "ДЗ",
    "кп": "КП",
    "кр": "КР",
    "др": "ДФК",
    "к": "ДФК",
    "дкр": "ДФК",
}

Element = dict[str, str]


def is_xml(content: bytes) -> bool:
    start = content[:200]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start.decode("utf-16", "ignore").encode()
    return start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<?xml")


def read(content: bytes) -> Plan:
    """Raises FileError when the XML is no plan of the program."""
    tables = _parse(content)
    if not tables["ПланыСтроки"]:
        raise FileError(
            f"{_OLD if tables['План'] else 'В файле нет строк учебного плана.'} Нужен файл .plx нынешней программы "
            "планов; план старого вида сохраните в Excel и загрузите как .xlsx."
        )
    plan = Plan()
    _read_title(tables, plan)
    hours = _Hours(tables)
    modules = {
        row["Код"]: clean_index(row.get("ДисциплинаКод", ""))
        for row in tables["ПланыСтроки"]
        if kind_of(clean_index(row.get("ДисциплинаКод", ""))) is DisciplineKind.PM
    }
    uncounted = []
    for number, row in enumerate(tables["ПланыСтроки"], start=1):
        if row.get("СчитатьВПлане") == "false":
            uncounted.append(clean_index(row.get("ДисциплинаКод", "")) or row.get("Дисциплина", ""))
        else:
            _read_row(number, row, hours, modules, plan)
    if uncounted:
        plan.notes.append(f"В плане не учитываются, пропущены: {', '.join(uncounted)}.")
    plan.attach_modules()
    return plan


def _parse(content: bytes) -> dict[str, list[Element]]:
    if len(content) > MAX_FILE:
        raise FileError("Файл слишком велик для учебного плана.")
    tables: dict[str, list[Element]] = defaultdict(list)
    count = 0

    def start(name: str, attributes: Element) -> None:
        nonlocal count
        table = name.split(":")[-1]
        if table in _TABLES:
            count += 1
            if count > _MAX_ROWS:
                raise FileError("Файл слишком велик для учебного плана.")
            tables[table].append(attributes)

    def refuse_doctype(*_: object) -> None:
        # A plan has none; entities are how a small XML becomes gigabytes or reads other files.
        raise FileError("В файле есть объявление DTD: это не учебный план.")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse_doctype
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise FileError(
            f"Файл плана испорчен (строка {error.lineno}). Сохраните его из программы планов заново."
        ) from error
    return tables


def _read_title(tables: dict[str, list[Element]], plan: Plan) -> None:
    programmes = [row for row in tables["ООП"] if re.fullmatch(r"\d{2}\.\d{2}\.\d{2}", row.get("Шифр", ""))]
    head = (tables["Планы"] or [{}])[0]
    chosen = next((row for row in programmes if row.get("Код") == head.get("КодООП")), None)
    programme = chosen or (programmes or [{}])[0]
    plan.code = programme.get("Шифр", "")
    # «Титул» carries the profile on further lines.
    plan.title = text((head.get("Титул") or programme.get("Название", "")).split("\n")[0])[:250]
    plan.qualification = text(head.get("Квалификация") or "")[:250]
    # Two years and ten months are three years of study. ЧислоКурсов is only the width of the form.
    plan.years = _number(head.get("СрокОбучения")) + (_number(head.get("СрокОбученияМесяцев")) > 0)


class _Hours:
    """Hours of the plan's rows by semester, and what each kind of work means."""

    def __init__(self, tables: dict[str, list[Element]]) -> None:
        head = (tables["Планы"] or [{}])[0]
        self.semesters = _number(head.get("СеместровНаКурсе")) or 2
        self.works = {row.get("Код"): row for row in tables["СправочникВидыРабот"]}
        self.of: dict[str, list[Element]] = defaultdict(list)
        for row in tables["ПланыНовыеЧасы"]:
            # A correspondence plan tells the same hours again by session; hours of other types than 1
            # (interactive, practical training …) are parts of the ordinary ones.
            if row.get("Сессия", "0") in ("", "0") and row.get("КодТипаЧасов", "1") == "1":
                self.of[row.get("КодОбъекта", "")].append(row)

    def semester(self, row: Element) -> int:
        return (_number(row.get("Курс")) - 1) * self.semesters + (_number(row.get("Семестр")) or 1)

    def abbreviation(self, row: Element) -> str:
        return self.works.get(row.get("КодВидаРаботы"), {}).get("Аббревиатура", "").casefold()

    def is_control(self, row: Element) -> bool:
        kind = self.works.get(row.get("КодВидаРаботы"), {}).get("КодТипРабот")
        return kind == _CONTROL_WORK if kind else self.abbreviation(row) in _CONTROLS

    def is_contact(self, row: Element) -> bool:
        said = self.works.get(row.get("КодВидаРаботы"), {}).get("Контактный")
        name = self.abbreviation(row)
        return said == "true" if said in ("true", "false") else name in _CONTACT


def _read_row(number: int, row: Element, hours: _Hours, modules: dict[str, str], plan: Plan) -> None:
    index = clean_index(row.get("ДисциплинаКод", ""))
    kind = kind_of(index)
    is_container = row.get("ТипОбъекта") in _CONTAINERS
    contact: dict[int, int] = defaultdict(int)
    total: dict[int, int] = defaultdict(int)
    told: dict[int, int] = {}
    control: dict[int, list[str]] = defaultdict(list)
    for part in hours.of[row.get("Код", "")]:
        semester, name, amount = (
            hours.semester(part),
            hours.abbreviation(part),
            _number(part.get("Количество")),
        )
        if hours.is_control(part):
            control[semester].append(_CONTROLS.get(name, "ДФК"))
        elif name.startswith(_TOTAL):
            told[semester] = amount
        elif name not in _NOT_HOURS:
            total[semester] += amount
            contact[semester] += amount if hours.is_contact(part) else 0
    plan.add(
        PlanRow(
            row=number,
            index=index,
            title=text(row.get("Дисциплина", ""))[:250],
            kind=DisciplineKind.PM if is_container else kind,
            is_container=is_container,
            hours={} if is_container else {n: amount for n, amount in contact.items() if amount},
            control={} if is_container else dict(control),
            module=modules.get(row.get("КодРодителя", ""), ""),
            total=told or dict(total),
        )
    )


def _number(typed: str | None) -> int:
    try:
        return round(float((typed or "0").replace(",", ".")))
    except ValueError:
        return 0

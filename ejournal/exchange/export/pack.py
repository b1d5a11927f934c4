"""The pack of a group as a workbook to type into (п. 4.1); exchange/pack.py reads it back.

A sheet a journal. Its first row, hidden, says whose it is and in which columns of which lessons stand; the first
column, hidden, whose row it is: what was sorted, renamed or copied into another file still finds its place.
"""

import io
from datetime import date, datetime
from typing import Any

import xlsxwriter

from ejournal.domain import file_names, pack_keys
from ejournal.domain.notation import ATTENDANCE, MARKS
from ejournal.services import settings
from ejournal.services.continuity import GroupPack, PackColumn, PackJournal

GUIDE = "Как заполнять"
# Columns for lessons that nobody foresees: the date is typed above them.
FREE = 4
TOP = 4  # rows above the students: the key, title, dates, pairs with kinds of work
FIRST = 3  # columns before the lessons: the key, number, name
CODES = [*ATTENDANCE, *MARKS, *(code + mark for code in "нбпо" for mark in ("5", "4", "3", "2", "ЗЧ", "НЗ"))]
RULES = (
    "Каждый лист — журнал одной дисциплины. Заполняйте белые клетки: столбец — занятие, строка — обучающийся.",
    "В клетке сначала посещаемость, потом отметка, без пробела и черты: «н», «5», «о5», «б4», «н3» (п. 4.4).",
    "Посещаемость: н — без уважительной причины, п — по уважительной, б — по болезни, о — опоздание.",
    "Отметки: 5, 5+, 5-, 4, 3, 2, 1, ЗЧ, НЗ (п. 3.6). «н/а» ставится только за период, в самом журнале.",
    "Пустая клетка ничего не меняет. Прежние отметки можно исправить: при загрузке покажут, что было и что станет.",
    "Занятие не по расписанию: впишите дату над свободным столбцом справа (дд.мм.гггг), пара найдётся по расписанию.",
    "Лист можно скопировать в другой файл целиком: скрытые первая строка и первый столбец говорят, чей он.",
    "Темы и домашние задания внесите потом в журнале: «Занятия».",
    "Вернуть: раздел «Если нет связи» → «Вернуть заполненную таблицу», или системному администратору: "
    "ejournal import marks ФАЙЛ.",
    "В файле персональные данные (152-ФЗ): не пересылайте его открыто, после загрузки удалите.",
)


def as_xlsx(pack: GroupPack) -> bytes:
    """Text stays text: a name that begins with «=» is no formula."""
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties({"title": f"Запас журнала: {pack.name}"})
        forms = _forms(book)
        _guide(book, pack, forms)
        taken: set[str] = {GUIDE.casefold()}
        for journal in pack.journals:
            _sheet(book, journal, pack.made, forms, _name(journal, taken))
    return stream.getvalue()


def _forms(book: xlsxwriter.Workbook) -> dict[str, Any]:
    line = {"border": 1, "border_color": "#9AA7B4"}
    middle = {"align": "center", "valign": "vcenter", **line}
    return {
        "title": book.add_format({"bold": True, "font_size": 13}),
        "words": book.add_format({"text_wrap": True, "valign": "top"}),
        "key": book.add_format({"font_color": "#777777", "font_size": 8}),
        "head": book.add_format({"bold": True, "bg_color": "#E6F0F9", "text_wrap": True, **middle}),
        "day": book.add_format(
            {"bold": True, "bg_color": "#E6F0F9", "num_format": "dd.mm.yy", "rotation": 90, **middle}
        ),
        "coming": book.add_format(
            {"bold": True, "bg_color": "#FFF3CF", "num_format": "dd.mm.yy", "rotation": 90, **middle}
        ),
        "free": book.add_format({"num_format": "dd.mm.yy", "rotation": 90, "locked": False, **middle}),
        "small": book.add_format({"font_size": 8, "bg_color": "#F4F7FA", **middle}),
        "name": book.add_format({"valign": "vcenter", "shrink": True, **line}),
        "past": book.add_format({"bg_color": "#F4F7FA", "locked": False, "num_format": "@", **middle}),
        "cell": book.add_format({"locked": False, "num_format": "@", **middle}),
    }


def _guide(book: xlsxwriter.Workbook, pack: GroupPack, forms: dict[str, Any]) -> None:
    sheet = book.add_worksheet(GUIDE)
    sheet.set_column(0, 0, 4)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 1, f"Запас журнала: {pack.name}", forms["title"])
    made = settings.local(pack.made)
    sheet.write_string(1, 1, f"По журналу на {made:%d.%m.%Y %H:%M}. {settings.get('college.name')} (п. 4.1)")
    for number, words in enumerate(RULES, 1):
        sheet.write_number(number + 2, 0, number, forms["words"])
        sheet.write_string(number + 2, 1, words, forms["words"])
    sheet.protect()


def _sheet(
    book: xlsxwriter.Workbook, journal: PackJournal, made: datetime, forms: dict[str, Any], name: str
) -> None:  # fmt: skip
    sheet = book.add_worksheet(name)
    course = journal.course
    columns: list[PackColumn | None] = [*journal.columns, *[None] * FREE]
    sheet.write_string(0, 0, pack_keys.sheet_key(course.id, made), forms["key"])
    sheet.write_string(1, 1, f"{course.discipline.label} — {course.audience}", forms["title"])
    sheet.write_string(1, FIRST, f"Преподаватель: {journal.teachers or 'не назначен'}")
    sheet.write_string(2, 1, "№", forms["head"])
    sheet.write_string(2, 2, "Фамилия, имя, отчество", forms["head"])
    sheet.write_string(3, 1, "", forms["small"])
    sheet.write_string(3, 2, "пара, вид работы", forms["small"])
    for place, column in enumerate(columns, FIRST):
        _head(sheet, place, column, forms)
    for row, student in enumerate(journal.students, TOP):
        sheet.write_string(row, 0, pack_keys.student_key(student.id), forms["key"])
        sheet.write_number(row, 1, row - TOP + 1, forms["name"])
        sheet.write_string(row, 2, student.full_name, forms["name"])
        for place, column in enumerate(columns, FIRST):
            _cell(sheet, row, place, column.texts.get(student.id, "") if column else "", column, forms)
    _look(sheet, len(journal.students), len(columns))


def _head(sheet: Any, place: int, column: PackColumn | None, forms: dict[str, Any]) -> None:
    if column is None:
        sheet.write_string(0, place, pack_keys.FREE_COLUMN, forms["key"])
        sheet.write_blank(2, place, None, forms["free"])
        sheet.write_string(3, place, "дата?", forms["small"])
        return
    key = pack_keys.column_key(column.lesson_id, column.work_id, column.date, column.pair)
    sheet.write_string(0, place, key, forms["key"])
    sheet.write_datetime(2, place, column.date, forms["coming" if column.is_ahead else "day"])
    sheet.write_string(3, place, f"{column.pair} {column.kind}".strip(), forms["small"])


def _cell(sheet: Any, row: int, place: int, text: str, column: PackColumn | None, forms: dict[str, Any]) -> None:
    form = forms["past" if column and not column.is_ahead else "cell"]
    # A mark alone is a number, as a person would type it.
    if text.isdigit():
        sheet.write_number(row, place, int(text), form)
    elif text:
        sheet.write_string(row, place, text, form)
    else:
        sheet.write_blank(row, place, None, form)


def _look(sheet: Any, students: int, columns: int) -> None:
    sheet.set_row(0, None, None, {"hidden": True})
    sheet.set_row(2, 54)
    sheet.set_column(0, 0, 4, None, {"hidden": True})
    sheet.set_column(1, 1, 4)
    sheet.set_column(2, 2, 38)
    sheet.set_column(FIRST, FIRST + columns - 1, 5.5)
    sheet.freeze_panes(TOP, FIRST)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.protect(options={"format_columns": True, "format_rows": True, "format_cells": True})
    if not students:
        return
    last = TOP + students - 1
    # A warning, not a ban: Latin letters are understood on the way back, and what is not is refused there in words.
    sheet.data_validation(
        TOP, FIRST, last, FIRST + columns - 1,
        {
            "validate": "list", "source": CODES, "ignore_blank": True, "error_type": "warning",
            "error_title": "Такой записи нет", "error_message": "Посещаемость и отметка без пробела: н, 5, о5, б4, н3.",
        },
    )  # fmt: skip
    sheet.data_validation(
        2, FIRST + columns - FREE, 2, FIRST + columns - 1,
        {
            "validate": "date", "criteria": "between", "minimum": date(2020, 1, 1), "maximum": date(2100, 1, 1),
            "error_title": "Дата занятия", "error_message": "Впишите дату так: 27.11.2026.",
        },
    )  # fmt: skip


def _name(journal: PackJournal, taken: set[str]) -> str:
    course = journal.course
    return file_names.sheet(f"{course.discipline.label} {course.subgroup.title if course.subgroup else ''}", taken)

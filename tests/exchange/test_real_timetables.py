"""Timetables as four colleges publish them: every group, date and pair is found, nothing is passed over (R4.2.b)."""

import json
import re
from collections import Counter
from datetime import date
from typing import Any

import pytest

from ejournal.exchange import tables, timetable
from ejournal.exchange.forms.records import EntryRecord, Timetable
from ejournal.exchange.tables import FileError
from ejournal.exchange.values import text
from tests.exchange.conftest import DATA, workbook

REAL = DATA / "real"
PERM = ("timetable-perm-2025-11-05.xlsx", "timetable-perm-2025-09-08-changed.xlsx")
KAZAN, KBT = "timetable-kazan-2025-11-13.xls", "timetable-kbt-day.html"
DAY = date(2025, 11, 13)
INITIALS = re.compile(r"[А-ЯЁ][а-яё]+ [А-ЯЁ][.,]")


@pytest.fixture(scope="module")
def named() -> dict[str, Any]:
    return json.loads((REAL / "expected-timetables.json").read_text(encoding="utf-8"))


def sheets(name: str) -> list[tables.Sheet]:
    return tables.read((REAL / name).read_bytes(), name)


def read(name: str, day: date | None = None) -> Timetable:
    return timetable.read(sheets(name), day)


def at(listing: Timetable, sheet: str, cell: str) -> list[EntryRecord]:
    return [record for record in listing.records if (record.sheet, record.cell) == (sheet, cell)]


@pytest.mark.parametrize("name", PERM)
def test_r4_2_b_every_group_and_date_of_a_timetable_by_courses_is_found(name: str, named: dict[str, Any]) -> None:
    listing = read(name)
    assert listing.errors == []
    found = {part.sheet: {"groups": part.columns, "dates": [str(day) for day in part.days]} for part in listing.parts}
    assert found == named[name]


def test_r4_2_b_every_group_of_a_timetable_of_one_day_is_found(named: dict[str, Any]) -> None:
    listing = read(KAZAN, DAY)
    assert listing.errors == []
    (part,) = listing.parts
    assert (part.columns, part.days) == (named[KAZAN]["01.11.2025"]["groups"], [DAY])


def test_r4_2_b_every_group_of_a_page_of_a_site_is_found() -> None:
    listing = read(KBT, DAY)
    assert listing.errors == []
    (part,) = listing.parts
    assert part.columns == [
        "ИС11-25 веб", "ИС12-25 веб", "ИС13-25спец ис", "ИС14-25спец ис", "ИС15-25 прогр", "ИС16-25 прогр",
        "ИС17-25 прогр",
    ]  # fmt: skip
    assert Counter(record.pair for record in listing.records) == {1: 7, 2: 7, 3: 7}


@pytest.mark.parametrize("name", [*PERM, KAZAN, KBT])
def test_no_cell_of_a_group_is_passed_over(name: str) -> None:
    """Counted apart from the reader: wherever initials stand under or in a cell, there is a pair."""
    listing = read(name, DAY)
    written = {
        (sheet.name, row.number, column)
        for sheet in sheets(name)
        for row in sheet.rows
        for column, cell in enumerate(row.cells)
        if INITIALS.search(text(cell)) and "Директор" not in text(cell) and "Пальцева" not in text(cell)
    }
    one_below = 0 if name == KBT else 1
    read_from = {(record.sheet, record.row + one_below, _column(record.cell)) for record in listing.records}
    assert read_from == written


def _column(cell: str) -> int:
    number = 0
    for letter in re.match(r"[A-Z]+", cell)[0]:  # type: ignore[index]
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def test_groups_over_one_column_have_the_pair_together() -> None:
    found = at(read(PERM[0]), "1 курс", "I15")
    assert [(record.group, record.together) for record in found] == [
        ("Л1-25", ("л1-25", "бд1-25")),
        ("БД1-25", ("л1-25", "бд1-25")),
    ]
    assert {(r.discipline, r.teacher, r.room, r.day, r.pair) for r in found} == {
        ("География", "Фофанова П.С.", "608", date(2025, 11, 5), 1)
    }


def test_two_teachers_and_two_rooms_are_two_subgroups() -> None:
    found = at(read(PERM[0]), "2 курс", "U27")
    assert [(r.subgroup, r.teacher, r.room) for r in found] == [
        (1, "Смоленская Ю.И.", "402"),
        (2, "Чижова В.О.", "607"),
    ]


def test_a_subgroup_a_place_and_a_short_name_in_brackets_are_told_apart() -> None:
    (subgroup,) = at(read(PERM[0]), "2 курс", "M19")
    assert (subgroup.discipline, subgroup.subgroup, subgroup.room) == (
        "Иностранный язык в профессиональной деятельности", 2, "508",
    )  # fmt: skip
    (place,) = at(read(PERM[0]), "1 курс", "Q19")
    assert (place.discipline, place.room, place.pair) == ("Физическая культура", "Зал Динамо", 3)
    (short,) = at(read(PERM[1]), "2 курс", "Q15")
    assert short.discipline == "Теория государства и права"


def test_a_time_that_is_not_the_pairs_is_told() -> None:
    notes = read(PERM[0]).notes
    assert len(notes) == 7
    assert notes[0].startswith("1 курс, Q19: ПД1-25(2), 05.11.2025, 3 пара начинается в 13:00")


def test_initials_typed_with_commas_are_read() -> None:
    assert at(read(PERM[1]), "2 курс", "G17")[0].teacher == "Фёдорова С.П."


def test_half_a_groups_columns_are_a_subgroup() -> None:
    listing = read(KAZAN, DAY)
    halves = [(r.cell, r.subgroup, r.room) for r in listing.records if r.subgroup]
    assert halves == [("J173", 1, "А-332"), ("J175", 1, "А-332")]


def test_a_weekday_that_contradicts_the_date_is_refused_until_the_day_is_said() -> None:
    listing = read(KAZAN)
    (error,) = listing.errors
    assert (error.row, error.field) == (2, "date")
    assert "13.11.2025 — четверг, а написано «суббота»" in error.message
    assert {record.day for record in listing.records} == {DAY}
    assert "Лист назван «01.11.2025»" in listing.notes[0]


def test_a_page_without_a_date_asks_for_it() -> None:
    (error,) = read(KBT).errors
    assert "на какой это день" in error.message
    assert "--date" in error.message


def test_a_cell_that_cannot_be_understood_is_named_with_its_text() -> None:
    book = workbook(
        ["1 полугодие 2025-2026 учебный год"],
        [None, None, "Пара", "ИС-21", "ауд.", "ТО-22", "ауд."],
        ["среда", date(2025, 11, 5), "I пара 09:00-10:20", "География", 608, "Классный час", 12],
        [None, None, None, "Фофанова П.С."],
        [None, None, "II пара 10:30-11:50", None, 5, "Химия / История"],
        [None, None, None, None, None, "Ким А.А./Цой Б.Б."],
        ["четверг", date(2025, 11, 7), "I пара", "Физика", "1/2"],
        [None, None, None, "Ким А.А./Цой Б.Б./Пак В.В."],
    )
    listing = timetable.read(tables.read(book))
    assert [(error.cell, error.message) for error in listing.errors] == [
        ("F3", "не понять: «Классный час». Нет преподавателя с инициалами"),
        ("D5", "кабинет «5» есть, а занятия нет"),
        ("B7", "07.11.2025 — пятница, а написано «четверг»"),
        ("D7", "не понять, кто в какой подгруппе и кабинете: «Физика Ким А.А./Цой Б.Б./Пак В.В.», «1/2»"),
    ]


def test_a_page_with_an_unclear_cell_names_it() -> None:
    page = "<p>на 13.11.2025</p><table><tr><td>Пара</td><td>ИС-21</td></tr>"
    page += "<tr><td>1</td><td>Классный час</td></tr><tr><td>2</td><td>Химия Ким А.А. 12</td></tr></table>"
    listing = timetable.read(tables.read(page.encode(), "day.html"))
    assert [error.cell for error in listing.errors] == ["B2"]
    assert "Классный час" in listing.errors[0].message
    assert [(r.day, r.pair, r.room) for r in listing.records] == [(DAY, 2, "12")]


def test_a_table_that_is_no_timetable_is_refused() -> None:
    with pytest.raises(FileError, match="Не найдено расписание"):
        timetable.read(tables.read(workbook(["ФИО", "Группа"], ["Ким Вера", "ИС-21"])))

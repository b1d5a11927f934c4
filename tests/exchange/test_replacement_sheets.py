"""A sheet of replacements as a college hangs it out, on paper or as a page of its site (R4.2.b, R4.2.c)."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from ejournal.exchange import exporter, substitutions, tables, timetable
from ejournal.exchange.forms.records import EntryRecord
from ejournal.exchange.forms.replacement_records import SubstitutionRecord
from ejournal.exchange.people_fields import Listing
from ejournal.extensions import db
from ejournal.models import Course, Substitution
from tests.exchange.conftest import DATA, Import, workbook

CHITA = DATA / "real" / "substitutions-chita-main-building.html"
THURSDAY = date(2019, 11, 21)


def read(day: date | None = THURSDAY) -> Listing[SubstitutionRecord]:
    return substitutions.read(tables.read(CHITA.read_bytes(), CHITA.name), day)


def row(number: int) -> list[tuple[str, int, str, str, str, int | None]]:
    return [(r.group, r.pair, r.discipline, r.teacher, r.room, r.subgroup) for r in read().records if r.row == number]


def test_r4_2_b_every_row_of_a_real_sheet_is_read() -> None:
    listing = read()
    assert listing.errors == []
    assert sorted({record.row for record in listing.records}) == list(range(2, 39))
    assert len(listing.records) == 53
    assert {record.date for record in listing.records} == {THURSDAY}


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (2, [("АРХ-19-1", 3, "Астрономия", "Конюкова М.К.", "39", None)]),
        (3, [("СЭЗС-19-3к", 3, "Иностранный язык", "Кругосветова П.Д.", "204", 1),
             ("СЭЗС-19-3к", 3, "Иностранный язык", "Леонтьева И.Д.", "207а", 2)]),
        (7, [("СДМ-19-2к", 1, "Информ.", "Ливри Р.Н.", "52", 1)]),
        (10, [("УМД-18-1", 3, "Математика", "Овсеева Т.П.", "200", None)]),
        (12, [("ЗИО-18-2к", 2, "Экон. недвижимости", "Мамедова К.И.", "208", None),
              ("ЗИО-18-2к", 3, "Экон. недвижимости", "Мамедова К.И.", "208", None)]),
        (17, [("АРХ-17-1", 3, "ОПП", "Солопова Г.Н.", "110", 1),
              ("АРХ-17-1", 3, "Разр.пр.реш", "Сидорова Л.К.", "24", 2)]),
        (20, [("ТТО-17-1", 0, "", "", "", None)]),
        (36, [("КС-16-1", pair, "МПС", "Меркурьев Е.П.", "54", None) for pair in (1, 2, 3)]),
    ],
)  # fmt: skip
def test_what_a_row_means(number: int, said: list[tuple[str, int, str, str, str, int | None]]) -> None:
    assert row(number) == said


def test_a_date_without_a_year_must_fit_its_weekday() -> None:
    (error,) = read(None).errors
    assert "а написано «четверг». Год в заголовке не написан" in error.message
    assert "--date" in error.message


def test_a_row_that_cannot_be_understood_is_named() -> None:
    book = workbook(
        ["Замена на 07.10.2026"],
        ["Группа", "Пара", "Предмет", "Ауд.", "Преподаватель"],
        ["ИС-21", "I", "Физика", "12", "кто-нибудь"],
        ["ИС-21", "первая", "Физика", "12", "Ким А.А."],
        ["ИС-21", "2", "", "12", "Ким А.А."],
        ["ИС-21", "3", "Физика", "1,2,3", "Ким А.А., Цой Б.Б."],
    )
    errors = substitutions.read(tables.read(book)).errors
    assert [(error.row, error.message.partition(":")[0]) for error in errors] == [(n, "ИС-21") for n in (3, 4, 5, 6)]
    assert "кто-нибудь" in errors[0].message
    assert "первая" in errors[1].message


def test_what_is_unknown_is_named_by_its_own_cell(college: Import) -> None:
    errors = college(
        "substitutions", sheet(["ЯЯ-99", 1, "Физика", "1", "Ким А.А."], ["ИС-21", 7, "Физика", "1", "Ким А.А."])
    ).errors
    assert [(error.cell, error.column) for error in errors] == [("A3", "Группа"), ("B4", "Пара")]


def on_wednesday(college: Import) -> tuple[EntryRecord, EntryRecord]:
    """A pair of ИС-21 on Wednesdays, and one of another discipline and teacher."""
    records = timetable.read(tables.read(exporter.export(None, "timetable", exporter.Options()))).records
    own = [r for r in records if r.group == "ИС-21" and not r.subgroup]
    here = next(r for r in own if r.weekday == 3 and r.week == "both")
    return here, next(r for r in own if r.discipline != here.discipline and r.teacher != here.teacher)


def sheet(*rows: list[object]) -> bytes:
    return workbook(["З А М Е Н А на среду 7 октября"], ["Группа", "Пара", "Предмет", "Ауд.", "Преподаватель"], *rows)


def test_a_sheet_publishes_what_comes_instead_and_once(college: Import, database: Flask) -> None:
    here, other = on_wednesday(college)
    book = sheet(["ИС-21", here.pair, other.discipline, "300", other.teacher])
    plan = college("substitutions", book)
    assert [(error.row, error.message) for error in plan.errors] == []
    assert plan.created == 1
    made = db.session.scalars(select(Substitution)).one()
    assert (made.kind, made.date, made.pair, made.room) == ("discipline", date(2026, 10, 7), here.pair, "300")
    assert made.course.discipline.title == here.discipline
    assert db.session.get_one(Course, made.instead_course_id).discipline.title == other.discipline
    again = college("substitutions", book)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 1)


def test_the_same_discipline_means_another_teacher(college: Import) -> None:
    here, other = on_wednesday(college)
    college("substitutions", sheet(["ИС-21", here.pair, here.discipline, "300", other.teacher]))
    made = db.session.scalars(select(Substitution)).one()
    assert (made.kind, made.instead_course_id) == ("teacher", None)


def test_a_day_off_cancels_every_lesson_of_the_day(college: Import) -> None:
    records = timetable.read(tables.read(exporter.export(None, "timetable", exporter.Options()))).records
    plan = college("substitutions", sheet(["ИС-21", None, "ВЫХОДНОЙ ДЕНЬ"]))
    assert plan.errors == []
    # 7 October 2026 is in an even week of the year that begins on 1 September: знаменатель.
    there = [r for r in records if r.group == "ИС-21" and r.weekday == 3 and r.week in ("both", "even")]
    assert plan.created == len(there) > 1
    assert {row.kind for row in db.session.scalars(select(Substitution))} == {"cancelled"}
    again = college("substitutions", sheet(["ИС-21", None, "ВЫХОДНОЙ ДЕНЬ"]))
    assert (again.created, again.updated) == (0, 0)


def test_halves_instead_of_a_lesson_of_the_whole_group_are_refused(college: Import) -> None:
    here, other = on_wednesday(college)
    errors = college(
        "substitutions", sheet(["ИС-21", here.pair, here.discipline, "1,2", f"{other.teacher}, {here.teacher}"])
    ).errors
    assert [error.row for error in errors] == [3, 3]
    assert "занятие всей группы" in errors[0].message

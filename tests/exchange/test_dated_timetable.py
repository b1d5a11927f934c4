"""A timetable with dates in the database: entries of those dates, streams, lessons; it comes out again (R4.2.b)."""

import io
from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
import xlsxwriter
from flask import Flask
from sqlalchemy import func, select

from ejournal.exchange import exporter, importer, tables, timetable
from ejournal.exchange.changes import ImportPlan, Options
from ejournal.extensions import db
from ejournal.models import AcademicYear, Course, Group, Lesson, Period, Stream, TimetableEntry
from ejournal.services import generation
from tests.exchange.conftest import Import, workbook
from tests.exchange.test_real_timetables import PERM, REAL

# What the file writes in short.
IN_FULL = {
    "ТГП": "Теория государства и права",
    "ОЭТ": "Основы экономической теории",
    "АФХД": "Анализ финансово-хозяйственной деятельности",
    "СМиПС": "Стандартизация, метрология и подтверждение соответствия",
}


@pytest.fixture
def autumn(app: Flask) -> Iterator[Flask]:
    """An empty database on the eve of the days of the file."""
    with time_machine.travel("2025-11-03 09:00:00+03:00", tick=True), app.app_context():
        yield app
        db.session.remove()


def bring(kind: str, content: bytes, name: str = "", create: bool = False, day: date | None = None) -> ImportPlan:
    plan = importer.plan(kind, content, name, Options(create, day))
    return plan if plan.errors else importer.apply(plan)


def teachers_and_disciplines(content: bytes, name: str) -> None:
    """The lists a college has loaded before its timetable, made of what the timetable names."""
    records = timetable.read(tables.read(content, name)).records
    people = sorted({record.teacher for record in records})
    staff = workbook(
        ["ФИО", "Должность"],
        *([f"{surname} {i[0]}мямя {i[2]}чество", "преподаватель"] for surname, i in (p.split() for p in people)),
    )
    assert bring("teachers", staff).errors == []
    titles = sorted({IN_FULL.get(record.discipline, record.discipline) for record in records})
    rows = [[f"ОП.{n:02}", title, *[30] * 6] for n, title in enumerate(titles, 1)]
    plan = workbook(
        ["Учебный план 09.02.07 Информационные системы"],
        ["Индекс", "Наименование", *(f"{n} сем." for n in range(1, 7))],
        *rows,
    )
    assert bring("curriculum", plan, create=True).errors == []


def test_r4_2_b_a_real_timetable_of_three_days_becomes_lessons_and_comes_back(autumn: Flask) -> None:
    content = (REAL / PERM[0]).read_bytes()
    teachers_and_disciplines(content, PERM[0])
    plan = bring("timetable", content, PERM[0], create=True)
    assert [(error.cell, error.message) for error in plan.errors] == []
    assert plan.created == 205
    assert "Расписание на даты: 05.11.2025 – 07.11.2025; групп в файле: 28." in plan.notes
    spans = db.session.execute(select(TimetableEntry.since, TimetableEntry.until, func.count()).group_by(
        TimetableEntry.since, TimetableEntry.until
    ))  # fmt: skip
    assert {(row[0], row[1]) for row in spans} == {(date(2025, 11, n), date(2025, 11, n)) for n in (5, 6, 7)}
    assert db.session.scalar(select(Group.admission_year).where(Group.title == "БУ1-24")) == 2024
    again = bring("timetable", content, PERM[0])
    assert (again.created, again.updated, again.unchanged) == (0, 0, 205)
    assert [change.title for change in again.changes if change.is_step] == []
    out = bring("timetable", exporter.export(None, "timetable", exporter.Options()))
    assert [(error.cell, error.message) for error in out.errors] == []
    assert (out.created, out.updated, out.unchanged) == (0, 0, 205)


def test_its_lessons_are_generated_on_those_days_only(autumn: Flask) -> None:
    content = (REAL / PERM[0]).read_bytes()
    teachers_and_disciplines(content, PERM[0])
    bring("timetable", content, PERM[0], create=True)
    year = db.session.scalars(select(AcademicYear)).one()
    db.session.add(
        Period(year_id=year.id, title="1 семестр", number=1, starts=date(2025, 9, 1), ends=date(2025, 12, 28))
    )
    db.session.commit()
    total = generation.generate(None, year, [], date(2025, 9, 1), date(2025, 12, 28))
    assert total.created == 205
    days = db.session.execute(select(Lesson.date, func.count()).group_by(Lesson.date).order_by(Lesson.date)).all()
    assert [row[0] for row in days] == [date(2025, 11, n) for n in (5, 6, 7)]


def test_groups_over_one_column_become_a_stream_of_each_discipline(autumn: Flask) -> None:
    content = (REAL / PERM[0]).read_bytes()
    teachers_and_disciplines(content, PERM[0])
    bring("timetable", content, PERM[0], create=True)
    together = {
        frozenset(course.group.title for course in db.session.scalars(select(Course).where(Course.stream_id == id_)))
        for id_ in db.session.scalars(select(Stream.id))
    }
    assert together == {
        frozenset({"Л1-25", "БД1-25"}), frozenset({"БУ1-24", "БУ-25"}), frozenset({"Ф1-24", "Ф-25"}),
        frozenset({"Ф1-23", "Ф-24"}),
    }  # fmt: skip


def test_what_is_unknown_is_refused_by_cell_and_nothing_is_written(autumn: Flask) -> None:
    content = (REAL / PERM[0]).read_bytes()
    plan = bring("timetable", content, PERM[0])
    assert len(plan.errors) == 205
    first = plan.errors[0]
    assert (first.sheet, first.cell, first.field) == ("1 курс", "G15", "group")
    assert "группы «БУ1-25» нет" in first.message
    created = bring("timetable", content, PERM[0], create=True)
    assert {error.field for error in created.errors} == {"discipline"}
    assert "География" in created.errors[0].message
    assert db.session.scalar(select(func.count(Group.id))) == 0


def dated(*rows: list[object]) -> bytes:
    return workbook(["День", "Дата", "Пара", "ИС-21"], *rows)


def test_a_later_file_speaks_for_its_days_and_no_others(college: Import) -> None:
    one = f"{_lesson()} каб.101"
    sunday, next_sunday = date(2026, 11, 29), date(2026, 12, 6)
    first = college("timetable", dated(["Воскресенье", sunday, 1, one], [None, None, 2, one],
                                       ["Воскресенье", next_sunday, 1, one]))  # fmt: skip
    assert (first.errors, first.created) == ([], 3)
    second = college("timetable", dated(["Воскресенье", sunday, 1, one.replace("101", "102")]))
    assert (second.created, second.updated) == (0, 1)
    assert [c.title for c in second.changes if c.is_step and "Убирается" in c.title] != []
    kept = db.session.execute(
        select(TimetableEntry.since, TimetableEntry.pair, TimetableEntry.room)
        .where(TimetableEntry.weekday == 7)
        .order_by(TimetableEntry.since)
    ).all()
    assert [tuple(row) for row in kept] == [(sunday, 1, "102"), (next_sunday, 1, "101")]


def test_a_table_of_some_groups_says_nothing_of_the_days_of_another_table(college: Import) -> None:
    """Courses on sheets of their own study on days of their own: what stands there for others is not taken away."""
    sunday, next_sunday = date(2026, 11, 29), date(2026, 12, 6)
    one = f"{_lesson()} каб.101"
    college("timetable", dated([None, sunday, 1, one], [None, next_sunday, 1, one]))
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "dd.mm.yyyy"}) as book:
        for group, day, cell in (("ИС-21", sunday, one), ("ТО-22", next_sunday, f"{_lesson('ТО-22')} каб.102")):
            page = book.add_worksheet(group)
            page.write_row(0, 0, ["День", "Дата", "Пара", group])
            page.write_datetime(1, 1, day)
            page.write_row(1, 2, [1, cell])
    plan = college("timetable", stream.getvalue())
    assert (plan.errors, plan.created, plan.unchanged) == ([], 1, 1)
    assert [change.title for change in plan.changes if "Убирается" in change.title] == []


def test_a_pair_that_no_day_has_is_refused_by_its_cell(college: Import) -> None:
    (error,) = college("timetable", dated([None, date(2026, 11, 29), 9, f"{_lesson()} каб.101"])).errors
    assert error.cell == "D2"
    assert "с 1 по 8" in error.message


def _lesson(group: str = "ИС-21") -> str:
    """«Дисциплина\\nФамилия И.О.» of a whole group's journal."""
    content = exporter.export(None, "timetable", exporter.Options())
    records = timetable.read(tables.read(content)).records
    record = next(r for r in records if r.group == group and not r.subgroup)
    return f"{record.discipline}\n{record.teacher}"


def test_a_pair_of_the_week_that_says_otherwise_is_refused_and_one_that_says_the_same_is_left(
    college: Import,
) -> None:
    records = timetable.read(tables.read(exporter.export(None, "timetable", exporter.Options()))).records
    there = next(r for r in records if r.group == "ИС-21" and not r.subgroup and r.week == "both")
    other = next(r for r in records if r.group == "ИС-21" and not r.subgroup and r.discipline != there.discipline)
    day = next(date(2026, 12, n) for n in range(1, 8) if date(2026, 12, n).isoweekday() == there.weekday)
    same = f"{there.discipline}\n{there.teacher} каб.{there.room}"
    plan = college("timetable", dated([None, day, there.pair, same]))
    assert (plan.errors, plan.created, plan.unchanged) == ([], 0, 1)
    (error,) = college("timetable", dated([None, day, there.pair, f"{other.discipline}\n{other.teacher} каб.1"])).errors
    assert (error.cell, error.field) == ("D2", "lesson")
    assert f"«{there.discipline}»: оформите замену" in error.message


def test_two_lessons_of_a_group_at_one_time_are_refused(college: Import) -> None:
    words = _lesson()
    sunday = date(2026, 11, 29)
    (error,) = college(
        "timetable", dated([None, sunday, 1, f"{words} каб.1"], [None, sunday, 1, f"{words} каб.2"])
    ).errors
    assert error.cell == "D3"
    assert "уже стоит другое занятие" in error.message


def test_the_weekly_timetable_stays_when_it_comes_again(college: Import) -> None:
    words = _lesson()
    assert college("timetable", dated([None, date(2026, 11, 29), 1, f"{words} каб.1"])).created == 1
    again = college("timetable", "timetable.xlsx")
    assert (again.created, again.updated, again.unchanged) == (0, 0, 101)
    assert [change.title for change in again.changes if change.is_step] == []

"""What goes out comes back in unchanged (R4.2.b)."""

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from ejournal.cli import main
from ejournal.exchange import exporter, importer, tables
from ejournal.exchange.changes import Options as ImportOptions
from ejournal.exchange.export.sheets import Page, as_csv, as_xlsx
from ejournal.extensions import db
from ejournal.models import Course, Discipline, Enrollment, Group, LogEntry, Person, TimetableEntry
from ejournal.services.errors import RefusedError
from tests.exchange.conftest import Import

LISTS = (
    "students",
    "teachers",
    "parents",
    "curriculum",
    "bells",
    "timetable",
    "substitutions",
    "marks",
    "thematic-plan",
)


def options(kind: str) -> exporter.Options:
    if kind not in ("marks", "thematic-plan"):
        return exporter.Options()
    return exporter.Options(course_id=exporter.find_course("ИС-21", "Математика").id)


def test_r4_2_b_an_exported_list_comes_back_unchanged(full: Import, subtests: pytest.Subtests) -> None:
    for kind in LISTS:  # one college for all of them: it takes longer than they do
        with subtests.test(kind=kind):
            plan = full(kind, exporter.export(None, kind, options(kind)))
            assert [(error.row, error.message) for error in plan.errors] == []
            assert (plan.created, plan.updated) == (0, 0), [c for c in plan.changes if c.outcome != "unchanged"][:5]
            assert [change.title for change in plan.changes if change.is_step] == []
            assert plan.unchanged > 0


def test_a_csv_comes_back_unchanged_too(full: Import, subtests: pytest.Subtests) -> None:
    for kind in ("students", "teachers", "parents"):
        with subtests.test(kind=kind):
            content = exporter.export(None, kind, exporter.Options(), "csv")
            plan = importer.plan(kind, content, f"{kind}.csv", ImportOptions())
            assert plan.errors == []
            assert (plan.created, plan.updated) == (0, 0)
            assert plan.unchanged > 0


def test_an_archive_of_everything_makes_an_equal_college(full: Import, app: Flask) -> None:
    before = figures()
    archive = zipfile.ZipFile(io.BytesIO(exporter.export(None, "everything", exporter.Options())))
    assert "README.txt" in archive.namelist()
    empty()
    for kind in ("students", "teachers", "parents", "curriculum", "bells", "timetable", "substitutions"):
        for name in sorted(name for name in archive.namelist() if name.startswith(kind) and "/" not in name):
            plan = full(kind, archive.read(name), create=kind in ("students", "curriculum"))
            assert [(error.row, error.message) for error in plan.errors] == [], name
    assert figures() == before


def figures() -> dict[str, int]:
    counted = (Person, Group, Enrollment, Discipline, Course, TimetableEntry)
    return {kind.__name__: db.session.scalar(select(func.count()).select_from(kind)) or 0 for kind in counted}


def empty() -> None:
    """Every table but the log, which only grows: it is emptied by the fixture of the next test."""
    db.session.rollback()
    for trigger in ("update", "delete"):
        if db.engine.dialect.name == "sqlite":
            for table in ("log_entry", "log_link"):
                db.session.execute(db.text(f"DROP TRIGGER IF EXISTS {table}_no_{trigger}"))
    names = ", ".join(f'"{table.name}"' for table in db.metadata.sorted_tables)
    if db.engine.dialect.name == "postgresql":
        db.session.execute(db.text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    else:
        db.session.execute(db.text("PRAGMA defer_foreign_keys=ON"))
        for table in reversed(db.metadata.sorted_tables):
            db.session.execute(table.delete())
    db.session.commit()
    db.session.expunge_all()


def test_an_export_is_in_the_log(full: Import) -> None:
    exporter.export(None, "students", exporter.Options())
    entry = db.session.scalars(select(LogEntry).where(LogEntry.subject == "export")).one()
    assert entry.after == "Обучающиеся, строк 102"


def test_one_group_is_exported_alone(full: Import) -> None:
    group = exporter.find_group("ис 21")
    content = exporter.export(None, "students", exporter.Options(group_id=group.id))
    (sheet,) = tables.read(content, "students.xlsx")
    assert sum(1 for row in sheet.rows if "ИС-21" in row.cells) == 25


@pytest.mark.parametrize("typed", ["=1+1", "+1+cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", "- прочитать § 3"])
def test_a_formula_in_a_csv_is_text_and_comes_back_as_it_was(typed: str) -> None:
    content = as_csv(Page("Лист", [], ["Тема", "Задание"], [[typed, "+7 999 000-11-22"], ["-", "5-"]]))
    assert f"'{typed}" in content.decode("utf-8-sig")
    (sheet,) = tables.read(content)
    assert [row.cells for row in sheet.rows[1:]] == [[typed, "+7 999 000-11-22"], ["-", "5-"]]


def test_an_exported_sheet_is_ready_to_be_read_in_excel(full: Import) -> None:
    content = exporter.export(None, "students", exporter.Options())
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert 'state="frozen"' in sheet
    assert "<cols>" in sheet
    (read,) = tables.read(content)
    assert read.rows[1].cells[:4] == ["№", "ФИО", "Дата рождения", "Группа"]
    assert (type(read.rows[2].cells[0]), type(read.rows[2].cells[2])) == (float, date)
    assert exporter.export(None, "students", exporter.Options(), "csv").startswith("\ufeff№;ФИО;Дата".encode())


def test_what_looks_like_a_formula_stays_text() -> None:
    page = Page("Лист", [], ["ФИО"], [["=cmd|' /C calc'!A0"], ["+79990001122"]])
    with zipfile.ZipFile(io.BytesIO(as_xlsx(page))) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    assert "'=cmd" in as_csv(page).decode("utf-8-sig")


@pytest.mark.parametrize(
    ("kind", "form", "said"),
    [
        ("dances", "xlsx", "Такого списка нет"),
        ("timetable", "csv", "только в .xlsx"),
        ("marks", "xlsx", "Укажите журнал"),
    ],
)
def test_what_cannot_be_exported_is_said(database: Flask, kind: str, form: str, said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        exporter.export(None, kind, exporter.Options(), form)


def test_the_command_writes_the_file(full: Import, app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "students.csv"
    result = app.test_cli_runner().invoke(main, ["export", "students", str(path), "--group", "ИС-21"])
    assert (result.exit_code, result.output.split(":")[0]) == (0, "Обучающиеся")
    assert len(path.read_bytes().decode("utf-8-sig").splitlines()) == 26
    missing = app.test_cli_runner().invoke(main, ["export", "students", str(path), "--group", "ЯЯ-99"])
    assert missing.exit_code == 1

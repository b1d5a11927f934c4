"""A real plan of the plan program, row by row, against what a separate reader found in it (R4.2.b)."""

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from ejournal.exchange import curriculum, exporter, importer
from ejournal.exchange.changes import Options
from ejournal.exchange.plan_rows import Plan
from ejournal.exchange.tables import FileError
from ejournal.extensions import db
from ejournal.models import CurriculumHours, Discipline, DisciplineKind
from tests.exchange.conftest import DATA, Import

PLX = DATA / "real" / "rup-spo-09.02.07-2024.plx"
OLD = DATA / "real" / "rup-vpo-040700-2013-old-format.plm.xml"
# Hours with a teacher; the rest of a semester's total is self-study and days of exams.
CONTACT = {"Лек", "Пр", "Лаб", "КРП"}
CONTROL = {
    "Экзамен": "Э", "Зачет с оценкой": "ДЗ", "Зачет": "З", "Курсовая работа": "КР", "Курсовой проект": "КП",
    "Другие формы контроля": "ДФК",
}  # fmt: skip
KINDS = {"practice": {"up", "pp"}, "final attestation": {"gia"}, "module control": {"other"}, "module": {"pm"}}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return curriculum.read(PLX.read_bytes(), PLX.name)


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    expected: dict[str, Any] = json.loads((DATA / "real" / "expected.json").read_text(encoding="utf-8"))
    return expected[PLX.name]


def test_r4_2_b_a_real_plan_is_read_row_by_row(plan: Plan, found: dict[str, Any]) -> None:
    assert (plan.code, plan.qualification, plan.years, plan.errors) == ("09.02.07", "Программист", 3, [])
    assert [row.index for row in plan.rows] == [row["index"] for row in found["rows"]]
    for row, right in zip(plan.rows, found["rows"], strict=True):
        assert row.title == " ".join(right["name"].split())
        assert row.module == (right["parent"] or ""), row.index
        assert row.is_container == (right["kind"] == "module"), row.index
        assert row.kind.value in KINDS.get(right["kind"], set(DisciplineKind) - {"pm"}), row.index


def test_hours_of_a_semester_are_those_with_a_teacher_and_the_totals_are_the_files_own(
    plan: Plan, found: dict[str, Any]
) -> None:
    for row, right in zip(plan.rows, found["rows"], strict=True):
        semesters = {int(number): told for number, told in right["semesters"].items()}
        assert row.total == {number: told["total"] for number, told in semesters.items()}, row.index
        if row.is_container:
            assert (row.hours, row.control) == ({}, {})
            continue
        contact = {n: sum(h for work, h in told["hours"].items() if work in CONTACT) for n, told in semesters.items()}
        assert row.hours == {number: hours for number, hours in contact.items() if hours}, row.index
        control = {number: sorted(CONTROL[name] for name in told["control"]) for number, told in semesters.items()}
        read = {number: sorted(codes) for number, codes in row.control.items()}
        assert read == {number: codes for number, codes in control.items() if codes}, row.index


def test_a_real_plan_is_stored_and_comes_back_unchanged(load: Import) -> None:
    stored = load("curriculum", PLX, create=True)
    assert (stored.errors, stored.created) == ([], 58)
    assert "БД, ПД, ПОО" in stored.notes[0]
    again = load("curriculum", PLX)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 58)
    sheet = exporter.export(None, "curriculum", exporter.Options(programme="09.02.07"))
    back = importer.plan("curriculum", sheet, "curriculum.xlsx")
    assert (back.errors, back.created, back.updated) == ([], 0, 0)


def test_a_plan_of_one_admission_leaves_the_common_one_alone(load: Import) -> None:
    load("curriculum", PLX, create=True)
    before = db.session.scalar(select(func.sum(CurriculumHours.hours)))
    own = importer.plan("curriculum", PLX, options=Options(admission_year=2024))
    assert own.updated == 53  # every row but the modules
    importer.apply(own)
    totals = db.session.execute(
        select(CurriculumHours.admission_year, func.sum(CurriculumHours.hours)).group_by(CurriculumHours.admission_year)
    ).all()
    assert {row[0]: row[1] for row in totals} == {0: before, 2024: before}
    assert db.session.scalar(select(func.count()).select_from(Discipline)) == 58
    sheet = exporter.export(None, "curriculum", exporter.Options(programme="09.02.07", admission_year=2024))
    back = importer.plan("curriculum", sheet, "2024.xlsx", Options(admission_year=2024))
    assert (back.errors, back.created, back.updated) == ([], 0, 0)


def test_a_plan_of_the_old_program_is_refused_with_what_to_do() -> None:
    with pytest.raises(FileError, match=r"план старого вида.*xlsx"):
        curriculum.read(OLD.read_bytes(), OLD.name)


def test_unknown_attributes_are_passed_by_and_uncounted_rows_named() -> None:
    text = PLX.read_bytes().decode("utf-16")
    changed = text.replace("<ПланыСтроки ", '<ПланыСтроки НовыйПризнак="7" ').replace(
        'Дисциплина="Численные методы" ', 'Дисциплина="Численные методы" Ещё="да" '
    )
    start = changed.index('Дисциплина="Численные методы"')
    head, tail = changed[:start], changed[start:].replace('СчитатьВПлане="true"', 'СчитатьВПлане="false"', 1)
    plan = curriculum.read((head + tail).encode("utf-16"), PLX.name)
    assert plan.errors == []
    assert len(plan.rows) == 60
    assert "ОП.10" in plan.notes[0]

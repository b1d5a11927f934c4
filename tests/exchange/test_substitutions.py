"""Lists of replacements as they are read (see test_college.py for what is stored)."""

from typing import Any

import pytest

from ejournal.exchange import substitutions, tables
from ejournal.exchange.tables import FileError
from tests.exchange.conftest import COLLEGE, workbook

HEAD = ["Группа", "Пара", "По расписанию", "Замена"]


def test_replacements_are_read_as_the_college_writes_them(expected: dict[str, Any]) -> None:
    listing = substitutions.read(tables.read((COLLEGE / "substitutions.xlsx").read_bytes()))
    full = {short(teacher["name"]): teacher["name"] for teacher in expected["teachers"]}
    assert listing.errors == []
    assert [
        {
            "date": str(record.date),
            "group": record.group,
            "pair": record.pair,
            "kind": record.kind.value,
            "discipline": record.discipline or None,
            "teacher": full[record.teacher] if record.teacher else None,
            "to_pair": record.to_pair,
        }
        for record in listing.records
    ] == expected["substitutions"]


def test_the_date_may_stand_over_the_table_and_the_teacher_alone_in_the_cell() -> None:
    book = workbook(["Замены на 07.10.2026"], HEAD, ["ис 21", "4 пара", "Базы данных, Ким В.И.", "Пак О. О."])
    (record,) = substitutions.read(tables.read(book)).records
    assert (str(record.date), record.group, record.pair) == ("2026-10-07", "ИС-21", 4)
    assert (record.kind.value, record.discipline, record.teacher) == ("teacher", "Базы данных", "Пак О.О.")


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ([None, 1, "Право, Ким В.И.", "снята"], "group"),
        (["ИС-21", "первая", "Право, Ким В.И.", "снята"], "pair"),
        (["ИС-21", 1, "Право, Ким В.И.", "как-нибудь"], "instead"),
    ],
)
def test_a_replacement_nobody_can_carry_out_is_refused(row: list[object], field: str) -> None:
    (error,) = substitutions.read(tables.read(workbook(["Замены на 07.10.2026"], HEAD, row))).errors
    assert (error.row, error.field) == (3, field)


def test_another_list_is_refused() -> None:
    with pytest.raises(FileError, match="Замена"):
        substitutions.read(tables.read((COLLEGE / "students.xlsx").read_bytes()))


def short(name: str) -> str:
    surname, first, patronymic = name.split()
    return f"{surname} {first[0]}.{patronymic[0]}."

"""`ejournal import` as scripts of the college call it (INTERFACE)."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select

from ejournal.exchange.command import import_command
from ejournal.extensions import db
from ejournal.models import Person
from tests.exchange.conftest import COLLEGE, DATA, Import


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(import_command, [str(argument) for argument in arguments])


def answer(*arguments: str | Path) -> tuple[int, dict[str, Any]]:
    result = run(*arguments, "--json")
    return result.exit_code, json.loads(result.stdout)


def people() -> int:
    return db.session.scalar(select(func.count(Person.id))) or 0


def test_json_counts_what_was_written(database: Flask) -> None:
    code, told = answer("students", COLLEGE / "students.xlsx", "--create-groups")
    assert (code, told) == (0, {"created": 102, "updated": 0, "unchanged": 0, "errors": []})
    assert people() == 102
    assert answer("students", COLLEGE / "students-cp1251.csv") == (
        0,
        {"created": 0, "updated": 0, "unchanged": 102, "errors": []},
    )


def test_a_dry_run_counts_the_same_and_writes_nothing(database: Flask) -> None:
    code, told = answer("students", COLLEGE / "students.xlsx", "--create-groups", "--dry-run")
    assert (code, told["created"]) == (0, 102)
    assert people() == 0


def test_any_error_writes_nothing_and_ends_with_1(load: Import, expected: dict[str, Any]) -> None:
    load("students", "students.xlsx", create=True)
    code, told = answer("students", COLLEGE / "students-errors.xlsx")
    assert (code, told["created"], told["updated"]) == (1, 0, 0)
    assert [(error["row"], error["field"]) for error in told["errors"]] == [
        (error["row"], error["field"]) for error in expected["students-errors.xlsx"]["errors"]
    ]
    assert told["errors"][0]["column"] == "Дата рождения"
    assert people() == 102


@pytest.mark.parametrize(
    ("kind", "file", "said"),
    [
        ("substitutions", "students.xlsx", "Не найдена строка заголовков"),
        ("students", "missing.xlsx", "не открывается"),
        ("students", "expected.json", "Не найдена строка заголовков"),
        ("bells", "students.xlsx", "Не найдена таблица звонков"),
    ],
)
def test_a_file_refused_as_a_whole_is_an_error_of_no_row(database: Flask, kind: str, file: str, said: str) -> None:
    code, told = answer(kind, COLLEGE / file)
    assert code == 1
    (error,) = told["errors"]
    assert said in error["message"]
    assert error["row"] == 0
    assert said in run(kind, COLLEGE / file).stderr


def test_people_are_told_in_words(load: Import) -> None:
    result = run("students", COLLEGE / "students.xlsx", "--create-groups")
    assert "+ Новая группа ИС-21: 2 курс" in result.stdout
    assert "Создано: 102, изменено: 0, без изменений: 0." in result.stdout
    refused = run("students", COLLEGE / "students-errors.xlsx")
    assert "строка 7, «Дата рождения»: такой даты нет: «31.02.2008»" in refused.stderr
    assert "Ошибок: 6. Ничего не записано." in refused.stderr


def test_a_day_the_file_does_not_name_is_given_with_the_command(database: Flask) -> None:
    page = DATA / "real" / "timetable-kbt-day.html"
    code, told = answer("timetable", page)
    assert (code, ["какой это день" in error["message"] for error in told["errors"]]) == (1, [True])
    code, told = answer("timetable", page, "--date", "2026-11-24")
    assert (code, len(told["errors"])) == (1, 21)
    assert told["errors"][0]["message"].startswith("группы «ИС11-25 веб» нет")
    assert told["errors"][0]["cell"] == "B2"
    assert run("timetable", page, "--date", "24.11.2026").exit_code == 1
    assert run("timetable", page, "--date", "завтра").exit_code == 2


def test_errors_of_several_sheets_name_the_sheet(database: Flask) -> None:
    refused = run("timetable", DATA / "real" / "timetable-perm-2025-11-05.xlsx")
    assert "лист «1 курс», строка 15, «БУ1-25»: группы «БУ1-25» нет" in refused.stderr
    assert "Ошибок: 205. Ничего не записано." in refused.stderr


def test_an_unknown_kind_is_refused(database: Flask) -> None:
    assert run("weather", COLLEGE / "students.xlsx").exit_code == 2

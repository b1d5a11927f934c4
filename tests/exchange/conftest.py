"""The college's lists, imports of them, and spreadsheets made on the spot."""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import time_machine
import xlsxwriter
from conftest import Filled
from flask import Flask

from ejournal.exchange import importer
from ejournal.exchange.changes import ImportPlan, Options
from ejournal.extensions import db

DATA = Path(__file__).resolve().parent.parent / "data"
COLLEGE = DATA / "college-a"
# The lists are of 2026/2027; marks were given in October.
TODAY = "2026-11-24 09:00:00+03:00"
A_MINUTE_AGO = "2026-11-24 08:59:00+03:00"

Import = Callable[..., ImportPlan]


@pytest.fixture(scope="session")
def expected() -> dict[str, Any]:
    """What a right import of each file of the college holds."""
    return json.loads((COLLEGE / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture
def database(app: Flask) -> Iterator[Flask]:
    """An empty database in November 2026, inside an application context."""
    with time_machine.travel(TODAY, tick=True), app.app_context():
        yield app
        db.session.remove()


@pytest.fixture
def load(database: Flask) -> Import:
    """Plans an import and, unless it has errors, applies it; returns the plan."""

    def load(kind: str, source: Path | bytes | str, create: bool = False) -> ImportPlan:
        source = COLLEGE / source if isinstance(source, str) else source
        plan = importer.plan(kind, source, options=Options(create_groups=create))
        return plan if plan.errors else importer.apply(plan)

    return load


# The lists of a college, and which of them name groups that are not there yet.
PEOPLE = {"students": True, "teachers": False, "curriculum": True}
YEAR = PEOPLE | {"timetable": False}
EVERYTHING = YEAR | {"parents": False, "bells": False, "thematic-plan": False, "substitutions": False, "marks": False}


@pytest.fixture
def lists(load: Import, read_in: Callable[[dict[str, bool]], None]) -> Import:
    """A college with its people and plans that has no timetable yet; returns `load`."""
    read_in(PEOPLE)
    return load


@pytest.fixture
def college(load: Import, read_in: Callable[[dict[str, bool]], None]) -> Import:
    """The college with its students, staff, curriculum and timetable; returns `load`."""
    read_in(YEAR)
    return load


@pytest.fixture
def full(load: Import, read_in: Callable[[dict[str, bool]], None]) -> Import:
    """The college with everything its files hold; returns `load`."""
    read_in(EVERYTHING)
    return load


@pytest.fixture
def read_in(load: Import, filled: Filled) -> Callable[[dict[str, bool]], None]:
    """These lists were read in a minute ago."""

    def read_in(lists: dict[str, bool]) -> None:
        def read() -> None:
            with time_machine.travel(A_MINUTE_AGO, tick=True):
                for kind, creates_groups in lists.items():
                    assert load(kind, f"{kind}.xlsx", create=creates_groups).errors == []

        filled(" ".join(lists), read)

    return read_in


def workbook(*rows: Sequence[Any], sheet: str = "Лист1") -> bytes:
    """A spreadsheet of these rows; None leaves a cell empty."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "dd.mm.yyyy"}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    page.write(number, column, value)
    return stream.getvalue()

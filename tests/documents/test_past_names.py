"""Papers of a year call a group as it was called then (п. 4.2; R2.3.archive)."""

from collections.abc import Callable
from datetime import date

import factories
import factories_documents as made
import pytest
from factories import Journal, Viewer, viewer_of
from flask import Flask

from ejournal.documents import attendance, consolidated, group_journal, group_view, timetable
from ejournal.documents.issuing import Document
from ejournal.extensions import db
from ejournal.models import AcademicYear, Role
from ejournal.services import consolidated as marks
from ejournal.services import groups, new_year

NEW = "ИС-777"
PAPERS: dict[str, Callable[[Viewer, Journal], list[Document]]] = {
    "consolidated": lambda chief, journal: consolidated.of_group(chief, journal.group.id, journal.period.id),
    "journal": lambda chief, journal: group_journal.of_group(chief, journal.group.id, journal.year.id, None),
    "attendance": lambda chief, journal: attendance.of_group(chief, journal.group.id, f"{_day(journal):%Y-%m}"),
    "board": lambda chief, journal: group_view.of_group(
        chief, journal.group.id, {"view": "day", "day": _day(journal).isoformat()}
    ),
    "timetable": lambda chief, journal: timetable.of_group(chief, journal.group.id, _day(journal)),
}


@pytest.fixture
def chief(in_app: Flask) -> Viewer:
    return viewer_of(factories.make_person("Завучева", (Role.ADMINISTRATION,)))


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    found = factories.make_journal(students=2, lessons=2)
    made.give(found, ["5", "4"])
    return found


def _day(journal: Journal) -> date:
    return journal.lessons[0].date


def promote(chief: Viewer, journal: Journal) -> str:
    """The group goes on to its next course under another name; the one it had."""
    old = str(journal.group.title)
    new_year.rename(chief, db.session.get_one(AcademicYear, journal.year.id), {journal.group.id: NEW})
    return old


@pytest.mark.parametrize("paper", PAPERS)
def test_r4_2_c_a_paper_of_the_year_keeps_the_name_of_a_group_that_went_on(
    chief: Viewer, journal: Journal, paper: str
) -> None:
    before = PAPERS[paper](chief, journal)[0].subtitle
    old = promote(chief, journal)
    after = PAPERS[paper](chief, journal)[0].subtitle
    assert after == before
    assert after.startswith(f"группа {old}, ")


def test_the_heads_of_consolidated_pages_keep_it_too(chief: Viewer, journal: Journal) -> None:
    old = promote(chief, journal)
    assert marks.of_group(chief, journal.group.id, journal.period.id).title == old


def test_a_year_without_journals_calls_the_group_as_it_is_called_now(chief: Viewer, journal: Journal) -> None:
    promote(chief, journal)
    assert groups.title_on(journal.group, date(journal.year.starts.year + 1, 10, 1)) == NEW

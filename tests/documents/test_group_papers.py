"""A group's page and a student on paper: every column fits, wide weeks go to a second sheet (R3.7, R4.3.c)."""

from datetime import timedelta

import factories
import factories_documents as made
import factories_groups
import pytest
from factories import Journal, Viewer
from flask import Flask

from ejournal.documents import group_view, issuing
from ejournal.domain import calendar
from ejournal.services import settings
from ejournal.services.errors import NotFoundError, RefusedError

CHECK = "http://college.example/documents/check"
WEEK = {"view": "week"}


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    return factories.make_journal(students=5, lessons=0)


def leader(journal: Journal) -> Viewer:
    return factories.viewer_of(factories.make_curator(journal.group))


def a_week(journal: Journal, pairs: int) -> None:
    monday = calendar.monday_of(settings.today())
    for day in range(6):
        for pair in range(1, pairs + 1):
            factories_groups.lesson(
                journal.course_id, monday + timedelta(days=day), pair, {journal.students[0]: "5"}
            )  # fmt: skip


def test_r3_7_a_full_week_fits_one_sheet(journal: Journal) -> None:
    a_week(journal, 4)
    viewer = leader(journal)
    (document,) = group_view.of_group(viewer, journal.group.id, WEEK)
    assert len(document.sheets) == 1
    printed = issuing.issue(
        viewer, group_view.GROUP, "x", lambda: group_view.of_group(viewer, journal.group.id, WEEK), CHECK
    )  # fmt: skip
    assert len(made.read(printed.content).pages) == 1


def test_r3_7_a_week_of_six_pairs_is_cut_into_two_sheets_with_every_name(journal: Journal) -> None:
    a_week(journal, 6)
    viewer = leader(journal)
    (document,) = group_view.of_group(viewer, journal.group.id, WEEK)
    assert [len(sheet.context["part"]) for sheet in document.sheets] == [18, 18]
    assert [width for sheet in document.sheets for _day, width in sheet.context["heads"]] == [6] * 6
    for sheet in document.sheets:
        columns = sheet.context["share"] * 18 + sheet.context["name"] + group_view.NUMBER
        assert columns + (group_view.SUMS if sheet.context["is_last"] else 0) == pytest.approx(100)
    printed = issuing.issue(
        viewer, group_view.GROUP, "x", lambda: group_view.of_group(viewer, journal.group.id, WEEK), CHECK
    )  # fmt: skip
    pages = [page.extract_text() for page in made.read(printed.content).pages]
    assert len(pages) == 2
    for text in pages:
        assert all(student.full_name in " ".join(text.split()) for student in journal.students)
    assert ["Верно" in text for text in pages] == [False, True]
    assert "Ведомость группы по всем дисциплинам" in pages[0]


def test_nothing_is_printed_where_nothing_was_and_nothing_of_a_strangers_group(journal: Journal) -> None:
    viewer = leader(journal)
    with pytest.raises(RefusedError):
        group_view.of_group(viewer, journal.group.id, WEEK)
    other = factories.make_journal(students=1, lessons=1)
    with pytest.raises(NotFoundError):
        group_view.of_group(viewer, other.group.id, WEEK)
    with pytest.raises(NotFoundError):
        group_view.of_student(viewer, other.group.id, other.students[0].id, "")

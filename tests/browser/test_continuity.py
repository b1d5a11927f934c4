"""A filled workbook of the pack through a real browser: shown, decided, entered; the pages are accessible (R4.1.b)."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from factories import Journal, make_journal, make_person, viewer_of
from factories_packs import Filled
from flask import Flask

from ejournal.exchange.export import pack
from ejournal.extensions import db
from ejournal.models import Cell, Role
from ejournal.models.base import now
from ejournal.services import cells, continuity, settings
from ejournal.services.cells import Entry

pytestmark = pytest.mark.browser


@pytest.fixture
def filled(world: Flask) -> tuple[Journal, bytes]:
    """A new mark, a refused one, and one that the teacher has entered otherwise meanwhile."""
    journal = make_journal(students=3, lessons=2, last=settings.today() - timedelta(days=1))
    book = Filled(pack.as_xlsx(continuity.of_group(journal.group, journal.year, now())))
    db.session.rollback()
    book.put(0, 0, 5)
    book.put(1, 0, "6")
    book.put(2, 0, "4")
    entry = Entry(journal.students[2].id, journal.works[0].id, "3", None)
    cells.record_cell(viewer_of(journal.teacher), journal.course_id, entry)
    return journal, book.saved()


def test_r4_1_b_a_workbook_is_shown_decided_and_entered(open_as, world, filled):
    journal, content = filled
    head = make_person("Завучева", (Role.ADMINISTRATION,))
    page = open_as(head, "/continuity/")
    _check(page)
    page.get_by_label("Таблица из запаса").set_input_files(
        {"name": "запас.xlsx", "mimeType": "application/octet-stream", "buffer": content}
    )
    page.get_by_role("button", name="Проверить").click()
    page.get_by_role("heading", name="что внесётся").wait_for()
    _check(page)
    page.get_by_role("checkbox", name="взять из файла").check()
    page.get_by_role("button", name="Внести остальные").click()
    page.locator("main").get_by_text("Внесено клеток: 2").wait_for()
    db.session.rollback()
    own = Cell.student_id.in_([student.id for student in journal.students])
    marks = dict(db.session.execute(db.select(Cell.student_id, Cell.mark).where(own)).all())
    assert marks == {journal.students[0].id: "5", journal.students[2].id: "4"}
    page.goto(page.url.split("/continuity/")[0] + "/archive/")
    _check(page)


def _check(page):
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        found = Axe().run(page)
        assert found.violations_count == 0, page.url + found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url

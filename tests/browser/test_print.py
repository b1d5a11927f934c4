"""Ctrl+P on the pages people print: nothing runs off the sheet, a usual group is one sheet (R3.7)."""

import io
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import factories_documents as made
import pytest
from factories import Journal, make_journal, make_person
from flask import Flask
from playwright.sync_api import Page
from pypdf import PdfReader

from ejournal.config import ROOT
from ejournal.extensions import db
from ejournal.models import Lesson, Role

pytestmark = pytest.mark.browser
# Of a lying A4 between its margins, in CSS pixels.
ROOM = 1047


def paper(page: Page) -> PdfReader:
    return PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))


@pytest.fixture
def semester(world: Flask) -> Journal:
    """Thirty students, fifty lessons before today."""
    found = make_journal(students=30, lessons=50)
    for number, lesson in enumerate(reversed(found.lessons)):
        row = db.session.get_one(Lesson, lesson.id)
        row.date = found.year.starts + timedelta(days=number % 25)
        row.pair = 1 + number // 25
    made.fill(found, 0, ["о5"] * 50)
    return found


def test_every_column_of_a_semester_stands_on_the_sheet(open_as, semester):
    page = open_as(semester.teacher, f"/journal/{semester.course_id}")
    page.locator("#journal.ready").wait_for()
    page.set_viewport_size({"width": ROOM, "height": 700})
    page.emulate_media(media="print")
    right = "document.querySelector('#journal thead th:last-child').getBoundingClientRect().right"
    assert page.evaluate(f"() => {right}") <= ROOM
    columns = page.locator("#journal thead a b")
    assert columns.count() >= 50
    broken = (
        "() => [...document.querySelectorAll('#journal thead a :is(b, i)')].filter(e => e.offsetHeight > 14).length"
    )
    assert page.evaluate(broken) == 0, "days and months in one line"
    (sheet,) = paper(page).pages
    assert sheet.mediabox.width > sheet.mediabox.height
    text = sheet.extract_text()
    assert semester.students[0].surname in text
    assert semester.students[29].surname in text


def test_a_journal_printed_at_once_has_all_its_rows(open_as, semester):
    """Rows that the script shows a moment later are on paper without it."""
    page = open_as(semester.teacher, f"/journal/{semester.course_id}")
    page.locator("#journal.ready").wait_for()
    page.evaluate("() => document.querySelector('#journal').classList.add('coming')")
    page.evaluate(
        "() => [...document.querySelectorAll('#journal tbody tr')].slice(15).forEach(row => row.classList.add('later'))"
    )
    assert semester.students[29].surname in paper(page).pages[0].extract_text()


def test_the_consolidated_report_of_a_usual_group_is_one_sheet(open_as, world):
    journal = make_journal(students=25, lessons=1)
    for number, person in enumerate(journal.students):
        person.surname, person.name, person.patronymic = f"Кузнецова{number:02}", "Екатерина", "Александровна"
    made.marked(journal, [f"ОУД.{number:02}" for number in range(1, 13)])
    page = open_as(
        make_person("Завучева", roles=(Role.ADMINISTRATION,)), f"/reports/consolidated?group={journal.group.id}"
    )
    (sheet,) = paper(page).pages
    assert "Кузнецова24" in sheet.extract_text()
    assert "СОУ" in sheet.extract_text()


LINES = """() => [...document.querySelectorAll('thead th, .short')].map(cell => {
  const words = document.createRange();
  words.selectNodeContents(cell);
  return [cell.innerText, new Set([...words.getClientRects()].map(line => Math.round(line.top))).size];
}).filter(([, lines]) => lines > 1)"""


def test_pages_of_an_archive_break_no_head_and_no_date(world: Flask, page: Page) -> None:
    line = SimpleNamespace(
        name="Константинопольская-Преображенская Александра Константиновна", since=date(2026, 9, 1),
        note="отчислена, приказ № 12-к от 01.10.2026",
    )  # fmt: skip
    entry = SimpleNamespace(
        folder="ИС-21", title="ИС-21", programme="09.02.07 Информационные системы и программирование " * 2,
        students=[line] * 3, journals=[("x.pdf", "ОП.01 Операционные системы и среды, подгруппа 1", 12)],
        has_results=True, curator="",
    )  # fmt: skip
    chain = {"number": 1, "hash": "0" * 64}
    about = {"year": "2026/2027", "college": "Колледж", "groups": 1, "journals": 1, "chain": chain}
    shown = {"about": about, "made": datetime(2026, 11, 28, tzinfo=UTC), "entries": [entry], "entry": entry, "up": ""}
    for name in ("index", "group"):
        template = world.jinja_env.get_template(f"archive/book/{name}.html")
        page.set_content(template.render(**shown, results="r.pdf", marks="m.xlsx"))
        page.add_style_tag(path=ROOT / "static" / "css" / "archive-book.css")
        page.set_viewport_size({"width": 700, "height": 900})
        assert page.evaluate(LINES) == [], name
        assert page.locator(".short").count() > 0

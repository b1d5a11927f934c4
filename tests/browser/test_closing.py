"""The end of a period in a real browser: marks with keys, the question about a debt, no faults (п. 1.7, 4.4)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser.test_grid import cell, open_journal, saved, wait_for
from factories import Journal, make_curator, make_journal, make_person, viewer_of
from flask import Flask
from playwright.sync_api import Page, expect

from ejournal.extensions import db
from ejournal.models import AttestationSheet, Debt, DebtAttempt, PeriodClosing, PeriodMark, Person, Role, SheetRow
from ejournal.services import cells, settings

pytestmark = pytest.mark.browser

# Desks are looked at by test_every_page.
PHONE = 390


@pytest.fixture
def journal(world: Flask) -> Journal:
    """The first student has marks enough for a suggestion, the second is a debt that has been tried once."""
    journal = make_journal(students=4, lessons=4)
    actor = viewer_of(journal.teacher)
    for work in journal.works:
        cells.record_cell(actor, journal.course_id, cells.Entry(journal.students[0].id, work.id, "5", 0))
    place = {"course_id": journal.course_id, "period_id": journal.period.id, "student_id": journal.students[1].id}
    db.session.add(PeriodMark(mark="н/а", **place))
    debt = Debt(
        slot=str(journal.period.id), mark="н/а", due=settings.today() + timedelta(days=9), form="зачёт",
        opened_on=settings.today() - timedelta(days=9), **place,
    )  # fmt: skip
    debt.attempts = [DebtAttempt(number=1, day=settings.today(), examiners="Иванов И. И.")]
    sheet = AttestationSheet(
        course_id=journal.course_id, period_id=journal.period.id, kind="main", control="Э",
        number=f"2026-{journal.course_id}", date=settings.today(), examiners="Иванов И. И.",
    )  # fmt: skip
    sheet.rows = [SheetRow(student_id=student.id) for student in journal.students]
    db.session.add_all([debt, sheet])
    db.session.commit()
    return journal


@pytest.fixture
def chief(world: Flask) -> Person:
    return make_person("Завучева", (Role.ADMINISTRATION, Role.TEACHER))


def mark(page: Page, journal: Journal, student: int):  # type: ignore[no-untyped-def]
    return page.locator(
        f'#journal td[data-student="{journal.students[student].id}"][data-period="{journal.period.id}"]'
    )


def marks(journal: Journal) -> dict[int, str | None]:
    db.session.rollback()
    places = {student.id: number for number, student in enumerate(journal.students)}
    rows = db.session.execute(
        db.select(PeriodMark.student_id, PeriodMark.mark).where(PeriodMark.course_id == journal.course_id)
    ).all()
    db.session.rollback()
    return {places[student]: given for student, given in rows}


def test_r4_4_d_marks_are_typed_down_the_column_beside_the_suggestion(open_as, journal):
    page = open_journal(open_as, journal)
    assert mark(page, journal, 0).get_attribute("data-suggested") == "5"
    mark(page, journal, 0).click()
    for value in ("4", "3"):
        page.keyboard.type(value)
        page.keyboard.press("Enter")
        if value == "4":
            page.keyboard.press("ArrowDown")
    saved(page)
    assert marks(journal) == {0: "4", 1: "н/а", 2: "3"}
    assert mark(page, journal, 0).get_attribute("data-version") == "1"
    page.keyboard.press("Alt+Enter")
    wait_for(page, "document.querySelector('#history[open]')")


def test_r4_4_i_not_attested_asks_for_the_debts_term_and_form(open_as, journal):
    page = open_journal(open_as, journal)
    mark(page, journal, 2).click()
    page.keyboard.type("на")
    page.keyboard.press("Enter")
    wait_for(page, "document.querySelector('#debt[open]')")
    page.fill("#debt-due", (settings.today() + timedelta(days=20)).isoformat())
    page.fill("#debt-form", "зачёт")
    page.click("#debt button[value=save]")
    saved(page)
    assert marks(journal)[2] == "н/а"
    forms = db.session.scalars(db.select(Debt.form).where(Debt.student_id == journal.students[2].id)).all()
    db.session.rollback()
    assert forms == ["зачёт"]


def test_a_debt_not_told_of_leaves_the_mark_as_it_was(open_as, journal):
    page = open_journal(open_as, journal)
    mark(page, journal, 0).click()
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    wait_for(page, "document.querySelector('#debt[open]')")
    page.click("#debt .actions [data-dialog-close]")
    expect(mark(page, journal, 0)).to_have_text("")
    assert 0 not in marks(journal)


def test_undo_takes_the_period_mark_back_and_not_an_earlier_lesson_mark(open_as, journal):
    page = open_journal(open_as, journal)
    cell(page, journal, 2, 0).click()
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    mark(page, journal, 2).click()
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    saved(page)
    page.keyboard.press("Control+z")
    saved(page)
    wait_for(page, "document.querySelector('#save-state').dataset.state === 'saved'")
    assert marks(journal)[2] is None
    assert cell(page, journal, 2, 0).text_content() == "3"


def test_a_column_from_a_spreadsheet_is_pasted_into_the_marks(open_as, journal):
    page = open_journal(open_as, journal)
    mark(page, journal, 2).click()
    page.evaluate(
        """() => { const data = new DataTransfer(); data.setData("text/plain", "5\\n4\\n");
        document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true })); }"""
    )
    saved(page)
    given = marks(journal)
    assert (given[2], given[3]) == ("5", "4")


def test_a_lesson_mark_takes_away_what_was_suggested_before_it(open_as, journal):
    page = open_journal(open_as, journal)
    cell(page, journal, 0, 3).click()
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    saved(page)
    wait_for(page, "document.querySelector('td.saved, td.active')")
    assert mark(page, journal, 0).get_attribute("data-suggested") is None


def test_a_sheet_is_filled_from_top_to_bottom_by_keys_alone(open_as, journal):
    sheet = db.session.scalars(db.select(AttestationSheet).where(AttestationSheet.course_id == journal.course_id)).one()
    number = sheet.id
    db.session.rollback()
    page = open_as(journal.teacher, f"/sheets/{number}")
    page.get_by_label("Результат:").first.focus()
    for key in ("5", "Enter", "4", "Enter", "Shift+Enter", "3", "Enter", "5", "Enter", "2", "Enter"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.textContent.trim()") == "Сохранить"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    given = db.session.scalars(db.select(SheetRow.mark).where(SheetRow.sheet_id == number).order_by(SheetRow.id)).all()
    assert given == ["5", "3", "5", "2"]


@pytest.mark.parametrize("name", ["marks", "closing", "list", "debts", "debt", "sheets", "sheet", "new sheet"])
def test_r1_7_a_axe_finds_nothing(open_as, journal, chief, name):
    course, period = journal.course_id, journal.period.id
    debt, sheet = (
        db.session.scalars(db.select(table.id).where(table.course_id == course)).one()
        for table in (Debt, AttestationSheet)
    )
    db.session.rollback()
    path = {
        "marks": f"/journal/{course}/period-marks/{period}",
        "closing": f"/journal/{course}/closing/{period}",
        "list": "/closing/",
        "debts": "/debts/",
        "debt": f"/debts/{debt}",
        "sheets": f"/sheets/?group={journal.group.id}",
        "sheet": f"/sheets/{sheet}",
        "new sheet": f"/sheets/new/{course}",
    }[name]
    page = open_as(journal.teacher if name == "marks" else chief, path)
    page.set_viewport_size({"width": PHONE, "height": 844})
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE


def test_r4_4_a_a_closed_cell_says_why_it_takes_nothing_and_what_to_do(open_as, journal):
    db.session.add(PeriodClosing(course_id=journal.course_id, period_id=journal.period.id))
    db.session.commit()
    page = open_journal(open_as, journal)
    place = page.locator("#journal td[role=gridcell]").first
    before = place.inner_text()
    place.click()
    for key in ("5", "Enter", "Delete"):
        page.evaluate("() => document.getElementById('toasts').replaceChildren()")
        page.keyboard.press(key)
        told = page.locator("#toasts").inner_text()
        assert "Период закрыт (п. 4.4)" in told, key
        assert "Попросите администрацию" in told
    page.evaluate("() => document.getElementById('toasts').replaceChildren()")
    page.evaluate(
        """() => { const clipboardData = new DataTransfer(); clipboardData.setData("text/plain", "5\\n4\\n");
        const paste = new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true});
        document.activeElement.dispatchEvent(paste); }"""
    )
    assert "Период закрыт (п. 4.4)" in page.locator("#toasts").inner_text()
    page.keyboard.press("5")
    wait_for(page, "document.getElementById('alerter').textContent.includes('Период закрыт')")
    assert place.inner_text() == before
    reader = open_journal(open_as, replace(journal, teacher=make_curator(journal.group)))
    reader.locator("#journal td[role=gridcell]").first.click()
    reader.keyboard.press("5")
    assert "Только просмотр" in reader.locator("#toasts").inner_text()

"""The grid as a teacher fills it: real keys in a real browser on a real server."""

import sqlite3
import time
from contextlib import closing

import pytest
from factories import Journal, enroll, make_journal, make_person, viewer_of
from flask import Flask
from playwright.sync_api import Browser, Page

from ejournal.extensions import db
from ejournal.models import Cell, LogEntry, Role
from ejournal.services import cells, settings

pytestmark = pytest.mark.browser


@pytest.fixture
def journal(world: Flask) -> Journal:
    return make_journal(students=30, lessons=4)


def wait_for(page: Page, what: str, seconds: float = 10) -> None:
    """Until the script expression is true; polled from here, since the page's CSP allows no eval."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if page.evaluate(f"() => Boolean({what})"):
            return
        time.sleep(0.05)
    raise AssertionError(f"never came: {what}")


def saved(page: Page) -> None:
    wait_for(page, "document.getElementById('save-state').dataset.state === 'saved'")


def stored(journal: Journal, work: int = 0) -> dict[int, str]:
    """Notation by row of a column, as the database has it."""
    db.session.rollback()
    rows = db.session.execute(
        db.select(Cell.student_id, Cell.attendance, Cell.mark).where(Cell.work_id == journal.works[work].id)
    )
    places = {student.id: number for number, student in enumerate(journal.students)}
    found = {places[student]: (attendance or "") + (mark or "") for student, attendance, mark in rows}
    db.session.rollback()
    return found


def record(journal: Journal, student: int, work: int, text: str) -> None:
    """Somebody else's save, past the browser."""
    db.session.rollback()
    entry = cells.Entry(journal.students[student].id, journal.works[work].id, text, 0)
    cells.record_cell(viewer_of(journal.teacher), journal.course_id, entry)


def cell(page: Page, journal: Journal, student: int, work: int):  # type: ignore[no-untyped-def]
    return page.locator(
        f'#journal td[data-student="{journal.students[student].id}"][data-work="{journal.works[work].id}"]'
    )


def open_journal(open_as, journal: Journal, **rest) -> Page:  # type: ignore[no-untyped-def]
    page = open_as(journal.teacher, f"/journal/{journal.course_id}", **rest)
    wait_for(page, "document.querySelector('#journal.ready')")
    return page


def test_r4_4_column_of_thirty_typed_without_waiting_is_all_stored(open_as, journal):
    page = open_journal(open_as, journal)
    cell(page, journal, 0, 3).click()
    values = ["5", "4", "3", "о5", "н", "б4", "ЗЧ", "5-", "п", "2"] * 3
    for value in values:
        page.keyboard.type(value)
        page.keyboard.press("Enter")
    saved(page)
    assert stored(journal, 3) == dict(enumerate(values))
    written = db.session.scalars(
        db.select(LogEntry.after)
        .where(LogEntry.course_id == journal.course_id, LogEntry.subject == "cell")
        .order_by(LogEntry.id)
    ).all()
    assert written == values, "logged in the order typed"


def test_r3_4_latin_layout_is_turned_into_the_letters_it_stands_for(open_as, journal):
    page = open_journal(open_as, journal)
    cell(page, journal, 0, 3).click()
    for typed in ["j5", ",4", "px", "y"]:
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
    saved(page)
    assert [cell(page, journal, row, 3).inner_text() for row in range(4)] == ["о5", "б4", "ЗЧ", "н"]


def test_keys_move_edit_and_leave_as_the_interface_promises(open_as, journal):
    page = open_journal(open_as, journal)
    cell(page, journal, 1, 1).click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("4")
    page.keyboard.press("Tab")
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    saved(page)
    assert cell(page, journal, 2, 2).inner_text() == "4"
    assert cell(page, journal, 2, 3).inner_text() == "5"
    assert page.evaluate("document.activeElement.dataset.student") == str(journal.students[3].id)
    cell(page, journal, 2, 2).click()
    page.keyboard.press("Enter")
    page.keyboard.type("3")
    page.keyboard.press("Escape")
    assert cell(page, journal, 2, 2).inner_text() == "4"
    page.keyboard.press("Delete")
    saved(page)
    assert stored(journal, 2)[2] == ""


def shown_rows(page: Page) -> int:
    return page.evaluate("[...document.querySelectorAll('#journal tbody tr')].filter(row => row.offsetHeight).length")


def shown_heads(page: Page) -> int:
    """Columns that say of which lesson they are."""
    return page.evaluate(
        "[...document.querySelectorAll('#journal thead th[data-work]')]"
        ".filter((head) => [...head.children].every((part) => part.offsetHeight)).length"
    )


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_rows_and_heads_are_shown_also_where_the_grid_s_script_does_not_come(open_as, world, context, motion):
    journal = make_journal(students=30, lessons=40)
    context.route("**/js/journal/main.js*", lambda route: route.abort())
    page = open_as(journal.teacher, "/journal/")
    page.emulate_media(reduced_motion=motion)
    animations = context.new_cdp_session(page)
    animations.send("Animation.enable")
    animations.send("Animation.setPlaybackRate", {"playbackRate": 0})  # however slow this machine is
    page.goto(page.url + str(journal.course_id))
    assert shown_rows(page) == 2, "as they come"
    assert shown_heads(page) == 30, "a screen of them"
    animations.send("Animation.setPlaybackRate", {"playbackRate": 1})
    wait_for(page, "document.querySelector('#journal tfoot tr').offsetHeight")
    assert shown_rows(page) == 30
    assert shown_heads(page) == 40
    wait_for(page, "getComputedStyle(document.querySelector('.grid-late')).opacity === '1'")
    assert page.locator("#grid-frame").get_attribute("tabindex") == "0", "keys scroll it"


def test_rows_are_shown_also_where_the_grid_s_script_fails_half_way(server, world, context, open_as):
    journal = make_journal(students=30, lessons=40)
    open_as(journal.teacher, "/journal/")  # signs in
    broken = "Element.prototype.setAttribute = () => { throw new Error('broken on purpose'); };"
    context.add_init_script(f"addEventListener('DOMContentLoaded', () => {{ {broken} }});")
    page = context.new_page()
    page.goto(f"{server.url}/journal/{journal.course_id}")
    wait_for(page, "document.querySelector('#journal tfoot tr').offsetHeight")
    assert shown_rows(page) == 30
    assert shown_heads(page) == 40
    assert not page.locator("#journal .later").count()


def test_exactly_one_cell_is_in_the_tab_order(open_as, journal):
    page = open_journal(open_as, journal)
    assert page.evaluate("document.querySelectorAll('#grid-frame, #journal [tabindex=\"0\"]').length") == 2
    assert page.locator("#grid-frame").get_attribute("tabindex") == "-1"
    cell(page, journal, 5, 1).click()
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    saved(page)
    assert page.evaluate("document.querySelectorAll('#journal [tabindex=\"0\"]').length") == 1


def test_refused_value_stays_in_the_cell_and_the_repair_takes_one_key(open_as, journal):
    page = open_journal(open_as, journal)
    cell(page, journal, 0, 3).click()
    page.keyboard.type("о/5")
    page.keyboard.press("Enter")
    page.locator("#refusals").get_by_text("пишется без черты").wait_for()
    assert cell(page, journal, 0, 3).inner_text() == "о/5"
    assert stored(journal, 3) == {}
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    saved(page)
    assert stored(journal, 3) == {0: "о5"}
    assert page.locator("#refusals").is_hidden()


def test_two_people_in_one_cell_choose_between_both_values(open_as, journal):
    page = open_journal(open_as, journal)
    cell(page, journal, 0, 3).click()
    page.keyboard.type("5")
    record(journal, 0, 3, "4")
    page.keyboard.press("Enter")
    dialog = page.locator("#conflict")
    dialog.wait_for()
    assert dialog.locator("[data-stored]").inner_text() == "4"
    assert "Преподавателева" in dialog.locator("[data-who]").inner_text()
    dialog.get_by_role("button", name="Записать моё").click()
    saved(page)
    assert stored(journal, 3) == {0: "5"}


def test_other_peoples_changes_appear_without_reload(open_as, journal):
    page = open_journal(open_as, journal)
    cell(page, journal, 0, 0).click()
    record(journal, 2, 3, "3")
    wait_for(page, f"document.getElementById('mean-{journal.students[2].id}').textContent === '3,00'")
    assert cell(page, journal, 2, 3).inner_text() == "3"
    assert page.evaluate("document.activeElement.dataset.student") == str(journal.students[0].id), "focus stays"


def test_column_pasted_from_a_spreadsheet_is_previewed_and_undone_as_one(open_as, journal):
    page = open_journal(open_as, journal)
    cell(page, journal, 0, 3).click()
    page.evaluate(
        """() => { const clipboardData = new DataTransfer(); clipboardData.setData("text/plain", "5\\n4+\\no4\\n3\\n");
        const paste = new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true});
        document.activeElement.dispatchEvent(paste); }"""
    )
    dialog = page.locator("#paste")
    dialog.get_by_text("Не будет записано: 1").wait_for()
    assert stored(journal, 3) == {}
    dialog.get_by_role("button", name="Записать 3").click()
    wait_for(page, f"document.getElementById('mean-{journal.students[3].id}').textContent === '3,00'")
    assert stored(journal, 3) == {0: "5", 2: "о4", 3: "3"}
    page.keyboard.press("Control+KeyZ")
    wait_for(page, f"document.getElementById('mean-{journal.students[3].id}').textContent === ''")
    assert stored(journal, 3) == {0: "", 2: "", 3: ""}


def test_whole_column_is_filled_and_undone_as_one(open_as, journal):
    page = open_journal(open_as, journal)
    cell(page, journal, 0, 3).click()
    page.keyboard.type("н")
    page.keyboard.press("Enter")
    saved(page)
    page.keyboard.press("Alt+ArrowDown")
    page.locator("#fill-value").fill("зч")
    page.locator("#column").get_by_role("button", name="Заполнить").click()
    page.get_by_text("Заполнено ячеек: 29").first.wait_for()
    column = stored(journal, 3)
    assert column[0] == "н"
    assert {column[row] for row in range(1, 30)} == {"ЗЧ"}
    cell(page, journal, 5, 3).click()
    page.keyboard.press("Control+KeyZ")
    page.get_by_text("Отменено. Ячеек: 29").first.wait_for()
    assert {text for row, text in stored(journal, 3).items() if row} == {""}


def test_undoing_says_whose_mark_it_was(open_as, journal):
    page = open_journal(open_as, journal)
    cell(page, journal, 2, 3).click()
    for value in ("4", "5"):
        page.keyboard.type(value)
        page.keyboard.press("Enter")
    saved(page)
    cell(page, journal, 9, 3).click()
    page.reload()
    wait_for(page, "document.querySelector('#journal.ready')")
    page.keyboard.press("Control+KeyZ")
    name = f"{journal.students[3].surname} {journal.students[3].name}"
    page.locator("#toasts").get_by_text(f"Отменено: {name}").get_by_text("снова «пусто»").first.wait_for()
    assert stored(journal, 3)[2] == "4"


def test_history_of_a_cell_opens_from_the_cell(open_as, journal):
    page = open_journal(open_as, journal)
    cell(page, journal, 0, 3).click()
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    saved(page)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Alt+Enter")
    page.locator("#history").get_by_text("пусто → 3").wait_for()
    # The next value is begun before the browser has told that the dialog is gone: it goes on.
    page.evaluate(
        """() => {
          document.getElementById("history").close();
          const key = { key: "4", code: "Digit4", bubbles: true, cancelable: true };
          document.activeElement.dispatchEvent(new KeyboardEvent("keydown", key));
        }"""
    )
    page.wait_for_timeout(200)
    page.keyboard.press("Enter")
    saved(page)
    assert stored(journal, 3) == {0: "4"}
    assert page.evaluate("document.activeElement.parentElement.rowIndex") == 2


def test_r4_4_e_change_after_its_term_asks_for_a_reason_and_is_marked_late(open_as, world):
    from datetime import timedelta

    journal = make_journal(students=3, lessons=2, last=settings.today() - timedelta(days=20))
    record(journal, 0, 0, "3")
    page = open_journal(open_as, journal)
    cell(page, journal, 0, 0).click()
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    dialog = page.locator("#reason")
    dialog.get_by_text("п. 4.4").wait_for()
    dialog.get_by_label("Причина правки").fill("Работа пересдана")
    dialog.get_by_role("button", name="Сохранить правку").click()
    saved(page)
    assert stored(journal, 0) == {0: "4"}
    last = db.session.scalars(
        db.select(LogEntry).where(LogEntry.course_id == journal.course_id).order_by(LogEntry.id.desc())
    ).first()
    assert (last.late, last.reason) == (True, "Работа пересдана")


def test_server_gone_for_a_while_loses_nothing_typed(open_as, journal, server):
    page = open_journal(open_as, journal)
    cell(page, journal, 0, 3).click()
    server.stop()
    try:
        for value in ["5", "4", "3"]:
            page.keyboard.type(value)
            page.keyboard.press("Enter")
        wait_for(page, "document.getElementById('save-state').textContent.includes('ждут отправки 3')")
    finally:
        server.start()
    wait_for(page, "document.getElementById('save-state').dataset.state === 'saved'", 40)
    assert stored(journal, 3) == {0: "5", 1: "4", 2: "3"}


@pytest.mark.sqlite
@pytest.mark.logs("not available: locked")
def test_r2_1_c_a_database_locked_by_something_else_is_told_and_what_was_typed_goes_out_when_it_is_free(
    open_as, journal, server
):
    page = open_journal(open_as, journal)
    cell(page, journal, 0, 3).click()
    db.session.rollback()
    with closing(sqlite3.connect(server.instance / "ejournal.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        page.keyboard.type("5")
        page.keyboard.press("Enter")
        page.keyboard.type("4")
        page.keyboard.press("Enter")
        page.locator("#toasts").get_by_text("Не сохранено: база данных занята").wait_for(timeout=30_000)
        assert page.locator("#save-state").inner_text() == "Сервер не сохраняет: ждут отправки 2"
        assert [cell(page, journal, row, 3).inner_text() for row in range(2)] == ["5", "4"]
        other.execute("ROLLBACK")
    wait_for(page, "document.getElementById('save-state').dataset.state === 'saved'", 40)
    assert stored(journal, 3) == {0: "5", 1: "4"}


def test_expired_session_asks_for_the_password_in_place_and_then_sends_what_was_typed(open_as, journal, context):
    from ejournal.models import Account
    from ejournal.services import passwords

    account = db.session.scalars(db.select(Account).where(Account.person_id == journal.teacher.id)).one()
    account.password_hash = passwords.hash_password("верный пароль 1")
    db.session.commit()
    page = open_journal(open_as, journal)
    cell(page, journal, 0, 3).click()
    context.clear_cookies()
    for value in ["5", "о4"]:
        page.keyboard.type(value)
        page.keyboard.press("Enter")
    dialog = page.locator("#sign-in-dialog")
    dialog.get_by_label("Пароль").fill("верный пароль 1")
    dialog.get_by_role("button", name="Войти").click()
    saved(page)
    assert stored(journal, 3) == {0: "5", 1: "о4"}


def test_value_the_server_fails_on_does_not_keep_the_others_waiting(open_as, journal):
    page = open_journal(open_as, journal)
    page.route(f"**{journal.url(0, 3)}", lambda route: route.fulfill(status=500, body=""))
    cell(page, journal, 0, 3).click()
    for value in ["5", "4"]:
        page.keyboard.type(value)
        page.keyboard.press("Enter")
    wait_for(page, "document.getElementById('save-state').dataset.state === 'refused'", 20)
    assert stored(journal, 3) == {1: "4"}
    assert cell(page, journal, 0, 3).inner_text() == "5", "what was typed stays"
    assert "На сервере ошибка" in page.locator("#refusals").inner_text()


def test_tab_closed_too_early_still_sends_the_open_editor(open_as, journal):
    page = open_journal(open_as, journal)
    cell(page, journal, 0, 3).click()
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    page.keyboard.type("4")
    page.close(run_before_unload=False)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and len(stored(journal, 3)) < 2:
        time.sleep(0.1)
    assert stored(journal, 3) == {0: "5", 1: "4"}


def test_who_left_stays_with_the_order_and_who_came_later_has_no_cells_before(open_as, world):
    from datetime import date, timedelta

    journal = make_journal(students=2, lessons=3)
    today = settings.today()
    gone = make_person("Яковлев")
    enroll(
        gone,
        journal.group,
        journal.year.starts,
        today - timedelta(days=1),
        left_kind="expelled",
        order_out="17-к",
        order_out_date=date(2026, 11, 20),
    )
    late = make_person("Эйдин")
    enroll(late, journal.group, today)
    page = open_journal(open_as, journal)
    rows = page.locator("#journal tbody tr")
    assert rows.count() == 4
    assert "отчислен, приказ № 17-к от 20.11.2026" in page.locator(f'tr[data-student="{gone.id}"]').inner_text()
    assert page.locator(f'td[data-student="{gone.id}"][data-work]').count() == 2, "not on the day after leaving"
    assert page.locator(f'td[data-student="{late.id}"][data-work]').count() == 1, "only since coming"


def test_curator_and_administration_see_the_grid_but_cannot_edit(open_as, journal, browser: Browser):
    from factories import make_curator

    page = open_as(make_curator(journal.group), f"/journal/{journal.course_id}")
    wait_for(page, "document.querySelector('#journal.ready')")
    assert page.locator("#journal td[data-work]").count() == 0
    page.locator("#journal tbody td[role=gridcell]").first.click()
    page.keyboard.type("5")
    assert page.locator(".cell-editor").count() == 0


def test_what_is_typed_right_after_opening_goes_to_the_framed_cell(open_as, journal):
    page = open_journal(open_as, journal)
    assert page.evaluate("document.activeElement === document.body")
    framed = page.locator("#journal td.active")
    column = [work.id for work in journal.works].index(int(framed.get_attribute("data-work") or 0))
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    saved(page)
    assert stored(journal, column) == {0: "5", 1: "4"}


def test_keys_meant_for_a_field_or_a_window_do_not_go_to_the_grid(open_as, journal):
    page = open_journal(open_as, journal)
    page.locator("header summary", has_text="Ещё").first.focus()
    page.keyboard.type("5")
    page.get_by_role("button", name="Клавиши").click()
    page.keyboard.type("5")
    assert page.locator(".cell-editor").count() == 0
    assert page.locator("#journal td[data-work]").filter(has_text="5").count() == 0


def test_who_may_only_read_finds_who_entered_a_mark(open_as, journal):
    record(journal, 0, 3, "4")
    page = open_as(make_person("Завучева", (Role.ADMINISTRATION,)), f"/journal/{journal.course_id}")
    wait_for(page, "document.querySelector('#journal.ready')")
    dialog = page.locator("#history")
    row = page.locator("#journal tbody tr").first
    place = row.locator("td").filter(has_text="4").first
    place.click()
    ways = (
        page.get_by_role("button", name="История").click,
        place.click,  # a second press on the same cell
        lambda: page.keyboard.press("Enter"),
    )
    for open_it in ways:
        open_it()
        dialog.get_by_text(journal.teacher.surname).first.wait_for()
        page.keyboard.press("Escape")
        dialog.wait_for(state="hidden")


def test_current_cell_stays_in_sight_down_to_the_last_student(open_as, journal):
    page = open_journal(open_as, journal)
    page.set_viewport_size({"width": 1200, "height": 620})
    cell(page, journal, 0, 3).click()
    for row in range(1, 30):
        page.keyboard.press("ArrowDown")
        box = cell(page, journal, row, 3).bounding_box()
        foot = page.locator("#journal tfoot td").first.bounding_box()
        head = page.locator("#journal thead th").first.bounding_box()
        assert head["y"] + head["height"] <= box["y"] + 1, row
        assert box["y"] + box["height"] <= min(foot["y"], 620) + 1, row


def test_a_refused_value_moves_no_row_and_hides_no_cell(open_as, journal):
    page = open_journal(open_as, journal)
    page.set_viewport_size({"width": 1200, "height": 620})
    before = page.locator("#journal").bounding_box()["y"]
    cell(page, journal, 0, 3).click()
    page.keyboard.type("99")
    page.keyboard.press("Enter")
    page.locator("#refusals").get_by_text("оценки — от 1 до 5").wait_for()
    assert page.locator("#journal").bounding_box()["y"] == before
    for row in range(2, 30):
        page.keyboard.press("ArrowDown")
        box = cell(page, journal, row, 3).bounding_box()
        told = page.locator("#refusals").bounding_box()
        assert box["y"] + box["height"] <= told["y"] + 1, row


def test_conflict_waits_for_a_pause_in_typing_and_takes_no_marks(open_as, journal):
    page = open_journal(open_as, journal)
    record(journal, 1, 3, "2")
    cell(page, journal, 0, 3).click()
    for _ in range(6):
        page.keyboard.type("5")
        page.keyboard.press("Enter")
        page.wait_for_timeout(200)
    page.locator("#conflict").wait_for()
    page.locator("#conflict").get_by_role("button", name="Оставить как записано").click()
    saved(page)
    assert stored(journal, 3) == {0: "5", 1: "2", 2: "5", 3: "5", 4: "5", 5: "5"}
    assert page.evaluate("document.activeElement.dataset.student") == str(journal.students[6].id), "cursor stays"

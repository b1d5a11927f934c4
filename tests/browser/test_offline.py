"""Bad Wi-Fi: the real server goes and comes back under a teacher's hands, and each mark is written once."""

import pytest
from factories import Journal, make_journal, make_person, viewer_of
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect

from ejournal.extensions import db
from ejournal.models import Cell, Lesson, LogEntry, Role
from ejournal.services import cells

pytestmark = pytest.mark.browser


@pytest.fixture
def journal(world: Flask) -> Journal:
    return make_journal(students=6, lessons=2)


@pytest.fixture
def classroom(browser: Browser):  # type: ignore[no-untyped-def]
    """A browser of a shared computer: what it keeps outlives its tabs."""
    made = browser.new_context(viewport={"width": 1440, "height": 900}, locale="ru-RU", service_workers="allow")
    yield made
    made.close()


def cell(page: Page, journal: Journal, student: int, work: int = 1):  # type: ignore[no-untyped-def]
    return page.locator(
        f'#journal td[data-student="{journal.students[student].id}"][data-work="{journal.works[work].id}"]'
    )


def stored(journal: Journal, work: int = 1) -> list[str]:
    db.session.rollback()
    rows = {
        row.student_id: (row.attendance or "") + (row.mark or "")
        for row in db.session.scalars(db.select(Cell).where(Cell.work_id == journal.works[work].id))
    }
    db.session.rollback()
    return [rows.get(student.id, "") for student in journal.students]


def logged(journal: Journal) -> list[tuple[int, str | None]]:
    """Row and value of each change, in the order written."""
    places = {student.id: number for number, student in enumerate(journal.students)}
    chosen = db.select(LogEntry.student_id, LogEntry.after).where(
        LogEntry.course_id == journal.course_id, LogEntry.subject == "cell"
    )
    found = [(places[student], after) for student, after in db.session.execute(chosen.order_by(LogEntry.id))]
    db.session.rollback()
    return found


def record(journal: Journal, student: int, text: str, work: int = 1) -> None:
    """Somebody else's save, past the browser."""
    db.session.rollback()
    entry = cells.Entry(journal.students[student].id, journal.works[work].id, text, None)
    cells.record_cell(viewer_of(journal.teacher), journal.course_id, entry)


def type_down(page: Page, journal: Journal, student: int, *values: str) -> None:
    cell(page, journal, student).click()
    for value in values:
        page.keyboard.type(value)
        page.keyboard.press("Enter")


def with_worker(page: Page) -> Page:
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


def back_online(page: Page) -> None:
    page.evaluate("window.dispatchEvent(new Event('online'))")


def all_saved(page: Page) -> None:
    expect(page.locator("#save-state")).to_have_text("Сохранено", timeout=20_000)


def kept(page: Page) -> int:
    return int(page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('wait:')).length"))


def test_marks_typed_without_a_server_outlive_reload_and_tab_and_are_written_once_in_order(
    open_as, journal, server, classroom
):
    page = with_worker(open_as(journal.teacher, f"/journal/{journal.course_id}", classroom))
    server.stop()
    try:
        type_down(page, journal, 0, "5", "4", "н")
        type_down(page, journal, 1, "3")
        expect(page.locator("#save-state")).to_have_text("Нет связи: ждут отправки 4")
        # Reloaded without a server: the journal comes back from the tab's own memory and goes on taking marks.
        page.reload()
        expect(page.locator("#save-state")).to_contain_text("ждут отправки 4")
        assert [cell(page, journal, row).inner_text() for row in range(4)] == ["5", "3", "н", ""]
        type_down(page, journal, 3, "о5")
        expect(page.locator("#save-state")).to_contain_text("ждут отправки 5")
        page.close()
        # A new tab knows nobody before somebody is signed in: it names no place and no value.
        fresh = classroom.new_page()
        fresh.goto(server.url)
        expect(fresh.get_by_role("heading", name="Нет связи с сервером")).to_be_visible()
        assert "№" not in fresh.locator("body").inner_text()
    finally:
        server.start()
    fresh.goto(server.url)  # any page of hers sends what waits
    expect(fresh.locator("#waiting")).to_have_text("Ждут отправки: 5")
    expect(fresh.locator("#waiting")).to_be_hidden(timeout=20_000)
    assert stored(journal) == ["5", "3", "н", "о5", "", ""]
    assert logged(journal) == [(0, "5"), (1, "4"), (2, "н"), (1, "3"), (3, "о5")]
    assert kept(fresh) == 0


def test_a_lost_answer_writes_nothing_twice_and_takes_nothing_back(open_as, journal, server):
    page = open_as(journal.teacher, f"/journal/{journal.course_id}")
    lost: list[str] = []

    def lose_first(route, student: int, text: str) -> None:  # type: ignore[no-untyped-def]
        if route.request.url in lost:
            return route.continue_()
        route.fetch()  # the server has it, the browser is not told
        lost.append(route.request.url)
        with server.app.app_context():  # Playwright's own thread of execution
            record(journal, student, text)  # and somebody goes on from there
            db.session.remove()
        return route.abort()

    page.route(f"**{journal.url(0, 1)}", lambda route: lose_first(route, 0, "2"))
    page.route("**/presence", lambda route: lose_first(route, 1, "н"))
    type_down(page, journal, 0, "5")
    all_saved(page)
    expect(cell(page, journal, 0)).to_have_text("2")
    expect(page.locator("#conflict")).to_be_hidden()
    everybody_present(page)
    expect(cell(page, journal, 1)).to_have_text("н", timeout=20_000)
    all_saved(page)
    assert logged(journal) == [(0, "5"), (0, "2"), (1, "н")]


def everybody_present(page: Page) -> None:
    page.keyboard.press("Alt+ArrowDown")
    page.locator("#column").get_by_role("button", name="Все присутствуют").click()


def paste(page: Page, text: str) -> None:
    page.evaluate(
        """(text) => { const clipboardData = new DataTransfer(); clipboardData.setData("text/plain", text);
        const paste = new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true});
        document.activeElement.dispatchEvent(paste); }""",
        text,
    )


def test_a_column_a_paste_and_everybody_present_wait_with_what_was_typed_and_go_back_while_they_wait(
    open_as, journal, server
):
    record(journal, 0, "н")
    page = open_as(journal.teacher, f"/journal/{journal.course_id}")
    state = page.locator("#save-state")
    server.stop()
    try:
        type_down(page, journal, 1, "4")
        expect(state).to_have_text("Нет связи: ждут отправки 1")
        everybody_present(page)
        expect(state).to_have_text("Нет связи: ждут отправки 2")
        page.keyboard.press("Alt+ArrowDown")
        page.keyboard.type("зч")
        page.keyboard.press("Enter")
        expect(state).to_have_text("Нет связи: ждут отправки 6")
        assert cell(page, journal, 5).inner_text() == "зч"
        page.keyboard.press("Control+KeyZ")  # one action, never sent
        expect(state).to_have_text("Нет связи: ждут отправки 2")
        assert [cell(page, journal, row).inner_text() for row in range(6)] == ["н", "4", "", "", "", ""]
        paste(page, "5\n3\n")
        type_down(page, journal, 0, "5")  # over the «н» that goes before it
        expect(state).to_have_text("Нет связи: ждут отправки 5")
        assert kept(page) == 5
    finally:
        server.start()
    back_online(page)
    all_saved(page)
    assert stored(journal) == ["5", "4", "5", "3", "", ""]
    assert logged(journal) == [(0, "н"), (1, "4"), (0, ""), (2, "5"), (3, "3"), (0, "5")]
    assert entered(journal)
    assert kept(page) == 0


def test_what_may_have_reached_the_server_is_taken_back_by_its_opposite_from_any_page(open_as, journal, server):
    record(journal, 0, "н")
    page = open_as(journal.teacher, f"/journal/{journal.course_id}")
    server.stop()
    try:
        type_down(page, journal, 1, "5")
        expect(page.locator("#save-state")).to_have_text("Нет связи: ждут отправки 1")
        page.keyboard.press("Control+KeyZ")
        expect(page.locator("#save-state")).to_have_text("Нет связи: ждут отправки 2")
        everybody_present(page)
        type_down(page, journal, 0, "4")
        expect(page.locator("#save-state")).to_have_text("Нет связи: ждут отправки 4")
        page.close()
    finally:
        server.start()
    other = open_as(journal.teacher, "/")
    expect(other.locator("#waiting")).to_be_hidden(timeout=20_000)
    assert stored(journal) == ["4", "", "", "", "", ""]
    assert logged(journal) == [(0, "н"), (1, "5"), (1, ""), (0, ""), (0, "4")]
    assert entered(journal)


def entered(journal: Journal) -> bool:
    db.session.rollback()
    found = db.session.get_one(Lesson, journal.lessons[1].id, populate_existing=True).attendance_at is not None
    db.session.rollback()
    return found


def test_what_somebody_changed_meanwhile_is_shown_with_both_values(open_as, journal, server):
    page = open_as(journal.teacher, f"/journal/{journal.course_id}")
    server.stop()
    try:
        type_down(page, journal, 0, "5")
        expect(page.locator("#save-state")).to_contain_text("ждут отправки 1")
        record(journal, 0, "3")
    finally:
        server.start()
    page.goto(f"{server.url}/messages/")
    expect(page.locator("#waiting")).to_have_text("Не приняты: 1", timeout=20_000)
    page.locator("#waiting").click()
    listed = page.locator("#waiting-list li")
    expect(listed).to_contain_text("№ 1")
    expect(listed).to_contain_text("Сейчас записано «3» (Преподавателева")
    listed.get_by_role("link").click()
    dialog = page.locator("#conflict")
    expect(dialog.locator("[data-stored]")).to_have_text("3")
    expect(dialog.locator("[data-typed]")).to_have_text("5")
    dialog.get_by_role("button", name="Записать моё").click()
    all_saved(page)
    assert logged(journal) == [(0, "3"), (0, "5")]
    assert kept(page) == 0


def test_another_person_at_the_same_computer_neither_sees_nor_sends_nor_puts_anything_in_her_name(
    open_as, journal, server, context
):
    page = open_as(journal.teacher, f"/journal/{journal.course_id}", context)
    server.stop()
    try:
        type_down(page, journal, 0, "5")
        expect(page.locator("#save-state")).to_contain_text("ждут отправки 1")
        page.close()
    finally:
        server.start()
    other = open_as(make_person("Другая", (Role.TEACHER,)), "/", context)
    back_online(other)
    other.wait_for_load_state("networkidle")
    expect(other.locator("#waiting")).to_be_hidden()
    assert "№ 1" not in other.content()
    # The developer tools show all there is of it: sealed. What is put there for another moment opens to nobody.
    sealed, key = other.evaluate(
        """() => { const [place, sealed] = Object.entries(localStorage).find(([key]) => key.startsWith("wait:"));
        localStorage.setItem(place.replace(/\\d{5}:/, "99999:"), sealed);
        return [atob(sealed), document.body.dataset.waitingKey]; }"""
    )
    assert not any(word in sealed for word in ("student", "text", "course"))
    other.close()
    assert stored(journal)[0] == ""
    again = open_as(journal.teacher, "/", context)
    expect(again.locator("#waiting")).to_have_text("Ждут отправки: 1")
    expect(again.locator("#waiting")).to_be_hidden(timeout=20_000)
    assert logged(journal) == [(0, "5")]
    assert again.evaluate("document.body.dataset.waitingKey") != key
    assert kept(again) == 1, "the forgery"


@pytest.mark.parametrize(("choice", "left"), [("Выйти и оставить", 1), ("Выйти и удалить", 0)])
def test_nobody_signs_out_without_being_asked_about_what_waits(open_as, journal, choice, left):
    page = open_as(journal.teacher, f"/journal/{journal.course_id}")
    page.route("**/cells/**", lambda route: route.abort())
    type_down(page, journal, 0, "5")
    expect(page.locator("#save-state")).to_contain_text("ждут отправки 1")
    for answer in ("Остаться", choice):
        page.locator("summary", has_text=journal.teacher.surname).click()
        page.get_by_role("button", name="Выйти", exact=True).click()
        expect(page.locator("#leaving")).to_contain_text("Ещё не отправлено — отметок: 1.")
        page.locator("#leaving").get_by_role("button", name=answer).click()
    page.wait_for_url("**/login")
    assert kept(page) == left
    assert page.evaluate("sessionStorage.getItem('page:kept')") is None
    assert stored(journal)[0] == ""


def test_the_roll_goes_on_after_a_reload_without_a_server(open_as, journal, server, classroom: BrowserContext):
    address = f"/journal/{journal.course_id}/lessons/{journal.lessons[1].id}/roll"
    page = with_worker(open_as(journal.teacher, address, classroom))
    line = page.locator(".roll-line")
    server.stop()
    try:
        line.nth(0).locator('[data-code="н"]').click()
        line.nth(0).locator('[data-code="б"]').click()
        line.nth(1).locator('[data-mark="5"]').first.click()
        expect(page.locator("#roll-state")).to_have_text("Нет связи: ждут отправки 2")
        page.reload()
        expect(page.locator("#roll-state")).to_have_text("Нет связи: ждут отправки 2")
        expect(line.nth(0).locator("output")).to_have_text("б")
    finally:
        server.start()
    back_online(page)
    expect(page.locator("#roll-state")).to_have_text("Сохранено", timeout=20_000)
    assert stored(journal)[:2] == ["б", "5"]
    assert sorted(logged(journal)) == [(0, "б"), (0, "н"), (1, "5")], "each tap once"
    assert kept(page) == 0


def test_everybody_present_on_the_phone_waits_too_between_what_was_tapped_before_and_after_it(
    open_as, journal, server, classroom: BrowserContext
):
    record(journal, 2, "н")
    record(journal, 3, "о4")
    page = with_worker(open_as(journal.teacher, roll(journal), classroom))
    line, state = page.locator(".roll-line"), page.locator("#roll-state")
    server.stop()
    try:
        line.nth(0).locator('[data-code="н"]').click()
        line.nth(1).locator('[data-mark="5"]').first.click()
        expect(state).to_have_text("Нет связи: ждут отправки 2")
        page.get_by_role("button", name="Все присутствуют").click()
        expect(state).to_have_text("Нет связи: ждут отправки 3")
        line.nth(2).locator('[data-code="б"]').click()  # over an «н» that goes before
        line.nth(0).locator('[data-mark="4"]').first.click()  # over one that waits itself: «н4»
        expect(state).to_have_text("Нет связи: ждут отправки 4")
        page.reload()
        expect(line.nth(2).locator("output")).to_have_text("б")
        expect(state).to_have_text("Нет связи: ждут отправки 4")
    finally:
        server.start()
    back_online(page)
    expect(state).to_have_text("Сохранено", timeout=20_000)
    assert stored(journal)[:4] == ["н4", "5", "б", "4"]
    changes = [(0, "н"), (0, ""), (0, "н4"), (1, "5"), (2, "н"), (2, ""), (2, "б"), (3, "о4"), (3, "4")]
    assert sorted(logged(journal), key=lambda change: change[0]) == changes
    assert entered(journal)
    assert kept(page) == 0


def test_everybody_present_that_waits_behind_a_tap_is_taken_back_unsent(open_as, journal, server):
    page = open_as(journal.teacher, roll(journal))
    server.stop()
    try:
        page.locator(".roll-line").first.locator('[data-mark="5"]').first.click()
        expect(page.locator("#roll-state")).to_have_text("Нет связи: ждут отправки 1")
        page.get_by_role("button", name="Все присутствуют").click()
        expect(page.locator("#roll-state")).to_have_text("Нет связи: ждут отправки 2")
        page.get_by_role("button", name="Отменить").click()
        expect(page.locator("#roll-state")).to_have_text("Нет связи: ждут отправки 1")
    finally:
        server.start()
    back_online(page)
    expect(page.locator("#roll-state")).to_have_text("Сохранено", timeout=20_000)
    assert stored(journal)[0] == "5"
    assert not entered(journal)


@pytest.mark.parametrize("closes", [False, True])
def test_a_cell_typed_before_and_after_everybody_present_ends_as_typed_last(open_as, journal, server, closes):
    page = open_as(journal.teacher, f"/journal/{journal.course_id}")
    server.stop()
    try:
        type_down(page, journal, 0, "н")
        everybody_present(page)
        type_down(page, journal, 0, "4")
        expect(page.locator("#save-state")).to_have_text("Нет связи: ждут отправки 3")
        if closes:
            page.close()
    finally:
        server.start()
    page = open_as(journal.teacher, "/") if closes else page
    back_online(page)
    place, text = ("#waiting", "") if closes else ("#save-state", "Сохранено")
    expect(page.locator(place)).to_have_text(text, timeout=20_000)
    assert logged(journal) == [(0, "н"), (0, ""), (0, "4")]
    assert kept(page) == 0


def roll(journal: Journal) -> str:
    return f"/journal/{journal.course_id}/lessons/{journal.lessons[1].id}/roll"


def test_a_lessons_topic_typed_without_a_server_is_there_after_a_reload(open_as, journal, server):
    address = f"/journal/{journal.course_id}/lessons/{journal.lessons[1].id}"
    page = open_as(journal.teacher, address)
    page.on("dialog", lambda dialog: dialog.accept())
    server.stop()
    try:
        page.locator("#topic").press_sequentially("Потоки")
        page.locator("#homework").press_sequentially("Глава 3")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#toasts")).to_contain_text("Нет связи")
    finally:
        server.start()
    page.close()
    page = open_as(journal.teacher, address)
    expect(page.locator("#topic")).to_have_value("Потоки")
    expect(page.locator(".draft-note")).to_contain_text("не сохранённое")
    page.locator("#topic").press("Control+Enter")
    expect(page.locator("#lesson-form .save-note svg")).to_be_visible()
    db.session.rollback()
    assert db.session.get_one(Lesson, journal.lessons[1].id, populate_existing=True).topic == "Потоки"
    db.session.rollback()
    page.reload()
    expect(page.locator(".draft-note")).to_have_count(0)


def test_a_browser_that_keeps_nothing_takes_marks_all_the_same(open_as, journal, context):
    """Storage forbidden by its settings: each look at it is refused."""
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })"
    )
    page = open_as(journal.teacher, f"/journal/{journal.course_id}")
    page.locator("#journal.ready").wait_for()
    type_down(page, journal, 0, "5")
    all_saved(page)
    assert stored(journal)[0] == "5"

"""From an empty college to a green checklist, by hand in a browser (R4.1.e): nobody edits the database."""

import re
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from databases import ONE, empty_college
from factories import make_session
from flask_migrate import upgrade
from playwright.sync_api import BrowserContext, Locator, Page, expect
from werkzeug.serving import make_server

from ejournal import create_app
from ejournal.extensions import db
from ejournal.models import Person
from ejournal.services import college

COLLEGE = Path(__file__).resolve().parent.parent / "data" / "college-a"
# The college's lists are of 2026/2027.
MOMENT = "2026-09-14 09:00:00+03:00"
GROUPS = ("ИС-21", "ТО-22", "ПК-11", "СВ-31")


@pytest.fixture(params=ONE)
def empty(request: pytest.FixtureRequest, tmp_path: Path, context: BrowserContext) -> Iterator[Page]:
    """The page of the administrator of a college that has just been opened with `ejournal init`."""
    with (
        empty_college(request.param, tmp_path, "year") as overrides,
        time_machine.travel(MOMENT, tick=True),
    ):
        app = create_app(overrides)
        with app.app_context():
            upgrade()
            college.create("Учебный техникум", "Europe/Moscow", "Администратор Анна", "admin")
            token = make_session(db.session.scalars(db.select(Person).join(Person.account)).one())
            db.session.remove()
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        # No term: the browser's clock is the real one.
        cookie = serializer.dumps({"_user_id": token, "_fresh": True, "csrf_token": secrets.token_hex(20)})
        url = f"http://127.0.0.1:{server.port}"
        context.add_cookies([{"name": "ejournal", "value": cookie, "url": url}])
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(url)
        yield page
        server.shutdown()
        thread.join(10)
        with app.app_context():
            db.engine.dispose()


def test_an_administrator_sets_up_a_year_from_the_colleges_own_files(empty: Page) -> None:
    page = empty
    for kind, file in (
        ("students", "students.xlsx"),
        ("teachers", "teachers.xlsx"),
        ("parents", "parents.xlsx"),
        ("curriculum", "curriculum.xlsx"),
        ("bells", "bells.xlsx"),
    ):
        load(page, kind, file)
    for title in GROUPS:
        follow_the_plan(page, title)
    load(page, "timetable", "timetable.xlsx")
    page.goto(root(page) + "/load/")
    press(page, page.get_by_role("button", name="Создать для всех групп"))
    for title in GROUPS:
        appoint_teachers(page, title)
    page.goto(root(page) + "/timetable/generation")
    page.get_by_role("button", name="Показать, что изменится").click()
    page.get_by_role("button", name="Создать занятия").click()
    expect(page.get_by_role("status").first).to_contain_text("создано")
    give_plans(page)
    for title in GROUPS:
        of_group(page, title, "Согласия")
        press(page, page.get_by_role("button", name="Внести отмеченным"))
        of_group(page, title, "Коды доступа")
        press(page, page.get_by_role("button", name="Выдать коды и напечатать").first)
        expect(page.get_by_role("heading", name="Коды доступа")).to_be_visible()
    page.goto(root(page) + "/year/")
    expect(page.locator(".percent")).to_have_text("100 %")
    assert page.locator(".unready").count() == 0

    publish_a_replacement(page)
    move_a_student(page)


def load(page: Page, kind: str, file: str) -> None:
    """Choose the file, look at what would change, confirm."""
    page.goto(root(page) + f"/admin/import?kind={kind}")
    page.get_by_label("Файл", exact=True).set_input_files(COLLEGE / file)
    page.get_by_label(re.compile("Создать группы")).check()
    page.get_by_role("button", name="Показать, что изменится").click()
    page.get_by_role("button", name="Записать").click()
    expect(page.locator("main").get_by_text("Создано", exact=True)).to_be_visible()


def follow_the_plan(page: Page, title: str) -> None:
    page.goto(root(page) + "/year/groups")
    page.get_by_role("link", name=title, exact=True).click()
    page.get_by_label("Специальность").select_option(index=1)
    press(page, page.get_by_role("button", name="Сохранить"))


def appoint_teachers(page: Page, title: str) -> None:
    """Somebody for every journal that has nobody."""
    page.goto(root(page) + "/load/")
    page.get_by_label("Группа").select_option(label=title)
    page.get_by_role("button", name="Показать").click()
    while (bare := page.locator(".bare")).count():
        form = bare.first.locator("xpath=following::details[1]")
        form.locator("summary").click()
        form.get_by_label("Преподаватель").select_option(index=1)
        press(page, form.get_by_role("button", name="Назначить"))


def give_plans(page: Page) -> None:
    """A plan of its own for every journal; its topics are the teachers' work."""
    page.goto(root(page) + "/thematic/?bare=1")
    while (bare := page.get_by_role("link", name=re.compile("^Дать план"))).count():
        bare.first.click()
        press(page, page.get_by_role("button", name="Начать пустой план"))
        page.goto(root(page) + "/thematic/?bare=1")


def of_group(page: Page, title: str, part: str) -> None:
    page.goto(root(page) + "/year/groups")
    page.get_by_role("link", name=title, exact=True).click()
    page.get_by_role("main").get_by_role("link", name=part, exact=True).last.click()


def publish_a_replacement(page: Page) -> None:
    page.goto(root(page) + "/substitutions/?date=2026-09-15")
    page.get_by_label("Группа").select_option(label="ИС-21")
    page.get_by_role("button", name="Показать занятия").click()
    page.get_by_role("link", name=re.compile("^Заменить")).first.click()
    page.get_by_label("Кто проводит").select_option(index=1)
    page.get_by_label("Причина").fill("болезнь")
    page.get_by_role("button", name="Опубликовать").click()
    expect(page.get_by_role("status").first).to_contain_text("Замена опубликована")


def move_a_student(page: Page) -> None:
    page.goto(root(page) + "/movement/new")
    page.get_by_label("Группа, где числится").select_option(label="ИС-21")
    with page.expect_navigation():
        page.get_by_role("button", name="Показать обучающихся").click()
    page.get_by_label("Приказ №").fill("15-с")
    page.get_by_label("от", exact=True).fill("2026-09-14")
    page.get_by_label("Действует с").fill("2026-09-15")
    page.get_by_label("В группу").select_option(label="ТО-22")
    page.get_by_label("Ким Вера").check()
    page.get_by_role("button", name="Показать, что изменится").click()
    expect(page.get_by_text("ИС-21 по 14.09.2026 → ТО-22 с 15.09.2026")).to_be_visible()
    page.get_by_role("button", name="Внести приказ").click()
    expect(page.get_by_role("status").first).to_contain_text("Приказ № 15-с внесён")


def press(page: Page, button: Locator) -> None:
    """And wait for the page that answers."""
    with page.expect_navigation():
        button.click()


def root(page: Page) -> str:
    return re.match(r"https?://[^/]+", page.url)[0]  # type: ignore[index]

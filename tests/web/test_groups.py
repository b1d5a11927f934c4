"""The pages of a group for its leader: what is shown, that nothing can be edited, what it costs (R4.3.c, R2.1.c)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import factories
import factories_consents
import factories_documents
import factories_groups as made
import factories_tasks
import pytest
import sqlalchemy as sa
from factories import Journal
from flask import Flask
from flask.testing import FlaskClient

from ejournal.extensions import db
from ejournal.models import Cell, Lesson, PeriodMark, Person, Role, Work
from ejournal.services import settings

SignIn = Callable[[Person], FlaskClient]
FRAGMENT = {"HX-Request": "true"}
DAY = timedelta(days=1)
VIEWS = ("?view=day", "?view=week", "?view=week&by=disciplines", "?view=period", "?view=period&sort=risk")
MOST_QUERIES = {"board": 20, "student": 36, "list": 20, "access": 8, "home": 24}


@dataclass
class World:
    """A group with a lesson of today; its curator, who teaches elsewhere too; administration."""

    journal: Journal
    curator: Person
    manager: Person
    first: Person
    second: Person

    @property
    def url(self) -> str:
        return f"/groups/{self.journal.group.id}"

    @property
    def student(self) -> str:
        return f"{self.url}/students/{self.first.id}"


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        journal = factories.make_journal(students=3, lessons=0)
        curator = factories.make_curator(journal.group)
        db.session.add(factories.RoleGrant(person_id=curator.id, role=Role.TEACHER, since=journal.year.starts))
        manager = factories.make_person("Завучева", (Role.ADMINISTRATION,))
        first, second, _third = journal.students
        made.lesson(journal.course_id, settings.today(), 1, {first: "5", second: "н"})
        journal.lessons += db.session.scalars(sa.select(Lesson)).all()
        journal.works += db.session.scalars(sa.select(Work)).all()
        factories_documents.give(journal, ["5", "н/а", ""])
        return World(journal, curator, manager, first, second)


def text_of(client: FlaskClient, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200, (address, page.status_code)
    return " ".join(page.text.split())


# ── What is shown ───────────────────────────────────────────────────────────
def test_r4_3_c_works_a_teacher_waits_for_stand_on_the_students_page(world: World, app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        student = world.journal.students[2]
        factories_tasks.owe(world.journal.works[0], student, settings.today() + timedelta(days=3), "на консультации")
        address = f"/groups/{world.journal.group.id}/students/{student.id}"
    client = sign_in(world.curator)
    assert "Не сдано: 1" in text_of(client, address)
    assert "на консультации" in text_of(client, address)


def test_r4_3_c_a_leader_goes_from_the_start_page_to_the_group_and_a_student(world: World, sign_in: SignIn) -> None:
    client = sign_in(world.curator)
    client.post("/role", data={"role": "curator"})
    start = text_of(client, "/")
    assert f'href="{world.url}"' in start
    assert "Сегодня отсутствуют: 1 из 3" in start
    assert world.second.surname in start
    listing = text_of(client, "/groups/")
    assert f'<a href="{world.url}">{world.journal.group.title}</a>' in listing
    board = text_of(client, f"{world.url}?view=day")
    assert 'class="code-н' in board
    assert f'href="{world.student}"' in board
    page = text_of(client, world.student)
    assert world.first.full_name in page
    assert "ОП.01 Операционные системы" in page


def test_r4_3_c_risk_and_debts_are_said_in_words(world: World, sign_in: SignIn) -> None:
    page = text_of(sign_in(world.curator), f"{world.url}?view=period")
    assert "Требуют внимания: 1" in page
    assert "Операционные системы: «н/а», I семестр" in page


@pytest.mark.parametrize("view", VIEWS)
def test_turning_comes_alone_for_a_script_and_as_a_page_by_a_plain_link(
    world: World, sign_in: SignIn, view: str
) -> None:
    client = sign_in(world.curator)
    alone = client.get(world.url + view, headers=FRAGMENT).text
    assert alone.lstrip().startswith('<section id="board"')
    assert "<html" not in alone
    back = client.get(world.url + view, headers={**FRAGMENT, "HX-History-Restore-Request": "true"}).text
    for page in (client.get(world.url + view).text, back):
        assert "<html" in page
        assert 'id="board"' in page
    # Every way to turn is a link with an address, and does so in place where there are scripts.
    for tag in re.findall(r"<a [^>]*data-turn[^>]*>", alone):
        assert re.search(r'href="([^"]+)"', tag)[1] == re.search(r'hx-get="([^"]+)"', tag)[1]  # type: ignore[index]
        assert 'hx-push-url="true"' in tag


def test_r4_3_a_who_never_signed_in_leads_to_the_slips(world: World, app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        first = db.session.get_one(Person, world.first.id)
        mother = factories_consents.make_parent(first).full_name
        made.signed_in(first)
    page = text_of(sign_in(world.curator), f"{world.url}/access")
    assert "Обучающиеся: 2" in page
    assert "Родители: 1" in page
    assert mother in page
    assert f'href="/slips/groups/{world.journal.group.id}"' in page


def test_administration_searches_all_groups(world: World, app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        other = factories.make_group("ПК-31").title
    client = sign_in(world.manager)
    assert other in text_of(client, "/groups/")
    found = text_of(client, "/groups/?q=пк31")
    assert other in found
    assert world.journal.group.title not in found
    assert "Таких групп нет" in text_of(client, "/groups/?q=яя")
    assert client.get(f"{world.url}?view=period").status_code == 200


def test_a_leader_without_a_group_is_told_who_appoints(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        person = factories.make_person("Кураторова", (Role.CURATOR,))
    client = sign_in(person)
    for address in ("/", "/groups/"):
        assert "Группа вам не назначена" in text_of(client, address)


def test_r2_1_c_another_leader_finds_nothing(world: World, app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        stranger = factories.make_curator(factories.make_group())
    client = sign_in(stranger)
    for address in (world.url, f"{world.url}/access", world.student):
        assert client.get(address).status_code == 404
    for address in (f"{world.url}/sheet", f"{world.student}/sheet"):
        assert client.post(address).status_code == 404
    assert world.url not in text_of(client, "/groups/")


# ── Nothing of it can be edited (п. 4.3) ────────────────────────────────────
@pytest.mark.parametrize("view", [*(f"{{board}}{view}" for view in VIEWS), "{student}", "/groups/", "{board}/access"])
def test_r4_3_c_the_pages_hold_nothing_to_edit_with(world: World, sign_in: SignIn, view: str) -> None:
    page = sign_in(world.curator).get(view.format(board=world.url, student=world.student)).text
    posted = {
        re.search(r'action="([^"]+)"', form)[1]  # type: ignore[index]
        for form in re.findall(r"<form\b[^>]*>", page)
        if 'method="post"' in form
    }
    # The header's own, and printing.
    assert posted <= {"/view", "/theme", "/role", "/logout", f"{world.url}/sheet", f"{world.student}/sheet"}
    for control in ("data-version", "data-work=", 'role="gridcell"', "contenteditable", "hx-post", "hx-put",
                    "hx-delete", "hx-patch", "<textarea"):  # fmt: skip
        assert control not in page


def test_r4_3_c_a_leader_writes_into_no_journal_of_the_group(world: World, app: Flask, sign_in: SignIn) -> None:
    """Every address that writes into a journal refuses the curator, also one who teaches, and stores nothing."""
    with app.app_context():
        only_curator = factories.make_curator(db.session.get_one(factories.Group, world.journal.group.id))
        before = state_of_journal()
    known = {
        "course_id": world.journal.course_id,
        "student_id": world.first.id,
        "work_id": world.journal.works[0].id,
        "lesson_id": world.journal.lessons[0].id,
        "period_id": world.journal.period.id,
    }
    form = {
        "value": "2", "version": "1", "topic": "Чужая тема", "date": settings_day(app), "pair": "3", "code": "п",
        "entries": f'[[{world.first.id}, {world.journal.works[0].id}, "2", 1]]', "homework": "Чужое задание",
    }  # fmt: skip
    tried = 0
    for person in (world.curator, only_curator):
        client = sign_in(person)
        for rule in app.url_map.iter_rules():
            if "POST" not in (rule.methods or ()) or "course_id" not in rule.arguments:
                continue
            if rule.endpoint.split(".")[0] not in ("journal", "thematic"):
                continue
            with app.test_request_context():
                address = app.url_for(rule.endpoint, **{name: known.get(name, 1) for name in rule.arguments})
            status = client.post(address, data=form, headers=FRAGMENT).status_code
            # One's own last change is undone: who could make none has none.
            refusals = (403, 422) if rule.endpoint == "journal.undo_last" else (403, 404)
            assert status in refusals, (rule.endpoint, status)
            tried += 1
    assert tried >= 30
    with app.app_context():
        assert state_of_journal() == before


def test_r4_3_c_a_leader_reads_the_journals_of_the_group_without_editing(world: World, sign_in: SignIn) -> None:
    page = sign_in(world.curator).get(f"/journal/{world.journal.course_id}").text
    assert 'id="journal"' in page
    assert not re.search(r'<td[^>]*role="gridcell"[^>]*data-version', page)


def settings_day(app: Flask) -> str:
    with app.app_context():
        return settings.today().isoformat()


def state_of_journal() -> list[list[tuple[object, ...]]]:
    """Everything a journal holds."""
    return [
        [tuple(row) for row in db.session.execute(sa.select(*table.__table__.columns).order_by(table.id))]
        for table in (Lesson, Work, Cell, PeriodMark)
    ]


# ── On paper (п. 3.7) ───────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"view": "week"}, "Отсутствуют"),
        ({"view": "period"}, "Средний балл группы"),
        ({"view": "day"}, "1 пара Операционные системы"),
        ({"view": "week", "by": "disciplines"}, "ОП.01 Операционные системы"),
    ],
)
def test_r3_7_the_page_of_a_group_is_printed_with_its_names(
    world: World, sign_in: SignIn, form: dict[str, str], words: str
) -> None:
    answer = sign_in(world.curator).post(f"{world.url}/sheet", data=form)
    assert answer.mimetype == "application/pdf"
    text = factories_documents.text_of(answer.data)
    for expected in (
        words,
        world.second.full_name,
        "Верно",
        "М.П.",
        "стр. 1 из",
        "напечатано",
        world.journal.group.title,
    ):
        assert expected in text


def test_r3_7_a_student_is_printed_and_kept_in_the_register(world: World, sign_in: SignIn) -> None:
    client = sign_in(world.curator)
    answer = client.post(f"{world.student}/sheet")
    text = factories_documents.text_of(answer.data)
    for expected in (world.first.full_name, "Операционные системы", "Всего", "Верно", "стр. 1 из 1"):
        assert expected in text
    assert "сведения об обучающемся" in text_of(client, "/documents/").casefold()


def test_a_week_without_lessons_says_so_and_prints_nothing(world: World, sign_in: SignIn) -> None:
    client = sign_in(world.curator)
    empty = {"view": "week", "week": "2001-W10"}
    assert "Печатать нечего" in client.post(f"{world.url}/sheet", data=empty, follow_redirects=True).text


# ── How much it costs ───────────────────────────────────────────────────────
def queries(app: Flask, act: Callable[[], object]) -> int:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    # Settings are kept for some seconds: on a busy machine they are read anew in between, whatever the page.
    return len([each for each in seen if not each.startswith("BEGIN") and "FROM setting" not in each])


def fill_up(world: World) -> None:
    """30 more students with parents, 14 more disciplines with lessons today, marks everywhere."""
    journal = world.journal
    group = db.session.get_one(factories.Group, journal.group.id)
    people = [db.session.get_one(Person, world.first.id)]
    for number in range(30):
        person = factories.make_person(name=f"Имя{number}")
        factories.enroll(person, group, journal.year.starts)
        factories_consents.make_parent(person, ())
        people.append(person)
    for number in range(14):
        course = made.second(journal, f"Дисциплина {number}")
        made.lesson(course, settings.today(), number % 7 + 2, dict.fromkeys(people, "2" if number % 3 else "н"))


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        *(("board", f"{{0}}{view}") for view in VIEWS),
        ("student", "{1}"),
        ("list", "/groups/"),
        ("access", "{0}/access"),
        ("home", "/"),
    ],
)
def test_a_page_costs_the_same_however_large_the_group(
    world: World, app: Flask, sign_in: SignIn, kind: str, address: str
) -> None:
    client = sign_in(world.curator)
    client.post("/role", data={"role": "curator"})
    address = address.format(world.url, world.student)
    client.get(address)
    few = queries(app, lambda: client.get(address))
    with app.app_context():
        fill_up(world)
    assert client.get(address).status_code == 200
    assert queries(app, lambda: client.get(address)) == few <= MOST_QUERIES[kind]

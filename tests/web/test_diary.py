"""The diary over HTTP: who gets which page, fragments, refusals, the number of queries (R2.1.c, R4.5, R4.6)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta

import factories
import factories_diary
import pytest
import sqlalchemy as sa
from factories import Journal, make_lesson
from flask import Flask
from flask.testing import FlaskClient

from ejournal.domain import calendar
from ejournal.extensions import db
from ejournal.models import DiaryVisit, Enrollment, Guardianship, HomeworkTick, Person, Role, Vacation
from ejournal.services import settings

SignIn = Callable[[Person], FlaskClient]
FRAGMENT = {"HX-Request": "true"}
DAY = timedelta(days=1)
TABS = ("", "/homework", "/marks", "/attendance", "/teachers")
MOST_QUERIES = 8  # the board and the events of the days are the ninth


@dataclass
class Family:
    """A group, two children of one parent in it, a lesson of today with a mark and homework."""

    journal: Journal
    child: Person
    sister: Person
    parent: Person
    cell_id: int
    homework_id: int
    lesson_id: int

    def url(self, tab: str = "") -> str:
        return f"/diary/{self.child.id}{tab}"


@pytest.fixture
def family(app: Flask) -> Family:
    with app.app_context():
        journal = factories.make_journal(students=0, lessons=0)
        child = factories_diary.make_child(journal.group)
        sister = factories_diary.make_child(factories.make_group(year=journal.year), "Полина")
        lesson = make_lesson(journal.course_id, settings.today(), topic="Потоки и процессы", room="217")
        cell = factories_diary.put(lesson.works[0], child, "5", "о", updated_by=journal.teacher.id)
        homework = factories_diary.give(lesson, "Решить № 7", settings.today() + DAY)
        parent = factories_diary.make_parent(child, sister)
        return Family(journal, child, sister, parent, cell.id, homework.id, lesson.id)


def college_today(app: Flask) -> date:
    with app.app_context():
        return settings.today()


def test_the_name_of_a_vacation_keeps_its_capital(app: Flask, family: Family, sign_in: SignIn) -> None:
    with app.app_context():
        year, day = family.journal.year, calendar.monday_of(settings.today()) + 7 * DAY
        db.session.add(Vacation(year_id=year.id, title="Дни Победы", starts=day, ends=day + DAY))
        db.session.commit()
    page = sign_in(family.child).get(family.url(f"?week={calendar.format_week(day)}")).text
    assert "Каникулы «Дни Победы»" in page


def text_of(client: FlaskClient, address: str, **more: object) -> str:
    page = client.get(address, **more)  # type: ignore[arg-type]
    assert page.status_code == 200, page.status_code
    return " ".join(page.text.split())


def test_r4_6_a_a_parent_lands_on_the_children_at_a_glance(family: Family, sign_in: SignIn) -> None:
    client = sign_in(family.parent)
    assert client.get("/").location == "/diary/"
    page = text_of(client, "/diary/")
    for child in (family.child, family.sister):
        assert f'href="/diary/{child.id}"' in page
        assert child.name in page
    assert "Сегодня 1 занятие" in page


def test_r4_5_a_student_lands_on_the_own_week(family: Family, sign_in: SignIn) -> None:
    client = sign_in(family.child)
    page = client.get("/", follow_redirects=True)
    assert page.request.path == family.url()
    assert "Мои дети" not in page.text
    assert family.sister.full_name not in page.text


def test_r4_6_a_the_week_shows_the_lesson_its_mark_and_homework(family: Family, sign_in: SignIn) -> None:
    page = text_of(sign_in(family.parent), family.url())
    for words in ("Операционные системы", "ауд. 217", "Потоки и процессы", "Решить № 7", "опоздание на занятие"):
        assert words in page
    assert family.journal.teacher.short_name in page
    assert f"/diary/{family.child.id}/marks/{family.cell_id}" in page


def test_r4_2_d_the_family_sees_the_exam_of_today(family: Family, app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        factories_diary.make_exam(family.journal.course_id, settings.today(), starts=time(9), room="301")
    client = sign_in(family.parent)
    for page in (text_of(client, "/diary/"), text_of(client, family.url())):
        assert "09:00" in page
        assert "ауд. 301" in page
    assert "Экзамен</b>: Операционные системы" in text_of(client, "/diary/")


def test_r4_6_a_the_other_child_is_one_tap_away_on_the_same_tab(family: Family, sign_in: SignIn) -> None:
    client = sign_in(family.parent)
    for tab in TABS:
        assert f'href="/diary/{family.sister.id}{tab}"' in text_of(client, family.url(tab))


def test_today_lies_open_and_the_other_days_tell_themselves_in_a_line(
    family: Family, app: Flask, sign_in: SignIn
) -> None:
    page = text_of(sign_in(family.parent), family.url())
    opened = re.findall(r'<details class="day [^>]*id="day-([0-9-]+)"\s+open', page)
    assert opened == [college_today(app).isoformat()]


def test_a_turned_week_comes_alone_and_by_a_plain_link_as_a_page(family: Family, app: Flask, sign_in: SignIn) -> None:
    client = sign_in(family.parent)
    following = calendar.format_week(college_today(app) + 7 * DAY)
    alone = client.get(f"{family.url()}?week={following}", headers=FRAGMENT).text
    assert alone.lstrip().startswith('<section id="week"')
    assert "<html" not in alone
    whole = client.get(f"{family.url()}?week={following}").text
    back = client.get(family.url(), headers={**FRAGMENT, "HX-History-Restore-Request": "true"}).text
    for page in (whole, back):
        assert "<html" in page
        assert 'id="week"' in page
    assert "К этой неделе" in whole
    assert "К этой неделе" not in back


@pytest.mark.parametrize("week", ["", "2026-W60", "x", "2026-48", "<script>"])
def test_a_week_there_is_not_is_the_running_one(family: Family, sign_in: SignIn, week: str) -> None:
    assert "эта неделя" in text_of(sign_in(family.parent), family.url(), query_string={"week": week})


def test_a_mark_opens_as_a_fragment_and_as_a_page(family: Family, sign_in: SignIn) -> None:
    client = sign_in(family.parent)
    address = family.url(f"/marks/{family.cell_id}")
    fragment = text_of(client, address, headers=FRAGMENT)
    assert "<html" not in fragment
    for words in ("о5", family.journal.teacher.full_name, "Потоки и процессы", "Ответ на занятии"):
        assert words in fragment
    assert "<html" in text_of(client, address)


def test_what_if_answers_in_its_place_and_without_scripts(family: Family, sign_in: SignIn) -> None:
    client = sign_in(family.parent)
    address = family.url(f"/courses/{family.journal.course_id}/outlook")
    fragment = text_of(client, address, query_string={"mark": "2", "times": "1", "weight": "1"}, headers=FRAGMENT)
    assert "<b>3,50</b>" in fragment
    assert "<b>3,50</b>" in text_of(client, address, query_string={"mark": "2", "times": "1", "weight": "1"})
    refused = client.get(address, query_string={"mark": "7"}, headers=FRAGMENT)
    assert refused.status_code == 422
    assert "Выберите оценку от 2 до 5" in refused.text


def test_only_the_student_has_a_tick_to_press(family: Family, app: Flask, sign_in: SignIn) -> None:
    student, parent = sign_in(family.child), sign_in(family.parent)
    address = family.url(f"/homework/{family.homework_id}/tick")
    assert "task-tick" in student.get(family.url("/homework")).text
    assert "task-tick" not in parent.get(family.url("/homework")).text
    assert parent.post(address, data={"done": "1"}).status_code == 403
    assert 'aria-pressed="true"' in student.post(address, data={"done": "1"}, headers=FRAGMENT).text
    assert student.post(address, data={"done": "1"}).location == family.url("/homework")
    with app.app_context():
        assert len(db.session.scalars(db.select(HomeworkTick)).all()) == 1
    assert "отмечено сделанным" in parent.get(family.url("/homework")).text


def test_a_tick_moves_the_count_of_its_day_beside_the_task(family: Family, sign_in: SignIn) -> None:
    student = sign_in(family.child)
    address = family.url(f"/homework/{family.homework_id}/tick")
    page = student.get(family.url("/homework")).text
    day = re.search(r'id="(done-[\w-]+)"\s*>сделано 0 из 1<', page)
    assert day
    for done, words in (("1", "сделано 1 из 1"), ("0", "сделано 0 из 1")):
        answer = student.post(address, data={"done": done}, headers=FRAGMENT).text
        assert re.search(rf'id="{day[1]}"\s*hx-swap-oob="true">{words}<', answer)
    assert "hx-swap-oob" not in student.get(family.url("/homework")).text


def test_a_visit_is_noted_by_the_page_and_not_by_staff(family: Family, app: Flask, sign_in: SignIn) -> None:
    client = sign_in(family.parent)
    assert f'hx-post="{family.url("/visit")}"' in client.get(family.url()).text
    assert client.post(family.url("/visit")).status_code == 204
    with app.app_context():
        assert len(db.session.scalars(db.select(DiaryVisit)).all()) == 1
        curator = factories.make_curator(family.journal.group)
    page = sign_in(curator).get(family.url()).text
    assert "hx-post" not in page
    assert "Новое с прошлого раза" not in page


# ── Refusals ────────────────────────────────────────────────────────────────
def other_parent(family: Family) -> Person:
    return factories_diary.make_parent(factories_diary.make_child(family.journal.group, "Чужой"))


def other_student(family: Family) -> Person:
    return factories_diary.make_child(family.journal.group, "Чужой")


def other_curator(family: Family) -> Person:
    return factories.make_curator(factories.make_group(year=family.journal.year))


def withdrawn(family: Family) -> Person:
    factories_diary.answer(family.child, family.parent, "withdrawn")
    return family.parent


def no_consent(family: Family) -> Person:
    person = factories.make_person(roles=(Role.PARENT,))
    db.session.add(Guardianship(parent_id=person.id, student_id=family.child.id))
    return person


def of_age(family: Family) -> Person:
    db.session.merge(family.child).birth_date = settings.today() - timedelta(days=366 * 19)
    return family.parent


def expelled(family: Family) -> Person:
    row = db.session.scalars(db.select(Enrollment).where(Enrollment.student_id == family.child.id)).one()
    row.until, row.left_kind = settings.today() - DAY, "expelled"
    return family.child


@pytest.mark.parametrize(
    "who",
    [other_parent, other_student, other_curator, withdrawn, no_consent, of_age, expelled],
    ids=lambda function: function.__name__,
)
def test_r2_1_c_whose_diary_it_is_not_finds_nothing(
    family: Family, app: Flask, sign_in: SignIn, who: Callable[[Family], Person]
) -> None:
    with app.app_context():
        person = who(family)
        db.session.commit()
    client = sign_in(person)
    tails = [
        *TABS, f"/marks/{family.cell_id}", f"/lessons/{family.lesson_id}/homework",
        f"/lessons/{family.lesson_id}/files/1", f"/courses/{family.journal.course_id}/outlook",
    ]  # fmt: skip
    assert {tail: client.get(family.url(tail)).status_code for tail in tails} == dict.fromkeys(tails, 404)
    if who is not other_curator:
        posts = ["/calendar", "/calendar/removal", "/visit", f"/homework/{family.homework_id}/tick"]
        assert {tail: client.post(family.url(tail)).status_code for tail in posts} == dict.fromkeys(posts, 404)


def test_r4_1_d_a_parent_without_an_open_diary_is_told_what_opens_it(
    family: Family, app: Flask, sign_in: SignIn
) -> None:
    with app.app_context():
        person = no_consent(family)
        db.session.commit()
    page = text_of(sign_in(person), "/diary/")
    assert "согласию (п. 2.1, 4.1)" in page
    assert family.child.surname not in page


def test_r4_3_c_a_curator_reads_the_own_group_from_a_list_and_changes_nothing(
    family: Family, app: Flask, sign_in: SignIn
) -> None:
    with app.app_context():
        curator = factories.make_curator(family.journal.group)
    client = sign_in(curator)
    assert f'href="{family.url()}"' in client.get("/diary/").text
    assert f"/diary/{family.sister.id}" not in client.get("/diary/").text
    assert "вы смотрите дневник как сотрудник колледжа" in text_of(client, family.url())
    assert client.get(family.url("/calendar")).status_code == 403


def test_administration_finds_a_diary_by_surname(family: Family, app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        client = sign_in(factories.make_person(roles=(Role.ADMINISTRATION,)))
    assert family.child.full_name not in client.get("/diary/").text
    assert family.child.full_name in text_of(client, "/diary/?q=аксен")
    assert "Никого не нашлось" in client.get("/diary/?q=ааа").text


# ── The calendar address ────────────────────────────────────────────────────
def test_r4_2_d_the_address_is_shown_once_and_opens_without_signing_in(
    family: Family, client: FlaskClient, sign_in: SignIn
) -> None:
    parent = sign_in(family.parent)
    made = parent.post(family.url("/calendar")).text
    path = re.search(r'value="http://localhost(/calendar/[^"]+\.ics)"', made)
    assert path
    assert path[1] not in parent.get(family.url("/calendar")).text
    answer = client.get(path[1])
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "SUMMARY:Операционные системы" in answer.text
    assert parent.post(family.url("/calendar/removal")).location == family.url("/calendar")
    assert client.get(path[1]).status_code == 404


def test_a_telephone_that_asks_again_gets_304_until_something_changes(
    family: Family, app: Flask, client: FlaskClient, sign_in: SignIn
) -> None:
    made = sign_in(family.parent).post(family.url("/calendar")).text
    path = re.search(r'value="http://localhost(/calendar/[^"]+\.ics)"', made)
    assert path
    tag = client.get(path[1]).headers["ETag"]
    again = client.get(path[1], headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    with app.app_context():
        make_lesson(family.journal.course_id, settings.today() + DAY, pair=3)
    assert client.get(path[1], headers={"If-None-Match": tag}).status_code == 200


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


def fill_up(family: Family) -> None:
    """A very full week: six pairs a day of many journals, marks, homework, files, replacements."""
    monday = calendar.monday_of(settings.today())
    substitute = factories.make_person("Заменова")
    courses = [factories_diary.make_course(family.journal, f"Дисциплина {n}").id for n in range(12)]
    for offset in range(7):
        for pair in range(1, 7):
            course_id = courses[(offset * 6 + pair) % len(courses)]
            teacher_id = substitute.id if pair == 3 else None
            lesson = make_lesson(course_id, monday + offset * DAY, pair=pair, works=2, teacher_id=teacher_id)
            factories_diary.put(lesson.works[0], family.child, "4", "о", updated_by=family.journal.teacher.id)
            factories_diary.give(lesson, due=lesson.date + DAY)
            factories_diary.attach(lesson, f"{offset}-{pair}.pdf")
    for course_id in courses:
        factories_diary.make_exam(course_id, monday + DAY, consultation_date=monday)


def test_the_week_costs_few_queries_whatever_it_holds(family: Family, app: Flask, sign_in: SignIn) -> None:
    client = sign_in(family.parent)
    client.get(family.url())
    client.post(family.url("/visit"))
    few = queries(app, lambda: client.get(family.url()))
    with app.app_context():
        fill_up(family)
    assert client.get(family.url()).text.count('class="pair ') >= 36
    assert queries(app, lambda: client.get(family.url())) == few <= MOST_QUERIES


@pytest.mark.parametrize("tab", ["/homework", "/marks", "/attendance", "/teachers"])
def test_the_other_tabs_cost_the_same_however_much_there_is(
    family: Family, app: Flask, sign_in: SignIn, tab: str
) -> None:
    client = sign_in(family.parent)
    client.get(family.url(tab))
    few = queries(app, lambda: client.get(family.url(tab)))
    with app.app_context():
        fill_up(family)
    assert queries(app, lambda: client.get(family.url(tab))) == few <= MOST_QUERIES


def test_several_children_cost_what_one_does(family: Family, app: Flask, sign_in: SignIn) -> None:
    client = sign_in(family.parent)
    client.get("/diary/")
    few = queries(app, lambda: client.get("/diary/"))
    with app.app_context():
        for name in ("Анна", "Борис", "Вера"):
            another = factories_diary.make_child(family.journal.group, name)
            db.session.add(Guardianship(parent_id=family.parent.id, student_id=another.id))
            factories_diary.answer(another, family.parent, "agreed")
    assert client.get("/diary/").text.count('class="child panel"') == 5
    assert queries(app, lambda: client.get("/diary/")) == few <= MOST_QUERIES

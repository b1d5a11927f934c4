"""Announcements, events and resources over HTTP: pages, forms, fragments, refusals, the number of queries."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO

import factories_diary
import pytest
import sqlalchemy as sa
from conftest import SignIn
from factories_board import College, announce, make_college, plan, recommend
from flask import Flask

from ejournal.domain.audiences import Choice
from ejournal.extensions import db
from ejournal.models import Announcement, AnnouncementReading, DeadLink, Event, Resource
from ejournal.services import settings

DAY = timedelta(days=1)
MOST_QUERIES = 8


@pytest.fixture
def college(app: Flask) -> College:
    with app.app_context():
        return make_college()


def queries(app: Flask, act: Callable[[], object]) -> int:
    return len(statements(app, act))


def statements(app: Flask, act: Callable[[], object]) -> list[str]:
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
    return [each for each in seen if not each.startswith("BEGIN") and "FROM setting" not in each]


# ── Announcements ───────────────────────────────────────────────────────────
def test_r2_3_a_director_announces_and_a_parent_acknowledges(app: Flask, college: College, sign_in: SignIn) -> None:
    director, parent = sign_in(college.director), sign_in(college.parent)
    form = {
        "title": "Пропуска", "text": "С понедельника **только по пропускам**.", "needs_ack": "1", "pinned": "1",
        "audience_role": ["student", "parent"], "files": [(BytesIO("Правила".encode()), "правила.txt")],
    }  # fmt: skip
    made = director.post("/announcements/", data=form)
    assert made.status_code == 302
    address = made.headers["Location"]
    board = parent.get("/diary/", follow_redirects=True).text
    assert "Пропуска" in board
    assert "нужно ознакомиться" in board
    page = parent.get(address).text
    for said in ("<strong>только по пропускам</strong>", "Ознакомлен(а)", "правила.txt", "Обучающиеся, родители"):
        assert said in page
    assert '<input type="hidden" name="version" value="1">' in page
    unsaid = parent.post(f"{address}/acknowledgement", headers={"HX-Request": "true"})
    assert (unsaid.status_code, "прочтите и подтвердите" in unsaid.text) == (409, True)
    answer = parent.post(f"{address}/acknowledgement", data={"version": 1}, headers={"HX-Request": "true"})
    assert "Вы ознакомлены" in answer.text
    assert "<html" not in answer.text
    badges = answer.text.partition('id="notice-badges" hx-swap-oob="true"')[2].partition("</p>")[0]
    assert "вы ознакомлены" in badges, "the page no longer says that it is still to be done"
    assert "нужно ознакомиться" not in badges
    with app.app_context():
        assert db.session.scalars(db.select(AnnouncementReading)).one().acknowledged_version == 1
    assert "нужно ознакомиться" not in parent.get("/diary/", follow_redirects=True).text
    readers = director.get(f"{address}/readers").text
    assert "Отметили 1 из 3" in readers
    file = parent.get(f"{address}/files/1")
    assert (file.status_code, file.headers["X-Content-Type-Options"]) == (200, "nosniff")
    assert file.headers["Content-Disposition"].startswith("attachment")


def test_an_announcement_says_until_when_it_is_shown_and_leads_back_to_the_list(
    app: Flask, college: College, sign_in: SignIn
) -> None:
    with app.app_context():
        today = settings.today()
        made = announce(college.director, ends=today + timedelta(days=3))
    page = " ".join(sign_in(college.student).get(f"/announcements/{made.id}").text.replace("\xa0", " ").split())
    assert f"Показывается с {today:%d.%m.%Y} по {today + timedelta(days=3):%d.%m.%Y}" in page
    assert '<a href="/announcements/">Объявления</a>' in page.partition("breadcrumbs")[2]


def test_without_a_script_acknowledging_leads_back_to_the_page(app: Flask, college: College, sign_in: SignIn) -> None:
    with app.app_context():
        made = announce(college.director, needs_ack=True)
    client = sign_in(college.student)
    answer = client.post(f"/announcements/{made.id}/acknowledgement", data={"version": 1}, follow_redirects=True)
    assert "вы ознакомлены с объявлением" in answer.text


def test_r4_3_typed_text_is_not_lost_where_another_group_is_ticked(
    app: Flask, college: College, sign_in: SignIn
) -> None:
    form = {"title": "Собрание", "text": "Долго писала", "audience_group": college.other_id}
    answer = sign_in(college.curator).post("/announcements/", data=form)
    assert answer.status_code == 422
    for said in ("Долго писала", "свою группу", college.journal.group.title):
        assert said in answer.text
    assert college.other.group.title not in answer.text
    with app.app_context():
        assert db.session.scalars(db.select(Announcement)).all() == []


def test_a_student_has_no_form_and_no_way_around_it(app: Flask, college: College, sign_in: SignIn) -> None:
    client = sign_in(college.student)
    assert "Написать" not in client.get("/announcements/").text
    assert client.get("/announcements/new").status_code == 403
    assert client.post("/announcements/", data={"title": "Ура", "text": "Каникулы"}).status_code == 403


def test_r2_1_c_not_in_the_audience_is_not_found(app: Flask, college: College, sign_in: SignIn) -> None:
    with app.app_context():
        made = announce(college.curator, Choice(roles=("parent",), group_ids=(college.group_id,)), "Секрет группы")
    for who in (college.student, college.stranger, college.stranger_curator, college.journal.teacher):
        client = sign_in(who)
        assert client.get(f"/announcements/{made.id}").status_code == 404
        assert "Секрет" not in client.get("/announcements/?q=секрет").text
        assert "Секрет" not in client.get("/", follow_redirects=True).text


def test_a_change_is_saved_and_shown_with_its_version(app: Flask, college: College, sign_in: SignIn) -> None:
    with app.app_context():
        made = announce(college.director)
    client = sign_in(college.director)
    assert "Возьмите **пропуск**" in client.get(f"/announcements/{made.id}/edit").text
    form = {"title": "Иначе", "text": "Без пропуска", "version": 1, "ask_anew": "1"}
    page = client.post(f"/announcements/{made.id}", data=form, follow_redirects=True).text
    assert "редакция 2" in page
    again = client.post(f"/announcements/{made.id}", data=form)
    assert again.status_code == 422
    assert "изменил кто-то другой" in again.text
    assert 'name="version" value="2"' in again.text


def test_the_page_tells_that_it_was_opened(app: Flask, college: College, sign_in: SignIn) -> None:
    with app.app_context():
        made = announce(college.director)
    client = sign_in(college.student)
    assert f'hx-post="/announcements/{made.id}/seen"' in client.get(f"/announcements/{made.id}").text
    assert client.post(f"/announcements/{made.id}/seen").status_code == 204
    assert f'hx-post="/announcements/{made.id}/seen"' not in client.get(f"/announcements/{made.id}").text


def test_what_people_write_stays_text(app: Flask, college: College, sign_in: SignIn) -> None:
    with app.app_context():
        made = announce(college.director, title="<b>x</b>", text="<script>alert(1)</script> [x](javascript:alert(1))")
    page = sign_in(college.student).get(f"/announcements/{made.id}").text
    assert "<script>alert" not in page
    assert "<b>x</b>" not in page
    assert 'href="javascript' not in page


# ── Events ──────────────────────────────────────────────────────────────────
def test_a_teacher_plans_a_consultation_for_a_group_taught(app: Flask, college: College, sign_in: SignIn) -> None:
    client = sign_in(college.journal.teacher)
    day = settings_today(app) + DAY
    form = {
        "title": "Консультация", "kind": "consultation", "date": day.isoformat(), "starts": "15:00", "place": "305",
        "remind_days": "1", "audience_role": "student", "audience_group": college.group_id,
    }  # fmt: skip
    made = client.post("/events/", data=form)
    assert made.status_code == 302
    page = sign_in(college.student).get(f"/events/?month={day:%Y-%m}").text
    for said in ("Консультация", "15:00", "ауд. 305"):
        assert said in page
    assert "Консультация" not in sign_in(college.stranger).get(f"/events/?month={day:%Y-%m}").text
    cancelled = client.post(
        f"{made.headers['Location']}/cancellation", data={"reason": "болезнь"}, follow_redirects=True
    )
    assert "болезнь" in cancelled.text
    assert "отменено" in sign_in(college.student).get("/diary/", follow_redirects=True).text


def settings_today(app: Flask) -> date:
    with app.app_context():
        return settings.today()


def test_what_was_typed_of_an_event_comes_back_with_what_is_wrong(
    app: Flask, college: College, sign_in: SignIn
) -> None:
    form = {"title": "Поход", "kind": "other", "date": "нет", "starts": "9:99", "remind_days": "1"}
    answer = sign_in(college.director).post("/events/", data=form)
    assert answer.status_code == 422
    for said in ("Поход", "Укажите день", "Укажите время"):
        assert said in answer.text
    with app.app_context():
        assert db.session.scalars(db.select(Event)).all() == []


@pytest.mark.parametrize("month", ["", "2026-13", "abc", "0001-01", "9999-12", "2026-11&view=list&all=1"])
def test_any_month_is_shown_and_nonsense_is_this_month(
    app: Flask, college: College, sign_in: SignIn, month: str
) -> None:
    for who in (college.director, college.student):
        assert sign_in(who).get(f"/events/?month={month}").status_code == 200


# ── Resources ───────────────────────────────────────────────────────────────
def test_r2_3_integrate_links_are_one_click_away_and_lead_out_safely(
    app: Flask, college: College, sign_in: SignIn
) -> None:
    with app.app_context():
        recommend(college.director)
    client = sign_in(college.student)
    assert 'href="/resources/"' in client.get("/diary/", follow_redirects=True).text
    page = client.get("/resources/?tag=видео").text
    assert 'rel="noopener noreferrer"' in page
    assert 'target="_blank"' in page
    assert 'class="resource-host">resh.edu.ru' in page


def test_a_dead_link_is_told_in_one_action(app: Flask, college: College, sign_in: SignIn) -> None:
    with app.app_context():
        made = recommend(college.director)
    client = sign_in(college.parent)
    answer = client.post(f"/resources/{made.id}/dead-link", headers={"HX-Request": "true"})
    assert "вы сообщили" in answer.text
    director = sign_in(college.director)
    assert "Сообщили, что не открывается" in director.get("/resources/").text
    director.post(f"/resources/{made.id}/dead-link/closure")
    with app.app_context():
        assert db.session.scalars(db.select(DeadLink)).one().closed_at is not None


def test_a_suggestion_waits_for_administration(app: Flask, college: College, sign_in: SignIn) -> None:
    teacher, director, student = (sign_in(who) for who in (college.journal.teacher, college.director, college.student))
    form = {"title": "Карта слов", "url": "kartaslov.ru", "kind": "study", "audience_role": "student"}
    assert "Ресурс предложен" in teacher.post("/resources/", data=form, follow_redirects=True).text
    assert "Карта слов" not in student.get("/resources/").text
    with app.app_context():
        made = db.session.scalars(db.select(Resource)).one()
    assert "ждёт решения" in director.get("/resources/").text
    director.post(f"/resources/{made.id}/decision", data={"decision": "approve"})
    assert "Карта слов" in student.get("/resources/").text
    director.post(f"/resources/{made.id}/removal")
    assert "Карта слов" not in student.get("/resources/").text


def test_a_wrong_address_is_refused_with_everything_kept(app: Flask, college: College, sign_in: SignIn) -> None:
    form = {"title": "Плохой", "url": "javascript:alert(1)", "description": "Описание", "kind": "study"}
    answer = sign_in(college.director).post("/resources/", data=form)
    assert answer.status_code == 422
    for said in ("Плохой", "javascript:alert(1)", "Описание", "Годятся только http и https"):
        assert said in answer.text


# ── How much it costs ───────────────────────────────────────────────────────
def fill(college: College) -> None:
    for number in range(15):
        group = Choice(roles=("student", "curator"), group_ids=(college.group_id,))
        announce(college.director, group, f"Объявление {number}", pinned=True)
        plan(college.curator, group, f"Событие {number}")
        recommend(college.director, Choice(courses=(1, 2)), f"Ресурс {number}", url=f"https://a{number}.example")


@pytest.mark.parametrize("address", ["/announcements/", "/events/?view=list", "/resources/"])
@pytest.mark.parametrize("name", ["student", "curator", "director"])
def test_a_page_costs_few_queries_however_much_there_is(
    app: Flask, college: College, sign_in: SignIn, name: str, address: str
) -> None:
    client = sign_in(getattr(college, name))
    with app.app_context():
        announce(college.director), plan(college.director), recommend(college.director)
    client.get(address)
    few = queries(app, lambda: client.get(address))
    with app.app_context():
        fill(college)
    assert queries(app, lambda: client.get(address)) == few <= MOST_QUERIES


def test_the_board_costs_one_query(app: Flask, college: College, sign_in: SignIn) -> None:
    client = sign_in(college.curator)
    client.get("/")
    with app.app_context():
        fill(college)
    asked = statements(app, lambda: client.get("/"))
    assert len([each for each in asked if "announcement" in each]) == 1


def test_the_list_of_readers_costs_the_same_however_many_they_are(
    app: Flask, college: College, sign_in: SignIn
) -> None:
    with app.app_context():
        made = announce(college.director, needs_ack=True)
    client, address = sign_in(college.director), f"/announcements/{made.id}/readers"
    client.get(address)
    few = queries(app, lambda: client.get(address))
    with app.app_context():
        for number in range(12):
            child = factories_diary.make_child(college.journal.group, f"Имя{number}")
            factories_diary.make_parent(child)
    assert queries(app, lambda: client.get(address)) == few <= MOST_QUERIES

"""Messages over HTTP: pages, fragments, the cheap question, the number of queries (R2.3.communicate)."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass

import factories_diary
import pytest
import sqlalchemy as sa
from factories import viewer_of
from factories_messages import College, letter, make_college, write, write_to_many
from flask import Flask
from flask.testing import FlaskClient

from ejournal.extensions import db
from ejournal.models import Message, Person
from ejournal.services import messages

MOST_QUERIES = 9
FRAGMENT = {"HX-Request": "true"}
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
SignIn = Callable[[Person], FlaskClient]


@dataclass
class Talk:
    """The teacher has written to the student."""

    college: College
    url: str
    message_id: int


@pytest.fixture
def talk(app: Flask) -> Talk:
    with app.app_context():
        college = make_college()
        message = write(college.teacher, college.student, "Прочитать главу")
        made = Talk(college, f"/messages/{message.conversation_id}", message.id)
        reload(college)
    return made


def reload(college: College) -> None:
    """Services roll back before they write: read the people anew, so that they outlive the session."""
    for name in College.__dataclass_fields__:
        if name != "journal":
            db.session.refresh(getattr(college, name))
    for row in (college.journal.group, college.journal.year):
        db.session.refresh(row)


def stored(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(db.select(Message.text).order_by(Message.id)))


# ── Pages ───────────────────────────────────────────────────────────────────
def test_r2_3_communicate_the_inbox_shows_who_wrote_what_and_how_much_is_new(talk: Talk, sign_in: SignIn) -> None:
    page = sign_in(talk.college.student).get("/messages/").text
    assert "Прочитать главу" in page
    assert "Преподавателева П. И." in page
    assert re.search(r'id="unread"[^>]*>\s*<span data-unread>1<', page)


def test_the_header_of_any_page_tells_of_unread_messages(talk: Talk, sign_in: SignIn) -> None:
    assert "<span data-unread>1</span>" in sign_in(talk.college.student).get("/profile").text
    hidden = sign_in(talk.college.curator).get("/profile").text
    assert re.search(r'id="unread"[^>]*hidden', hidden)


def test_an_empty_inbox_says_what_would_be_here(talk: Talk, sign_in: SignIn) -> None:
    client = sign_in(talk.college.other_parent)
    assert "Сообщений пока нет" in client.get("/messages/").text
    assert "Ничего не нашлось" in client.get("/messages/?q=чепуха").text


def test_families_see_at_once_whom_they_may_write_to_and_what_they_teach(talk: Talk, sign_in: SignIn) -> None:
    page = sign_in(talk.college.parent).get("/messages/new").text
    assert "Преподавателева Пётр Ильич" in page
    assert "Операционные системы" in page
    assert f"руководитель группы {talk.college.journal.group.title}" in page
    assert "Многим сразу" not in page


def test_a_teacher_finds_a_parent_by_surname_with_the_child_named(talk: Talk, sign_in: SignIn) -> None:
    client = sign_in(talk.college.teacher)
    page = client.get("/messages/new?q=АКСЕНОВА").text
    assert f"родитель: Аксёнов А. И. ({talk.college.journal.group.title})" in page
    assert page.count("/messages/to/") == 1  # of the two parents of that name only the own group's
    assert "Многим сразу" in page


def test_the_diary_s_page_of_teachers_leads_to_writing_to_each(talk: Talk, sign_in: SignIn) -> None:
    college = talk.college
    page = sign_in(college.parent).get(f"/diary/{college.student.id}/teachers").text
    links = set(re.findall(r'href="/messages/to/(\d+)"', page))
    assert links == {str(college.teacher.id), str(college.curator.id)}


def test_writing_to_somebody_with_whom_one_talks_leads_to_the_talk(talk: Talk, sign_in: SignIn) -> None:
    answer = sign_in(talk.college.student).get(f"/messages/to/{talk.college.teacher.id}")
    assert answer.location == talk.url


def test_text_is_shown_as_it_was_typed_and_never_as_html(app: Flask, talk: Talk, sign_in: SignIn) -> None:
    client = sign_in(talk.college.student)
    typed = '<script>alert(1)</script> <b>"x"</b> https://e.example/?a=1&b=2"onclick=x javascript:alert(2)'
    client.post(f"{talk.url}/messages", data={"text": typed, "request_id": "request-xss"})
    page = sign_in(talk.college.teacher).get(talk.url).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &lt;b&gt;&#34;x&#34;&lt;/b&gt;" in page
    links = re.findall(r'<a href="([^"]*)" target="_blank" rel="noopener noreferrer nofollow">', page)
    assert links == ["https://e.example/?a=1&amp;b=2"]


# ── Sending ─────────────────────────────────────────────────────────────────
def test_the_form_works_without_scripts_and_twice_is_once(app: Flask, talk: Talk, sign_in: SignIn) -> None:
    client = sign_in(talk.college.student)
    for _ in range(2):
        sent = client.post(f"{talk.url}/messages", data={"text": "Прочитал", "request_id": "request-once"})
        assert sent.location == talk.url
    assert stored(app) == ["Прочитать главу", "Прочитал"]


def test_a_script_gets_the_messages_and_where_they_are(talk: Talk, sign_in: SignIn) -> None:
    client = sign_in(talk.college.curator)
    data = {"text": "Зайдите", "request_id": "request-new"}
    sent = client.post(f"/messages/to/{talk.college.student.id}", data=data, headers=FRAGMENT)
    assert sent.status_code == 200
    assert re.fullmatch(r"/messages/\d+", sent.headers["X-Place"])
    assert "Зайдите" in sent.text
    assert "<html" not in sent.text


def test_what_is_refused_stays_typed_and_says_why(talk: Talk, sign_in: SignIn) -> None:
    client = sign_in(talk.college.student)
    data = {"text": "а" * 5001, "request_id": "request-long"}
    page = client.post(f"{talk.url}/messages", data=data)
    assert page.status_code == 422
    assert "Слишком длинно: 5001" in page.text
    assert "а" * 5001 in page.text
    assert "request-long" in page.text
    fragment = client.post(f"{talk.url}/messages", data=data, headers=FRAGMENT)
    assert fragment.status_code == 422
    assert "Слишком длинно" in fragment.text
    assert "<textarea" not in fragment.text


def test_a_letter_to_a_group_tells_how_many_get_it(talk: Talk, sign_in: SignIn) -> None:
    client = sign_in(talk.college.curator)
    key = f"parents:{talk.college.journal.group.id}"
    assert "Получателей: 1" in client.get(f"/messages/many?to={key}").text
    sent = client.post("/messages/many", data={"to": key, "text": "Собрание", "request_id": "request-many"})
    assert "прочитали 0 из 1" in client.get(sent.location).text
    page = sign_in(talk.college.parent).get(sent.location).text
    assert "Ответ прочтёт только Кураторова П. И." in page


def test_a_file_is_sent_and_saved_never_shown(talk: Talk, sign_in: SignIn) -> None:
    client = sign_in(talk.college.student)
    data = {"text": "", "request_id": "request-file", "files": (io.BytesIO(PDF), "работа.pdf")}
    client.post(f"{talk.url}/messages", data=data)
    page = sign_in(talk.college.teacher).get(talk.url).text
    path = re.search(rf'href="({talk.url}/files/\d+)"', page)
    assert path
    answer = sign_in(talk.college.teacher).get(path[1])
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert sign_in(talk.college.parent).get(path[1]).status_code == 404


def test_mending_marks_the_message(talk: Talk, sign_in: SignIn) -> None:
    client = sign_in(talk.college.teacher)
    address = f"{talk.url}/messages/{talk.message_id}/text"
    assert "Прочитать главу" in client.get(address).text
    assert client.post(address, data={"text": ""}).status_code == 422
    client.post(address, data={"text": "Прочитать две главы"})
    page = sign_in(talk.college.student).get(talk.url).text
    assert "Прочитать две главы" in page
    assert "изменено" in page


# ── The cheap question ──────────────────────────────────────────────────────
def test_news_cost_one_query_and_answer_304_until_something_changes(app: Flask, talk: Talk, sign_in: SignIn) -> None:
    client = sign_in(talk.college.student)
    first = client.get("/messages/news")
    assert first.json == {"unread": 1}
    tag = first.headers["ETag"]
    assert tag in client.get("/messages/").text.replace("data-tag=", "").replace("&#34;", '"')
    asked: list[int] = []

    def ask() -> None:
        again = client.get("/messages/news", headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
        asked.append(again.status_code)

    assert queries(app, ask) == 1
    with app.app_context():
        write(talk.college.curator, talk.college.student)
    changed = client.get("/messages/news", headers={"If-None-Match": tag})
    assert (changed.status_code, changed.json) == (200, {"unread": 2})
    assert changed.headers["ETag"] != tag


def test_one_person_s_news_are_not_another_s(talk: Talk, sign_in: SignIn) -> None:
    tags = {
        sign_in(person).get("/messages/news").headers["ETag"] for person in (talk.college.student, talk.college.admin)
    }
    assert len(tags) == 2


def test_reading_by_the_page_empties_the_counter(talk: Talk, sign_in: SignIn) -> None:
    client = sign_in(talk.college.student)
    read = client.post(f"{talk.url}/reading", data={"message_id": talk.message_id}, headers=FRAGMENT)
    assert read.json == {"unread": 0}
    assert "прочитано" in sign_in(talk.college.teacher).get(talk.url).text.replace("не прочитано", "")
    assert client.post(f"{talk.url}/reading", data={"message_id": "x"}).location == talk.url


def test_a_draft_is_kept_for_its_author_alone(talk: Talk, sign_in: SignIn) -> None:
    client = sign_in(talk.college.student)
    assert client.post(f"{talk.url}/draft", data={"text": "Я ещё"}).status_code == 204
    assert "Я ещё</textarea>" in client.get(talk.url).text
    assert "Я ещё" not in sign_in(talk.college.teacher).get(talk.url).text


# ── Complaints and orders ───────────────────────────────────────────────────
def test_a_complaint_goes_its_way(talk: Talk, sign_in: SignIn) -> None:
    student, director = sign_in(talk.college.student), sign_in(talk.college.director)
    address = f"{talk.url}/messages/{talk.message_id}/complaint"
    assert student.post(address, data={"reason": ""}).status_code == 422
    assert student.post(address, data={"reason": "Грубо"}).location == talk.url
    assert "Жалобы: 1" in re.sub(r"\s+", " ", director.get("/messages/").text)
    register = director.get("/messages/complaints").text
    assert "Грубо" in register
    assert "Прочитать главу" not in register
    reading = re.search(r'action="(/messages/complaints/\d+)/reading"', register)
    assert reading
    case = director.post(f"{reading[1]}/reading").text
    assert "Прочитать главу" in case
    refused = director.post(f"{reading[1]}/closing", data={"outcome": " "})
    assert refused.status_code == 422
    assert director.post(f"{reading[1]}/closing", data={"outcome": "Беседа"}).status_code == 302
    assert "Беседа" in director.get("/messages/complaints?state=closed").text


def test_an_order_is_registered_before_anything_is_read(talk: Talk, sign_in: SignIn) -> None:
    director = sign_in(talk.college.director)
    assert director.get(talk.url).status_code == 404
    assert "Аксёнов" in director.get("/messages/access?q=аксенов").text
    form = director.get(f"/messages/access/new?person={talk.college.student.id}").text
    assert "Прочитать главу" not in form
    number = talk.url.rsplit("/", 1)[1]
    typed = {"person": talk.college.student.id, "conversation": number, "ground": "Заявление", "order_number": ""}
    refused = director.post("/messages/access", data=typed)
    assert refused.status_code == 422
    assert "без приказа переписку никто не читает" in refused.text
    made = director.post("/messages/access", data={**typed, "ground": "Заявление родителя", "order_number": "12-о"})
    assert "Прочитать главу" not in director.get(made.location).text
    assert "Прочитать главу" in director.post(f"{made.location}/reading").text
    assert "по приказу 12-о" in sign_in(talk.college.student).get(talk.url).text


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
    return len([each for each in seen if not each.startswith("BEGIN") and "FROM setting" not in each])


def fill_up(app: Flask, college: College) -> None:
    with app.app_context():
        for number in range(10):
            child = factories_diary.make_child(college.journal.group, f"Имя{number}")
            for _ in range(2):
                write(child, college.teacher)
        for number in range(3):
            write_to_many(college.teacher, f"students:{college.journal.group.id}", f"Всем {number}")
        student = viewer_of(college.student)
        for number in range(12):
            messages.send_to(student, college.teacher.id, letter(f"Ответ {number}"))


@pytest.mark.parametrize("address", ["/messages/", "/messages/lines", "/messages/?q=ответ", "/messages/new?q=ак"])
def test_the_lists_cost_the_same_however_much_there_is(app: Flask, talk: Talk, sign_in: SignIn, address: str) -> None:
    client = sign_in(talk.college.teacher)
    client.get(address)
    few = queries(app, lambda: client.get(address))
    fill_up(app, talk.college)
    assert queries(app, lambda: client.get(address)) == few <= MOST_QUERIES


def test_a_conversation_costs_the_same_however_long(app: Flask, talk: Talk, sign_in: SignIn) -> None:
    client = sign_in(talk.college.teacher)
    client.get(talk.url)
    few = queries(app, lambda: client.get(talk.url))
    fill_up(app, talk.college)
    page = client.get(talk.url)
    assert page.text.count('class="letter ') == 13
    assert queries(app, lambda: client.get(talk.url)) == few <= MOST_QUERIES


def test_the_counter_in_the_header_costs_no_query(app: Flask, talk: Talk, sign_in: SignIn) -> None:
    client = sign_in(talk.college.student)
    client.get("/password")
    assert queries(app, lambda: client.get("/password")) == 1  # who is signed in

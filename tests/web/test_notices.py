"""What is new, how it is told, mail and letters to parents, over HTTP (R4.3.b, R4.6.a)."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import factories
import factories_diary as diary
import pytest
import sqlalchemy as sa
from factories import Journal
from factories_mail import mail_server as open_mail_server
from factories_mail import mail_set_up as set_mail_up
from factories_mail import make_letter, text_of, write_to
from flask import Flask
from flask.testing import FlaskClient

from ejournal.extensions import db
from ejournal.models import BouncedAddress, Guardianship, Letter, Notice, Person, Role
from ejournal.models.base import now
from ejournal.services import letters, notices, sending, settings
from ejournal.services.notices import News

SignIn = Callable[[Person], FlaskClient]


@dataclass
class College:
    journal: Journal
    child: Person
    mother: Person
    curator: Person
    admin: Person


@pytest.fixture
def college(app: Flask) -> College:
    with app.app_context():
        journal = factories.make_journal(students=1, lessons=1)
        child = diary.make_child(journal.group, name="Артём")
        mother = write_to(diary.make_parent(child), "mother@mail.example")
        admin = write_to(factories.make_person("Админов", (Role.SYSADMIN,)))
        return College(journal, child, mother, factories.make_curator(journal.group), admin)


def tell(app: Flask, person: Person, number: int = 1, student: Person | None = None) -> None:
    with app.app_context():
        student_id = student.id if student else None
        notices.tell("mark", [News(person.id, f"x:{n}", f"Физика: {n}", "/diary/", student_id) for n in range(number)])
        db.session.commit()


def queries(app: Flask, client: FlaskClient, address: str) -> int:
    with app.app_context():
        engine = db.engine
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    client.get(address)
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        assert client.get(address).status_code == 200
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return len(said)


def test_r4_6_a_a_parent_sees_what_is_new_with_the_childs_name(app: Flask, college: College, sign_in: SignIn) -> None:
    tell(app, college.mother, student=college.child)
    page = sign_in(college.mother).get("/notices/").text
    assert "Артём." in page
    assert "Физика: 0" in page


def test_r4_1_d_what_was_told_of_a_child_disappears_with_the_consent(
    app: Flask, college: College, sign_in: SignIn
) -> None:
    tell(app, college.mother, student=college.child)
    with app.app_context():
        sister = diary.make_child(college.journal.group, name="Вера")
        db.session.add(Guardianship(parent_id=college.mother.id, student_id=sister.id))
        diary.answer(sister, college.mother, "agreed")
        diary.answer(college.child, college.mother, "withdrawn")
    client = sign_in(college.mother)
    page = client.get("/notices/")
    assert page.status_code == 200
    assert "Физика" not in page.text
    last = re.search(r'name="last"\s+value="(\d+)"', page.text)
    assert last
    assert "tool-count" not in client.post("/notices/seen", data={"last": last[1]}, follow_redirects=True).text


def test_every_page_tells_how_much_is_unread_without_a_query_more(
    app: Flask, college: College, sign_in: SignIn
) -> None:
    client = sign_in(college.mother)
    before = queries(app, client, "/profile")
    assert "tool-count" not in client.get("/profile").text
    tell(app, college.mother, 3)
    assert re.search(r'class="tool-count">3<', client.get("/profile").text)
    assert queries(app, client, "/profile") == before


def test_everything_up_to_the_last_one_seen_is_marked_read(app: Flask, college: College, sign_in: SignIn) -> None:
    client = sign_in(college.mother)
    tell(app, college.mother, 2)
    last = re.search(r'name="last"\s+value="(\d+)"', client.get("/notices/").text)
    assert last
    tell(app, college.mother, 3)  # one more came meanwhile
    done = client.post("/notices/seen", data={"last": last[1]}, follow_redirects=True).text
    assert re.search(r'class="tool-count">1<', done)


def test_nobody_marks_anothers_notices_read(app: Flask, college: College, sign_in: SignIn) -> None:
    tell(app, college.mother)
    sign_in(college.child).post("/notices/seen", data={"last": 10_000})
    with app.app_context():
        assert db.session.scalars(db.select(Notice.seen_at)).all() == [None]


def test_the_list_costs_as_many_queries_for_a_hundred_as_for_one(app: Flask, college: College, sign_in: SignIn) -> None:
    client = sign_in(college.mother)
    tell(app, college.mother, 1, college.child)
    few = queries(app, client, "/notices/")
    tell(app, college.mother, 120, college.child)
    assert queries(app, client, "/notices/") == few <= 6


def test_each_chooses_how_to_be_told(app: Flask, college: College, sign_in: SignIn) -> None:
    client = sign_in(college.mother)
    page = client.get("/profile").text
    assert "Почта в колледже не настроена" in page
    assert re.search(r'value="now"\s+selected>письмом сразу', page)  # absences, as usual
    done = client.post("/profile/notices", data={"absence": "site", "mark": "now"}, follow_redirects=True)
    assert "Записано, как вам сообщать" in done.text
    with app.app_context():
        chosen = notices.choices(college.mother.id, family=True)
    assert (chosen["absence"], chosen["mark"], chosen["homework"]) == ("site", "now", "site")
    assert "Ничего не изменилось" in client.post("/profile/notices", data={"mark": "no"}, follow_redirects=True).text


def test_kinds_nobody_tells_of_are_not_offered(college: College, app: Flask, sign_in: SignIn) -> None:
    page = sign_in(college.mother).get("/profile").text
    for kind, endpoint in (("message", "messages.index"), ("announcement", "announcements.index")):
        assert (f'name="{kind}"' in page) == (endpoint in app.view_functions)


def test_an_address_is_confirmed_by_a_button_on_the_page_of_the_link(
    app: Flask, college: College, sign_in: SignIn
) -> None:
    client = sign_in(college.mother)
    with open_mail_server() as server, set_mail_up(app, server.port):
        wrong = client.post("/profile/address", data={"address": "anna"}, follow_redirects=True).text
        assert "Это не похоже на адрес" in wrong
        assert 'value="anna"' in wrong
        sent = client.post("/profile/address", data={"address": "new@mail.example"}, follow_redirects=True).text
        assert "Ждёт подтверждения: new@mail.example" in sent
        with app.app_context():
            sending.run()
        link = re.search(r"college\.example(/profile/address/\S+)", text_of(server.received[0]))
    assert link
    assert "Это мой адрес" in client.get(link[1]).text
    with app.app_context():
        assert db.session.get_one(Person, college.mother.id).email == "mother@mail.example"
    done = client.post(link[1], follow_redirects=True).text
    assert "Адрес new@mail.example подтверждён" in done
    assert "подтверждена" in done
    assert client.get(link[1]).status_code == 404


def test_the_page_of_mail_says_that_it_is_not_set_up(college: College, sign_in: SignIn) -> None:
    client = sign_in(college.admin)
    for page in (client.get("/admin/mail").text, client.get("/admin/").text):
        assert "почта не настроена" in page
        assert "EJOURNAL_SMTP_URL" in page


def test_settings_are_kept_and_wrong_ones_come_back_as_typed(app: Flask, college: College, sign_in: SignIn) -> None:
    client = sign_in(college.admin)
    good = {"sender": "j@college.example", "site": "https://j.example", "content": "1", "hold": "45", "absence": "0"}
    assert client.post("/admin/mail", data={**good, "digest": "19"}).status_code == 302
    with app.app_context():
        assert settings.get("notices.hold_minutes") == 45
    refused = client.post("/admin/mail", data={**good, "digest": "19", "hold": "много", "site": "j.example"})
    assert refused.status_code == 422
    assert 'value="много"' in refused.text
    assert "Нужен полный адрес" in refused.text
    assert re.search(r'value="1"\s+selected', refused.text)


def test_r4_3_b_the_result_of_a_trial_letter_is_said(app: Flask, college: College, sign_in: SignIn) -> None:
    client = sign_in(college.admin)
    refused = client.post("/admin/mail/trial", data={"address": "me@mail.example"})
    assert refused.status_code == 422
    assert "EJOURNAL_SMTP_URL" in refused.text
    assert 'value="me@mail.example"' in refused.text
    with open_mail_server() as server, set_mail_up(app, server.port):
        done = client.post("/admin/mail/trial", data={"address": "me@mail.example"}, follow_redirects=True).text
        assert "принял письмо для me@mail.example" in done
        server.to_rcpt = ["550 5.1.1 no such user"]
        assert "no such user" in client.post("/admin/mail/trial", data={"address": "me@mail.example"}).text


def test_letters_and_addresses_in_trouble_are_decided_on_the_page(
    app: Flask, college: College, sign_in: SignIn
) -> None:
    client = sign_in(college.admin)
    with app.app_context():
        one, two = make_letter("one"), make_letter("two")
        one.state, two.state = "uncertain", "failed"
        db.session.add(BouncedAddress(address="gone@mail.example", error="550"))
        db.session.commit()
        bounced = letters.bounced()[0].id
    page = client.get("/admin/mail").text
    assert "неизвестно, дошло ли" in page
    assert "gone@mail.example" in page
    client.post(f"/admin/mail/letters/{one.id}/again")
    client.post(f"/admin/mail/letters/{two.id}/dismissal")
    client.post(f"/admin/mail/addresses/{bounced}/again")
    with app.app_context():
        states = db.session.scalars(db.select(Letter.state).order_by(Letter.id)).all()
        assert (states, letters.bounced()) == (["queued", "dropped"], [])


def test_the_administrator_sees_on_a_persons_page_that_the_address_does_not_work(
    app: Flask, college: College, sign_in: SignIn
) -> None:
    client = sign_in(college.admin)
    address = f"/admin/people/{college.mother.id}"
    assert "не принимает писем" not in client.get(address).text
    with app.app_context():
        db.session.add(BouncedAddress(address="mother@mail.example", error="550 no such user"))
        db.session.commit()
    page = client.get(address).text
    assert "не принимает писем" in page
    assert "550 no such user" in page
    assert "не принимает писем" in sign_in(college.mother).get("/profile").text


def test_r4_3_b_a_curator_writes_to_parents_and_sees_what_became_of_it(
    app: Flask, college: College, sign_in: SignIn
) -> None:
    client = sign_in(college.curator)
    assert client.get("/bulletins/").location == f"/bulletins/groups/{college.journal.group.id}"
    address = f"/bulletins/groups/{college.journal.group.id}"
    assert "Почта не настроена" in client.get(address).text
    with open_mail_server() as server, set_mail_up(app, server.port):
        page = client.get(address).text
        assert "mother@mail.example" in page
        refused = client.post(address, data={"subject": "Собрание", "text": "В среду, в 18:00"})
        assert refused.status_code == 422
        assert "В среду, в 18:00" in refused.text
        assert "Отметьте хотя бы одного" in refused.text
        form = {"subject": "Собрание", "text": "В среду", "parents": [college.mother.id]}
        shown = client.post(address, data=form, follow_redirects=True)
        assert "в очереди" in shown.text
        with app.app_context():
            assert sending.run() == 1
        assert "отправлено" in client.get(shown.request.path).text
        assert "отправлено 1 из 1" in client.get(address).text


def test_the_page_of_a_group_costs_as_many_queries_whatever_is_in_it(
    app: Flask, college: College, sign_in: SignIn
) -> None:
    client = sign_in(college.curator)
    address = f"/bulletins/groups/{college.journal.group.id}"
    few = queries(app, client, address)
    with app.app_context():
        for _ in range(5):
            write_to(diary.make_parent(diary.make_child(college.journal.group)))
    assert queries(app, client, address) == few <= 12


def test_r2_1_b_letters_fetch_nothing_and_follow_nobody(app: Flask, college: College) -> None:
    with app.app_context():
        db.session.add(
            Notice(
                person_id=college.mother.id,
                student_id=college.child.id,
                kind="mark",
                key="a",
                text="<b>Физика</b> & химия: 5",
                ready_at=now(),
                mail="now",
            )
        )
        db.session.commit()
    with open_mail_server() as server, set_mail_up(app, server.port), app.app_context():
        settings.put("mail.content", True)
        db.session.commit()
        from ejournal.services import notice_letters

        notice_letters.dispatch()
        db.session.execute(db.update(Letter).values(not_before=now()))
        db.session.commit()
        sending.run()
    html = server.received[0].get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "&lt;b&gt;Физика" in html
    assert re.findall(r"<(?:img|script|link|iframe)\b|src=|style=", html) == []
    assert set(re.findall(r'href="([^"]+)"', html)) == {"https://journal.college.example/notices/"}

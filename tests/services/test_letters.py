"""Letters over a real mail server: each sent once, refusals understood, nothing lost and nothing repeated (R4.3.b)."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import factories
import pytest
import time_machine
from factories_mail import MailServer, free_port, html_of, mail_server, mail_set_up, make_letter, text_of, write_to
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import BouncedAddress, Letter, Role
from ejournal.models.base import now
from ejournal.services import addresses, letters, mail, mail_admin, news, notify, restored_mail, sending, settings
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError


@pytest.fixture
def server(app: Flask) -> Iterator[MailServer]:
    with mail_server() as made, mail_set_up(app, made.port):
        yield made


@pytest.fixture
def admin(in_app: Flask) -> Viewer:
    return factories.viewer_of(factories.make_person("Админов", (Role.SYSADMIN,)))


def state(letter: Letter) -> tuple[str, int]:
    db.session.expire_all()
    found = db.session.get_one(Letter, letter.id)
    values = found.state, found.tries
    db.session.rollback()
    return values


def later(**delta: int) -> time_machine.travel:
    return time_machine.travel(now() + timedelta(**delta), tick=True)


def test_a_letter_is_sent_once_with_text_and_html(in_app: Flask, server: MailServer) -> None:
    letter = make_letter()
    assert sending.run() == 1
    assert sending.run() == 0
    assert state(letter) == ("sent", 0)
    (message,) = server.received
    assert server.receivers == [["anna@mail.example"]]
    assert (message["Subject"], message["To"]) == ("Тема", "anna@mail.example")
    assert message["Message-ID"] == letter.message_id
    assert "journal@college.example" in message["From"]
    assert "Текст письма." in text_of(message)
    html = html_of(message)
    assert "Текст письма." in html
    assert "<img" not in html
    assert "src=" not in html


def test_the_same_letter_is_not_put_in_twice(in_app: Flask, server: MailServer) -> None:
    make_letter("one")
    assert letters.add("plain", "one", "anna@mail.example", "Тема", "Текст") is None
    sending.run()
    assert letters.add("plain", "one", "anna@mail.example", "Тема", "Текст") is None
    assert len(server.received) == 1


def test_told_to_come_later_it_comes_later_and_is_sent_once(in_app: Flask, server: MailServer) -> None:
    server.to_rcpt = ["451 4.7.1 greylisted"]
    letter = make_letter()
    assert sending.run() == 0
    assert state(letter) == ("queued", 1)
    assert sending.run() == 0, "not before its time"
    with later(minutes=2):
        assert sending.run() == 1
        assert sending.run() == 0
    assert state(letter) == ("sent", 1)
    assert [message["Message-ID"] for message in server.received] == [letter.message_id]


def test_pauses_grow_and_end(in_app: Flask, server: MailServer) -> None:
    server.to_data = ["452 4.3.1 no space"] * 20
    letter = make_letter()
    waits = []
    moment = now()
    with time_machine.travel(moment, tick=False) as clock:
        while state(letter)[0] == "queued":
            sending.run()
            db.session.expire_all()
            waits.append(db.session.get_one(Letter, letter.id).not_before - now())
            db.session.rollback()
            clock.move_to(now() + waits[-1] + timedelta(seconds=1))
    assert waits[:-1] == sorted(waits[:-1])
    assert state(letter) == ("failed", 9)
    assert server.received == []


@pytest.mark.parametrize("said", ["550 5.1.1 no such user", "553 mailbox name not allowed", "552 5.2.2 mailbox full"])
def test_r4_3_b_an_address_refused_for_good_is_marked_and_not_written_to_again(
    in_app: Flask, server: MailServer, said: str
) -> None:
    person = write_to(factories.make_person(), "Anna@mail.example")
    server.to_rcpt = [said]
    letter = make_letter(address="Anna@mail.example")
    sending.run()
    assert state(letter) == ("bounced", 1)
    standing = addresses.of([person.id])[person.id]
    assert (standing.state, standing.works) == ("bounced", False)
    assert said.split()[0] in standing.error
    # Another address of the same person is another thing.
    assert addresses.of([write_to(person, "new@mail.example").id])[person.id].works


@pytest.mark.parametrize("where", ["to_rcpt", "to_data"])
def test_what_is_said_of_the_letter_does_not_speak_against_the_address(
    in_app: Flask, server: MailServer, where: str
) -> None:
    setattr(server, where, ["554 5.7.1 looks like spam"])
    letter = make_letter()
    sending.run()
    assert state(letter) == ("failed", 1)
    assert db.session.scalars(db.select(BouncedAddress)).all() == []


def test_one_refused_letter_does_not_stop_the_next(in_app: Flask, server: MailServer) -> None:
    server.to_rcpt = ["550 5.1.1 unknown"]
    make_letter("one", "gone@mail.example")
    make_letter("two", "here@mail.example")
    assert sending.run() == 1
    assert server.receivers == [["here@mail.example"]]


@pytest.mark.parametrize("address", ["почта@mail.example", "a@" + "x" * 64 + ".example"])
def test_an_address_that_cannot_be_is_marked_without_asking(in_app: Flask, server: MailServer, address: str) -> None:
    letter = make_letter(address=address)
    make_letter("two")
    assert sending.run() == 1
    assert state(letter)[0] == "bounced"


def test_while_the_server_is_out_of_reach_letters_wait_and_nothing_is_lost(in_app: Flask, app: Flask) -> None:
    with mail_set_up(app, free_port()):
        first, second = make_letter("one"), make_letter("two")
        for failures, pause in ((1, 30), (2, 60)):
            assert sending.run() == 0
            trouble = mail.trouble()
            assert trouble
            assert trouble.failures == failures
            assert "никто не принимает почту" in trouble.error
            assert (trouble.next_at - trouble.at) == timedelta(seconds=pause)
            settings.put(mail.TROUBLE, {**settings.get(mail.TROUBLE), "next": now().isoformat()})
            db.session.commit()
    assert (state(first), state(second)) == (("queued", 0), ("queued", 0))
    with mail_server() as server, mail_set_up(app, server.port):
        assert sending.run() == 2
        assert mail.trouble() is None


def test_an_unreachable_server_is_left_alone_for_a_while(in_app: Flask, app: Flask) -> None:
    with mail_set_up(app, free_port()):
        make_letter()
        sending.run()
        sending.run()
        trouble = mail.trouble()
        assert trouble
        assert trouble.failures == 1


def test_what_a_clock_years_ahead_put_off_goes_when_it_is_right_again(
    in_app: Flask, app: Flask, server: MailServer
) -> None:
    server.to_rcpt = ["451 4.7.1 greylisted"]
    with later(days=2000):
        put_off, left = make_letter(), make_letter("letter:2", "other@mail.example")
        sending.run(1)
        assert letters.claim(left.id)
        mail.note_trouble("нет связи")
    assert [state(letter)[0] for letter in (put_off, left)] == ["queued", "taken"]
    assert sending.run() == 2
    assert [state(letter)[0] for letter in (put_off, left)] == ["sent", "sent"]


def test_letters_that_waited_for_days_are_given_up(in_app: Flask, app: Flask) -> None:
    with mail_set_up(app, free_port()):
        letter = make_letter()
        with later(days=4):
            sending.run()
        assert state(letter)[0] == "failed"


def test_a_connection_lost_while_the_text_is_on_its_way_is_shown_not_repeated(
    in_app: Flask, server: MailServer, admin: Viewer
) -> None:
    server.breaks_off = True
    letter = make_letter()
    assert sending.run() == 0
    assert state(letter)[0] == "uncertain"
    server.breaks_off = False
    with later(days=1):
        assert sending.run() == 0
    assert [found.id for found in letters.troubled()] == [letter.id]
    assert letters.counts().uncertain == 1
    # Only a person may decide.
    letters.send_again(admin, letter.id)
    assert sending.run() == 1
    assert len({message["Message-ID"] for message in server.received}) == 1


def test_a_sender_that_died_before_the_text_lets_another_have_the_letter(in_app: Flask, server: MailServer) -> None:
    letter = make_letter()
    assert letters.claim(letter.id)
    assert sending.run() == 0, "it is taken"
    with later(minutes=16):
        assert sending.run() == 1
    assert state(letter)[0] == "sent"


def test_a_sender_that_died_in_the_text_leaves_a_letter_nobody_repeats(in_app: Flask, server: MailServer) -> None:
    letter = make_letter()
    taken = letters.claim(letter.id)
    assert taken
    assert letters.move(taken, "taken", state="sending")
    with later(minutes=16):
        assert sending.run() == 0
    assert state(letter)[0] == "uncertain"
    assert server.received == []


def test_of_two_senders_one_gets_the_letter(in_app: Flask, server: MailServer) -> None:
    letter = make_letter()
    first, second = letters.claim(letter.id), letters.claim(letter.id)
    assert first
    assert second is None


def test_two_senders_at_once_send_every_letter_once(app: Flask, in_app: Flask, server: MailServer) -> None:
    for number in range(12):
        make_letter(f"letter:{number}", f"person{number}@mail.example")
    db.session.remove()
    faults: list[Exception] = []

    def send() -> None:
        try:
            with app.app_context():
                sending.run()
        except Exception as fault:
            faults.append(fault)

    senders = [threading.Thread(target=send) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert faults == []
    assert sorted(server.receivers) == sorted([f"person{number}@mail.example"] for number in range(12))


def test_a_sender_whose_letter_was_given_to_another_does_not_send_it(in_app: Flask, server: MailServer) -> None:
    letter = make_letter()
    slow = letters.claim(letter.id)
    assert slow
    slow_claim = slow.claim
    with later(minutes=16):
        assert sending.run() == 1
    slow = db.session.get_one(Letter, letter.id)
    db.session.expunge(slow)
    slow.claim = slow_claim
    assert letters.move(slow, "taken", state="sending") is False
    assert len(server.received) == 1


def test_without_a_server_nothing_is_sent_and_it_is_said_why(in_app: Flask) -> None:
    assert not mail.is_ready()
    assert "EJOURNAL_SMTP_URL" in mail.why_not()
    make_letter()
    assert sending.run() == 0


def test_a_server_without_a_sender_is_not_enough(in_app: Flask, app: Flask, server: MailServer) -> None:
    settings.put("mail.sender", "")
    assert "отправителя" in mail.why_not()
    app.config["EJOURNAL"] = replace(app.config["EJOURNAL"], smtp_url="smtps://me%40college.example:x@mail.example")
    assert mail.sender() == "me@college.example"
    settings.put("mail.site", "")
    assert "ссылок" in mail.why_not()


def test_r4_3_b_a_trial_letter_goes_at_once_and_the_result_is_clear(
    in_app: Flask, server: MailServer, admin: Viewer
) -> None:
    assert "принял письмо для me@mail.example" in mail_admin.try_out(admin, " me@mail.example ")
    assert server.subjects == ["Пробное письмо"]
    server.to_rcpt = ["550 5.7.1 relaying denied"]
    with pytest.raises(RefusedError, match=r"получатель: 550 5\.7\.1 relaying denied"):
        mail_admin.try_out(admin, "me@mail.example")
    with pytest.raises(FieldsError):
        mail_admin.try_out(admin, "me")


def test_a_trial_says_that_nobody_listens(in_app: Flask, app: Flask, admin: Viewer) -> None:
    with mail_set_up(app, free_port()), pytest.raises(RefusedError, match="никто не принимает почту"):
        mail_admin.try_out(admin, "me@mail.example")


def test_settings_of_mail_are_checked_and_logged(in_app: Flask, admin: Viewer) -> None:
    good = {"sender": "j@college.example", "site": "https://j.example/", "content": "1", "hold": "60", "absence": "0"}
    assert mail_admin.save(admin, {**good, "digest": "19"}) == 6
    assert mail_admin.load()["content"] is True
    assert settings.get("notices.hold_minutes") == 60
    with pytest.raises(FieldsError) as refused:
        mail_admin.save(admin, {"sender": "j", "site": "college.ru", "hold": "-1", "absence": "", "digest": "3"})
    assert set(refused.value.fields) == {"sender", "site", "hold", "absence", "digest"}


def test_a_person_decides_about_a_letter_that_failed(in_app: Flask, server: MailServer, admin: Viewer) -> None:
    server.to_data = ["554 5.6.0 no"]
    letter = make_letter()
    sending.run()
    letters.dismiss(admin, letter.id)
    assert state(letter)[0] == "dropped"
    with pytest.raises(NotFoundError):
        letters.send_again(admin, letter.id)


def test_an_address_is_tried_again_when_a_person_says_so(in_app: Flask, server: MailServer, admin: Viewer) -> None:
    person = write_to(factories.make_person(), "anna@mail.example")
    server.to_rcpt = ["550 5.1.1 unknown"]
    make_letter()
    sending.run()
    (found,) = letters.bounced()
    letters.try_address_again(admin, found.id)
    assert addresses.of([person.id])[person.id].works


def test_old_letters_are_removed_and_waiting_ones_stay(in_app: Flask, server: MailServer) -> None:
    sent = make_letter("one")
    sending.run()
    waiting = make_letter("two")
    ids = sent.id, waiting.id
    with later(days=91):
        assert letters.remove_old() == 1
    assert db.session.scalars(db.select(Letter.id).where(Letter.id.in_(ids))).all() == [ids[1]]


def test_letters_of_a_restored_copy_are_not_sent_by_themselves(in_app: Flask, server: MailServer) -> None:
    letter = make_letter()
    settings.put(news.CURSOR, {})
    db.session.commit()
    restored_mail.settle()
    assert sending.run() == 0
    assert state(letter)[0] == "uncertain"
    assert settings.get(news.CURSOR) is None


@pytest.mark.parametrize("says", [False, True])
def test_names_go_out_by_mail_only_where_the_college_wants_it(in_app: Flask, server: MailServer, says: bool) -> None:
    """152-ФЗ: of a document about absences, a dispute or a remark the letter has a link."""
    settings.put("mail.content", says)
    anna = factories.make_person("Руководителева", (Role.CURATOR,))
    write_to(anna, "anna@mail.example")
    notify.add("absence-sent", [anna.id], "Прислан документ о пропусках", "Ёлкин Пётр Ильич: справка")
    db.session.commit()
    notify.dispatch()
    sending.run()
    (message,) = server.received
    assert message["Subject"] == "Прислан документ о пропусках"
    for text in (text_of(message), html_of(message)):
        assert ("Ёлкин" in text) is says
        assert ("Подробности — в журнале" in text) is not says
        assert "Открыть журнал" in text

"""Messages and announcements by letter, for those who wish (R2.3.communicate, R4.3.b, R4.4.c)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import factories
import factories_diary as diary
import pytest
import time_machine
from factories_mail import MailServer, mail_server, mail_set_up, text_of, write_to
from factories_messages import write
from flask import Flask

from ejournal.domain.audiences import Choice
from ejournal.extensions import db
from ejournal.models import Message, Notice, Person, Role
from ejournal.services import announcement_edit, messages, news, notice_letters, notices, sending, settings
from ejournal.services.announcement_edit import Typed

START = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


@dataclass
class Talk:
    teacher: Person
    mother: Person
    child: Person
    server: MailServer
    clock: time_machine.Traveller

    def write(self, text: str = "Прошу зайти в колледж") -> Message:
        return write(self.teacher, self.mother, text)

    def pass_by(self, minutes: int) -> list[str]:
        """Time passes, the post makes its round; the letters so far."""
        self.clock.shift(timedelta(minutes=minutes))
        news.collect()
        notice_letters.dispatch()
        sending.run()
        return [text_of(message) for message in self.server.received]


@pytest.fixture
def talk(app: Flask, in_app: Flask) -> Iterator[Talk]:
    with time_machine.travel(START, tick=False) as clock:
        journal = factories.make_journal(students=1, lessons=1)
        child = diary.make_child(journal.group)
        mother = diary.make_parent(child)
        news.collect()
        with mail_server() as server, mail_set_up(app, server.port):
            settings.put("mail.content", True)
            write_to(mother, "mother@mail.example")
            clock.shift(timedelta(minutes=20))
            yield Talk(journal.teacher, mother, child, server, clock)


def wish(person: Person, **how: str) -> None:
    notices.choose(factories.viewer_of(person), how)


def test_r4_4_c_an_unread_message_comes_by_letter_that_says_who_wrote_and_not_what(talk: Talk) -> None:
    wish(talk.mother, message="now")
    talk.write()
    assert talk.pass_by(1) == [], "she may be reading it right now"
    (letter,) = talk.pass_by(2)
    assert talk.teacher.short_name in letter
    assert "Прошу зайти" not in letter
    assert len(talk.pass_by(30)) == 1, "told once"
    talk.write("И ещё")
    assert len(talk.pass_by(3)) == 2


def test_who_did_not_ask_for_letters_gets_none_and_no_second_count(talk: Talk) -> None:
    talk.write()
    assert talk.pass_by(5) == []
    assert db.session.scalars(db.select(Notice)).all() == []


def test_what_was_read_before_the_letter_went_is_not_told(talk: Talk) -> None:
    wish(talk.mother, message="digest")
    sent = talk.write()
    assert talk.pass_by(5) == []
    messages.read_up_to(factories.viewer_of(talk.mother), sent.conversation_id, sent.id)
    assert factories.viewer_of(talk.mother).unseen == 0
    assert talk.pass_by(60 * 9) == []


def test_r4_1_d_a_parent_without_consent_is_told_of_no_message(talk: Talk) -> None:
    wish(talk.mother, message="now")
    talk.write()
    diary.answer(talk.child, talk.mother, "withdrawn")
    assert talk.pass_by(5) == []


def announce(title: str, starts: str = "", **rest: object) -> int:
    director = factories.viewer_of(factories.make_person("Директорова", (Role.ADMINISTRATION,)))
    choice = Choice(roles=(Role.PARENT,))
    return announcement_edit.create(director, Typed(title, "Приходите", choice, starts, **rest)).id  # type: ignore[arg-type]


def test_r2_3_communicate_an_announcement_comes_by_letter_to_its_audience_alone(talk: Talk) -> None:
    for person in (talk.mother, talk.child):
        write_to(person, f"p{person.id}@mail.example")
        wish(person, announcement="now")
    announce("Собрание")
    (letter,) = talk.pass_by(3)
    assert "Собрание" in letter
    assert [message["To"] for message in talk.server.received] == [talk.mother.email]
    assert len(talk.pass_by(30)) == 1


def test_an_announcement_of_tomorrow_is_told_tomorrow(talk: Talk) -> None:
    wish(talk.mother, announcement="now")
    announce("Завтрашнее", (settings.today() + timedelta(days=1)).isoformat())
    assert talk.pass_by(5) == []
    assert len(talk.pass_by(60 * 24)) == 1

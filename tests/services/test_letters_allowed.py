"""No letter goes to whom access has ended, none tells of what was taken down (R2.1.c, R4.1.d, R4.1.f)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import factories
import factories_diary as diary
import pytest
import time_machine
from factories_absences import World, form, make_world
from factories_mail import MailServer, mail_server, mail_set_up, text_of, write_to
from flask import Flask

from ejournal.access import Viewer
from ejournal.domain.audiences import Choice
from ejournal.extensions import db
from ejournal.models import Account, Notice, Person, Role, RoleGrant
from ejournal.models.base import now
from ejournal.services import (
    absences,
    announcement_edit,
    disputes,
    news,
    notice_letters,
    notices,
    notify,
    sending,
    settings,
)
from ejournal.services.announcement_edit import Typed

START = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


@dataclass
class Post:
    """A family and a teacher who can be written to, the mail server, the clock."""

    world: World
    chief: Viewer
    server: MailServer
    clock: time_machine.Traveller

    def look(self, hours: int = 0) -> list[str]:
        """Time passes and what is new is told; no letter leaves yet. Which ones have left."""
        self.clock.shift(timedelta(hours=hours, minutes=5))
        news.collect()
        notify.dispatch()
        notice_letters.dispatch()
        return [str(message["To"]) for message in self.server.received]

    def round(self, hours: int = 0) -> list[str]:
        """The same, and letters leave."""
        self.look(hours)
        sending.run()
        return [str(message["To"]) for message in self.server.received]


@pytest.fixture
def post(app: Flask, in_app: Flask) -> Iterator[Post]:
    with time_machine.travel(START, tick=False) as clock:
        world = make_world(age=19)
        diary.answer(world.student, world.student, "agreed")
        chief = factories.viewer_of(factories.make_person("Завучева", (Role.ADMINISTRATION,)))
        news.collect()
        with mail_server() as server, mail_set_up(app, server.port):
            settings.put("mail.content", True)
            write_to(world.parent, "parent@mail.example")
            write_to(world.student, "student@mail.example")
            clock.shift(timedelta(minutes=20))
            yield Post(world, chief, server, clock)


def announce(post: Post, how: str = "digest") -> int:
    notices.choose(factories.viewer_of(post.world.parent), {"announcement": how})
    typed = Typed("Собрание", "Приходите", Choice(roles=(Role.PARENT,)))
    return announcement_edit.create(post.chief, typed).id


def block(person: Person) -> None:
    db.session.execute(db.update(Account).where(Account.person_id == person.id).values(blocked_at=now()))
    db.session.commit()


def test_an_announcement_that_stands_comes_in_the_evening(post: Post) -> None:
    announce(post)
    assert post.round() == []
    assert post.round(9) == ["parent@mail.example"]


def test_an_announcement_taken_down_before_the_evening_is_not_mailed(post: Post) -> None:
    number = announce(post)
    assert post.round() == []
    announcement_edit.withdraw(post.chief, number)
    assert post.round(9) == []
    assert db.session.scalars(db.select(Notice.mail)).all() == ["none"]


def test_an_announcement_taken_down_while_its_letter_waits_is_not_mailed(post: Post) -> None:
    number = announce(post, "now")
    post.look()
    announcement_edit.withdraw(post.chief, number)
    assert post.round() == []


@pytest.mark.parametrize("ends", ["consent", "account"])
def test_r4_1_f_who_may_read_no_more_is_sent_no_announcement(post: Post, ends: str) -> None:
    announce(post)
    assert post.round() == []
    if ends == "consent":
        diary.answer(post.world.student, post.world.parent, "withdrawn")
    else:
        block(post.world.parent)
    assert post.round(9) == []


def answered(post: Post) -> None:
    world = post.world
    student = factories.viewer_of(world.student)
    number = disputes.ask(student, world.student.id, world.put("3").id, "Я отвечал на 5")
    post.round()
    disputes.answer(world.teacher, number, disputes.Answer("upheld", "Ответ был неполным"))


def test_r4_5_c_the_student_is_written_what_a_dispute_came_to(post: Post) -> None:
    answered(post)
    assert "student@mail.example" in post.round()
    assert any("неполным" in text_of(message) for message in post.server.received)


def test_r4_1_f_a_student_who_withdrew_is_not_written_what_a_dispute_came_to(post: Post) -> None:
    answered(post)
    diary.answer(post.world.student, post.world.student, "withdrawn")
    assert "student@mail.example" not in post.round()


def test_r4_1_f_a_consent_withdrawn_while_the_letter_waits_keeps_it_back(post: Post) -> None:
    answered(post)
    post.look()
    diary.answer(post.world.student, post.world.student, "withdrawn")
    assert "student@mail.example" not in post.round()


@pytest.mark.parametrize("withdrawn", [False, True])
def test_r4_1_f_a_refused_document_is_told_to_who_may_read_the_diary(post: Post, withdrawn: bool) -> None:
    parent = factories.viewer_of(post.world.parent)
    paper = absences.send(parent, post.world.student.id, form(kind="statement"), None)
    absences.decline(post.world.curator, paper, "Нет печати")
    if withdrawn:
        diary.answer(post.world.student, post.world.parent, "withdrawn")
    assert ("parent@mail.example" in post.round()) is not withdrawn


@pytest.mark.parametrize("leaves", [False, True])
def test_r2_1_c_who_works_here_no_more_is_told_of_no_student(post: Post, leaves: bool) -> None:
    teacher = db.session.get_one(Person, post.world.teacher.person_id)
    write_to(teacher, "teacher@mail.example")
    notify.add("dispute", [teacher.id], "Обращение об оценке", "Ёлкин Пётр Ильич: оценка «3»")
    db.session.commit()
    post.look()
    if leaves:
        gone = db.update(RoleGrant).where(RoleGrant.person_id == teacher.id)
        db.session.execute(gone.values(until=settings.today() - timedelta(days=1)))
        db.session.commit()
    assert ("teacher@mail.example" in post.round()) is not leaves

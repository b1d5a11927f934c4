"""A curator's letters to parents (R4.3.b): who can be reached is seen before, what became of each after."""

from collections.abc import Iterator
from dataclasses import dataclass

import factories
import factories_diary as diary
import pytest
from factories import Journal
from factories_mail import MailServer, mail_server, mail_set_up, text_of, write_to
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import BouncedAddress, Bulletin, Guardianship, Letter, LogEntry, Person, Role
from ejournal.services import bulletins, sending
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError


@dataclass
class Group:
    """A group with its curator and three parents: who can be reached, who has no address, who did not agree."""

    journal: Journal
    curator: Viewer
    reached: Person
    silent: Person
    closed: Person

    @property
    def id(self) -> int:
        return self.journal.group.id


@pytest.fixture
def group(in_app: Flask) -> Group:
    journal = factories.make_journal(students=1, lessons=1)
    first, second, third = (diary.make_child(journal.group, name=name) for name in ("Артём", "Борис", "Вера"))
    reached, silent = write_to(diary.make_parent(first, second)), diary.make_parent(second)
    closed = write_to(factories.make_person("Отказова", (Role.PARENT,)))
    db.session.add(Guardianship(parent_id=closed.id, student_id=third.id))
    diary.answer(third, closed, "refused")
    return Group(journal, factories.viewer_of(factories.make_curator(journal.group)), reached, silent, closed)


@pytest.fixture
def server(app: Flask, group: Group) -> Iterator[MailServer]:
    with mail_server() as made, mail_set_up(app, made.port):
        yield made


def test_r4_3_b_who_cannot_be_written_to_is_seen_beforehand(group: Group) -> None:
    lost = write_to(diary.make_parent(diary.make_child(group.journal.group)), "lost@mail.example")
    db.session.add(BouncedAddress(address="lost@mail.example", error="550 5.1.1 unknown"))
    db.session.commit()
    _group, parents, _written = bulletins.of_group(group.curator, group.id)
    assert {parent.id: parent.obstacle for parent in parents} == {
        group.reached.id: "",
        group.silent.id: "адреса нет",
        group.closed.id: "нет согласия (п. 4.1)",
        lost.id: "адрес не принимает писем",
    }
    both = next(parent for parent in parents if parent.id == group.reached.id)
    assert len(both.children) == 2


def test_r4_3_b_each_parent_gets_a_letter_of_the_own(group: Group, server: MailServer) -> None:
    other = write_to(diary.make_parent(diary.make_child(group.journal.group)))
    everybody = [group.reached.id, group.silent.id, group.closed.id, other.id]
    made = bulletins.send(group.curator, group.id, " Собрание ", "Ждём вас в среду.\r\n\r\nВ 18:00.", everybody)
    assert sending.run() == 2
    assert sorted(server.receivers) == sorted([[group.reached.email], [other.email]])
    for message in server.received:
        assert message["Subject"] == "Собрание"
        assert "," not in message["To"]
        assert "Кураторова" in text_of(message)
        assert "Ждём вас в среду.\n\nВ 18:00." in text_of(message)
    _bulletin, sent = bulletins.find(group.curator, made.id)
    assert {letter.state for letter in sent} == {"sent"}
    (summary,) = bulletins.of_group(group.curator, group.id)[2]
    assert (summary.letters, summary.sent, summary.failed) == (2, 2, 0)


def test_r4_3_b_the_curator_sees_which_letter_did_not_arrive(group: Group, server: MailServer) -> None:
    server.to_rcpt = ["550 5.1.1 unknown"]
    made = bulletins.send(group.curator, group.id, "Собрание", "В среду.", [group.reached.id])
    sending.run()
    db.session.expire_all()
    (letter,) = bulletins.find(group.curator, made.id)[1]
    assert (letter.state, "unknown" in letter.error) == ("bounced", True)
    (parent,) = [one for one in bulletins.of_group(group.curator, group.id)[1] if one.id == group.reached.id]
    assert parent.obstacle == "адрес не принимает писем"


def test_r4_1_d_a_consent_withdrawn_before_the_letter_left_stops_it(group: Group, server: MailServer) -> None:
    made = bulletins.send(group.curator, group.id, "Собрание", "В среду.", [group.reached.id])
    for child in db.session.scalars(
        db.select(Person).join(Guardianship, Guardianship.student_id == Person.id).where(
            Guardianship.parent_id == group.reached.id
        )
    ).all():  # fmt: skip
        diary.answer(child, group.reached, "withdrawn")
    assert sending.run() == 0
    db.session.expire_all()
    assert [letter.state for letter in bulletins.find(group.curator, made.id)[1]] == ["dropped"]
    assert server.received == []


def test_the_log_names_subject_and_number_and_no_text(group: Group, server: MailServer) -> None:
    bulletins.send(group.curator, group.id, "Собрание", "Тайна.", [group.reached.id])
    entry = db.session.scalars(db.select(LogEntry).where(LogEntry.subject == "bulletin")).one()
    assert entry.after == f"{group.journal.group.title}: «Собрание», писем 1"
    assert "Тайна" not in str(entry.details)


def test_nothing_is_sent_without_subject_text_or_receivers(group: Group, server: MailServer) -> None:
    with pytest.raises(FieldsError) as refused:
        bulletins.send(group.curator, group.id, " ", "", [group.closed.id])
    assert set(refused.value.fields) == {"subject", "text", "parents"}
    assert db.session.scalars(db.select(Letter)).all() == []


def test_without_mail_nothing_is_queued(group: Group) -> None:
    with pytest.raises(RefusedError, match="не настроена"):
        bulletins.send(group.curator, group.id, "Собрание", "В среду.", [group.reached.id])
    db.session.rollback()
    assert db.session.scalars(db.select(Bulletin)).all() == []


def test_a_curator_of_another_group_sees_and_writes_nothing(group: Group, server: MailServer) -> None:
    made = bulletins.send(group.curator, group.id, "Собрание", "В среду.", [group.reached.id])
    stranger = factories.viewer_of(factories.make_curator(factories.make_group()))
    for attempt in (
        lambda: bulletins.of_group(stranger, group.id),
        lambda: bulletins.send(stranger, group.id, "Тема", "Текст", [group.reached.id]),
        lambda: bulletins.find(stranger, made.id),
    ):
        with pytest.raises(NotFoundError):
            attempt()


def test_parents_of_another_group_are_not_written_to(group: Group, server: MailServer) -> None:
    other = write_to(diary.make_parent(diary.make_child(factories.make_group())))
    with pytest.raises(FieldsError):
        bulletins.send(group.curator, group.id, "Собрание", "В среду.", [other.id])

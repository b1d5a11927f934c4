"""Builders for messages: a college whose people may write to one another."""

from dataclasses import dataclass
from itertools import count

import factories
import factories_diary
from factories import Journal

from ejournal.domain.names import fold
from ejournal.extensions import db
from ejournal.models import Conversation, Member, Message, Person, Role
from ejournal.services import messages
from ejournal.services.messages import Letter

_number = count(1)


@dataclass
class College:
    """A group with its teacher, leader, a student and a parent; another group's; administration and support."""

    journal: Journal
    teacher: Person
    curator: Person
    student: Person
    parent: Person
    director: Person
    admin: Person
    stranger: Person
    other_student: Person
    other_parent: Person


def make_college() -> College:
    journal = factories.make_journal(students=0, lessons=1)
    curator = factories.make_curator(journal.group)
    student = factories_diary.make_child(journal.group)
    parent = factories_diary.make_parent(student)
    other = factories.make_journal(students=0, lessons=1)
    other_student = factories_diary.make_child(other.group, "Борис")
    return College(
        journal,
        journal.teacher,
        curator,
        student,
        parent,
        factories.make_person("Директорова", (Role.ADMINISTRATION,)),
        factories.make_person("Админов", (Role.SYSADMIN,)),
        other.teacher,
        other_student,
        factories_diary.make_parent(other_student),
    )


def letter(text: str = "Здравствуйте!", request_id: str = "", **rest: object) -> Letter:
    return Letter(text, request_id or f"request-{next(_number)}", **rest)  # type: ignore[arg-type]


def write(author: Person, other: Person, text: str = "Здравствуйте!") -> Message:
    """A message from one person to another, by the rules."""
    message = messages.send_to(factories.viewer_of(author), other.id, letter(text))
    db.session.commit()
    return message


def write_to_many(author: Person, key: str, text: str = "Всем добрый день!") -> Message:
    message = messages.send_to_many(factories.viewer_of(author), key, letter(text))
    db.session.commit()
    return message


def make_talk(author: Person, other: Person, text: str = "Добрый день") -> Message:
    """A conversation of two employees as stored, with one message."""
    low, high = sorted((author.id, other.id))
    conversation = Conversation(low_id=low, high_id=high)
    db.session.add(conversation)
    db.session.flush()
    for person_id in (low, high):
        db.session.add(Member(conversation_id=conversation.id, person_id=person_id))
    message = Message(
        conversation_id=conversation.id,
        author_id=author.id,
        request_id=f"request-{next(_number)}",
        text=text,
        folded=fold(text),
    )
    db.session.add(message)
    db.session.commit()
    return message

"""Builders for announcements, events, resources and those to whom they are addressed."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

import factories
import factories_diary
from factories import Journal

from ejournal.domain import rich_text
from ejournal.domain.audiences import EVERYBODY, Choice
from ejournal.domain.names import fold
from ejournal.extensions import db
from ejournal.models import Announcement, Event, Person, Resource, Role
from ejournal.services import audiences, settings


@dataclass
class College:
    """Two groups: the first of a journal with its teacher, leader, a student and a parent; another one beside it."""

    journal: Journal
    director: Person
    curator: Person
    student: Person
    parent: Person
    other: Journal
    stranger_curator: Person
    stranger: Person

    @property
    def group_id(self) -> int:
        return self.journal.group.id

    @property
    def other_id(self) -> int:
        return self.other.group.id


@factories.together
def make_college() -> College:
    journal, other = (factories.make_journal(students=0, lessons=0) for _ in range(2))
    other.group.admission_year -= 1
    factories.store()
    student = factories_diary.make_child(journal.group)
    return College(
        journal=journal,
        director=factories.make_person("Директорова", (Role.ADMINISTRATION,)),
        curator=factories.make_curator(journal.group),
        student=student,
        parent=factories_diary.make_parent(student),
        other=other,
        stranger_curator=factories.make_curator(other.group),
        stranger=factories_diary.make_child(other.group, "Борис"),
    )


def announce(author: Person, choice: Choice = EVERYBODY, title: str = "Вход по пропускам", **rest: Any) -> Announcement:
    text = rest.pop("text", "Возьмите **пропуск** в учебной части.")
    made = Announcement(
        author_id=author.id, audience=audiences.keep(choice), title=title, text=text,
        starts=rest.pop("starts", settings.today()), skey=fold(f"{title} {rich_text.to_plain(text)}"), **rest,
    )  # fmt: skip
    db.session.add(made)
    factories.store()
    return made


def plan(
    author: Person, choice: Choice = EVERYBODY, title: str = "Собрание", day: date | None = None, **rest: Any
) -> Event:
    made = Event(
        author_id=author.id, audience=audiences.keep(choice), kind="meeting", title=title,
        date=day or settings.today() + timedelta(days=1), starts=rest.pop("starts", time(18)),
        ends=rest.pop("ends", time(19)), place="217", **rest,
    )  # fmt: skip
    db.session.add(made)
    factories.store()
    return made


def recommend(author: Person, choice: Choice = EVERYBODY, title: str = "Электронная школа", **rest: Any) -> Resource:
    url, tags = rest.pop("url", "https://resh.edu.ru"), rest.pop("tags", ["видео"])
    made = Resource(
        suggested_by=author.id, audience=audiences.keep(choice), kind="study", state=rest.pop("state", "shown"),
        title=title, url=url, tags=tags, skey=fold(" ".join((title, *tags, url))), **rest,
    )  # fmt: skip
    db.session.add(made)
    factories.store()
    return made

"""Builders for the pages of a group: another discipline of it, cells by day, families, sign-ins."""

from datetime import date

import factories
import factories_diary
from factories import Journal

from ejournal.extensions import db
from ejournal.models import Account, Course, Person
from ejournal.models.base import now


def lesson(course: Course | int, day: date, pair: int, texts: dict[Person, str], **rest: object) -> None:
    """A lesson held, with cells by student: «5», «н», «о4»."""
    course_id = course if isinstance(course, int) else course.id
    made = factories.make_lesson(course_id, day, pair=pair, **rest)
    for student, text in texts.items():
        code = text[0] if text[0] in "нпбо" else None
        factories_diary.put(made.works[0], student, (text[1:] if code else text) or None, code)


def second(journal: Journal, title: str = "Сети", subgroup_id: int | None = None) -> Course:
    return factories_diary.make_course(journal, title, subgroup_id)


def signed_in(person: Person) -> None:
    """Somebody who has been here."""
    account = db.session.scalars(db.select(Account).where(Account.person_id == person.id)).first()
    if account is None:
        account = Account(person_id=person.id, username=f"login{person.id}")
        db.session.add(account)
    account.password_hash, account.last_sign_in_at = "x", now()
    db.session.commit()

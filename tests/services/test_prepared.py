"""Statements put together once (ejournal/access/statements.py) answer as if they were made anew each time."""

from collections.abc import Sequence
from datetime import date

import pytest
from factories import make_journal, make_person
from sqlalchemy import Select, select

from ejournal.access import Viewer, courses_seen_by, prepared
from ejournal.access.statements import reckoned
from ejournal.extensions import db
from ejournal.models import Course, Person, Role
from ejournal.services import settings

pytestmark = pytest.mark.usefixtures("in_app")


def viewer(person: Person, *roles: Role) -> Viewer:
    return Viewer(0, 0, "", person.id, "", "", frozenset(roles))


def test_each_viewer_sees_the_own_journals_by_the_same_statement() -> None:
    made: list[frozenset[Role]] = []

    @prepared
    def seen(viewer: Viewer, today: date) -> Select[Course]:
        made.append(viewer.roles)
        return courses_seen_by(viewer, today)

    journal, stranger = make_journal(1, 1), make_person(roles=(Role.TEACHER,))

    def titles(who: Viewer) -> list[int]:
        return [course.id for course in db.session.scalars(*seen(who, settings.today()))]

    assert titles(viewer(journal.teacher, Role.TEACHER)) == [journal.course_id]
    assert titles(viewer(stranger, Role.TEACHER)) == []
    # What the roles allow is another statement.
    assert titles(viewer(stranger, Role.ADMINISTRATION)) == [journal.course_id]
    assert made == [frozenset({Role.TEACHER}), frozenset({Role.ADMINISTRATION})]


def test_lists_days_and_nothing_are_filled_in() -> None:
    @prepared
    def born(ids: Sequence[int], day: date, surname: str | None) -> Select[Person]:
        named = Person.surname.is_not(None) if surname is None else Person.surname == surname
        return select(Person).where(Person.id.in_(ids), Person.birth_date <= reckoned(day, a_year_before), named)

    old, young = make_person(), make_person()
    old.birth_date, young.birth_date = date(2008, 1, 1), date(2009, 6, 1)
    db.session.flush()

    def found(*args: object) -> list[int]:
        return sorted(person.id for person in db.session.scalars(*born(*args)))  # type: ignore[arg-type]

    both = [old.id, young.id]
    assert found(both, date(2010, 1, 1), None) == [old.id]
    assert found(both, date(2011, 1, 1), None) == both
    for one in both:  # a list of one is a statement of its own, filled in like any
        assert found([one], date(2011, 1, 1), None) == [one]
    assert found([], date(2011, 1, 1), None) == []
    assert found(both, date(2011, 1, 1), "никто") == []


def test_what_a_statement_cannot_take_is_said_at_once() -> None:
    @prepared
    def wrong(value: object) -> Select[Person]:
        return select(Person)

    with pytest.raises(TypeError, match="takes no float"):
        wrong(0.5)


def a_year_before(day: date) -> date:
    return day.replace(year=day.year - 1)

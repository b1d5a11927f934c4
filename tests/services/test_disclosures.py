"""Extracts to authorised bodies (R2.1.a): registered, struck out and never deleted, and what they hold."""

from datetime import timedelta

import factories
import pytest
from factories_consents import make_student
from flask import Flask
from sqlalchemy import select

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import Cell, Disclosure, LogEntry, PeriodMark, Person, Role
from ejournal.services import disclosures, extracts, settings
from ejournal.services.disclosures import Dates, Filter
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError

FORM = {"body": "ОМВД по району", "official": "инспектор", "ground": "запрос по делу № 7", "given": "выписка"}


@pytest.fixture
def actor(in_app: Flask) -> Viewer:
    return factories.viewer_of(factories.make_person(roles=(Role.ADMINISTRATION,)))


def dates(**changed: int) -> Dates:
    """All of today, a field moved by so many days."""
    today = settings.today()
    fields = ("document_date", "given_on", "since", "until")
    return Dates(*(today + timedelta(days=changed.get(name, 0)) for name in fields))


def record(actor: Viewer, person: Person, **form: str) -> Disclosure:
    return disclosures.record(actor, person.id, {**FORM, **form}, dates())


def test_r2_1_a_who_asked_what_was_given_when_and_by_whom(actor: Viewer) -> None:
    student = make_student()
    made = disclosures.find(record(actor, student).id)
    assert (made.body, made.ground, made.person.id) == ("ОМВД по району", "запрос по делу № 7", student.id)
    assert made.recorder is not None
    assert made.recorder.id == actor.person_id
    entry = db.session.scalars(select(LogEntry).where(LogEntry.subject == "disclosure")).one()
    assert entry.details["person_id"] == student.id


@pytest.mark.parametrize("name", ["body", "ground", "given"])
def test_what_the_register_needs_is_asked_for_at_its_field(actor: Viewer, name: str) -> None:
    with pytest.raises(FieldsError) as refusal:
        record(actor, make_student(), **{name: "  "})
    assert set(refusal.value.fields) == {name}


@pytest.mark.parametrize(("name", "days"), [("given_on", 1), ("document_date", 1), ("until", -1)])
def test_a_date_that_cannot_be_is_refused(actor: Viewer, name: str, days: int) -> None:
    with pytest.raises(FieldsError) as refusal:
        disclosures.record(actor, make_student().id, FORM, dates(**{name: days}))
    assert set(refusal.value.fields) == {name}


def test_nobody_is_not_somebody(actor: Viewer) -> None:
    with pytest.raises(NotFoundError):
        disclosures.record(actor, 999, FORM, dates())


def test_r2_1_a_a_mistaken_entry_is_struck_out_with_a_reason_and_stays(actor: Viewer) -> None:
    made = record(actor, make_student())
    with pytest.raises(RefusedError, match="почему"):
        disclosures.strike(actor, made.id, " ")
    disclosures.strike(actor, made.id, "не тот обучающийся")
    found, total, _pages = disclosures.search(Filter())
    assert total == 1
    assert (found[0].struck_reason, found[0].body) == ("не тот обучающийся", "ОМВД по району")
    with pytest.raises(RefusedError, match="уже вычеркнута"):
        disclosures.strike(actor, made.id, "ещё раз")


def test_the_register_is_searched_by_body_ground_and_name_without_regard_to_case(actor: Viewer) -> None:
    student = make_student()
    student.rename("Ёлкина", "Вера", "")
    record(actor, student)
    record(actor, make_student(), body="Военкомат")
    for text, number in (("омвд", 1), ("ДЕЛУ", 2), ("елкина", 1), ("прокуратура", 0), ("", 2)):
        assert disclosures.search(Filter(text=text))[1] == number
    assert disclosures.search(Filter(since=settings.today() + timedelta(days=1)))[1] == 0
    assert disclosures.search(Filter(until=settings.today()))[1] == 2


def test_r2_1_a_an_extract_holds_marks_attendance_and_period_marks_of_its_days(actor: Viewer) -> None:
    journal = factories.make_journal(students=1, lessons=3, works=2)
    student = journal.students[0]
    # A lesson with two works and «н» in both columns is one lesson missed.
    values = [("н", "3"), ("н", None), (None, "5"), ("о", None), (None, "2"), (None, None)]
    for work, (attendance, mark) in zip(journal.works, values, strict=True):
        db.session.add(Cell(work_id=work.id, student_id=student.id, attendance=attendance, mark=mark))
    db.session.add(
        PeriodMark(course_id=journal.course_id, period_id=journal.period.id, student_id=student.id, mark="4")
    )
    db.session.commit()
    days = [lesson.date for lesson in journal.lessons]
    found = extracts.build(student, days[0], days[1])
    assert [(mark.mark, mark.date) for mark in found.lines[0].marks] == [("3", days[0]), ("5", days[1])]
    assert found.absences == {"н": 1, "о": 1}
    assert found.lines[0].period_marks == []
    assert [group[0] for group in found.groups] == [journal.group.title]
    whole = extracts.build(student, journal.year.starts, journal.year.ends)
    assert [mark.mark for mark in whole.lines[0].marks] == ["3", "5", "2"]
    assert whole.lines[0].period_marks == [(journal.period.title, "4")]
    assert whole.as_json()["lines"][0]["marks"][0]["date"] == days[0].isoformat()


def test_an_extract_tells_of_nobody_else(actor: Viewer) -> None:
    journal = factories.make_journal(students=2, lessons=1)
    db.session.add(Cell(work_id=journal.works[0].id, student_id=journal.students[1].id, mark="5"))
    db.session.commit()
    assert extracts.build(journal.students[0], journal.year.starts, journal.year.ends).lines == []

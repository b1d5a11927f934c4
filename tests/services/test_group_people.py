"""A leader's list, who never signed in, a student's page, the start page (R4.3.a, R4.3.c)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import factories
import factories_consents
import factories_diary
import factories_documents
import factories_groups as made
import factories_individual
import pytest
import time_machine
from factories import Journal, Viewer
from flask import Flask

from ejournal.extensions import db
from ejournal.models import Course, Curatorship, Person, Role
from ejournal.services import group_access, group_home, group_list, group_student, settings
from ejournal.services.errors import NotFoundError

FRIDAY = datetime(2026, 11, 27, 12, tzinfo=ZoneInfo("Europe/Moscow"))
DAY = timedelta(days=1)


@pytest.fixture
def journal(in_app: Flask) -> Iterator[Journal]:
    with time_machine.travel(FRIDAY, tick=False):
        yield factories.make_journal(students=3, lessons=0)


@pytest.fixture
def leader(journal: Journal) -> Viewer:
    return factories.viewer_of(factories.make_curator(journal.group))


def manager() -> Viewer:
    return factories.viewer_of(factories.make_person("Завучева", (Role.ADMINISTRATION,)))


def test_r4_3_c_a_curator_sees_the_own_groups_with_a_line_of_state(journal: Journal, leader: Viewer) -> None:
    first, second, third = journal.students
    factories.make_journal(students=2, lessons=0)
    parent = factories_consents.make_parent(first)
    made.signed_in(first)
    factories_consents.answer(first, first)
    made.lesson(journal.course_id, settings.today(), 1, {first: "н", second: "о", third: "п"})
    factories_documents.give(journal, ["н/а", "5", ""])
    listing = group_list.load(leader)
    assert not listing.searchable
    (state,) = listing.states
    assert (state.group.id, state.curator, state.students) == (journal.group.id, "Кураторова П. И.", 3)
    assert (state.missing, state.in_debt) == (2, 1)
    # Two students and the parent; of consents the same two and the parent wait.
    assert (state.never, state.silent) == (3, 3)
    assert parent.full_name in [one.person.full_name for one in group_access.of_group(leader, journal.group.id)]


def test_administration_finds_any_group_also_a_released_one(journal: Journal, leader: Viewer) -> None:
    other = factories.make_group("ПК-31", journal.year)
    old = factories.make_group("ИС-11", journal.year)
    old.released_on = settings.today() - DAY
    db.session.commit()
    viewer = manager()
    everything = group_list.load(viewer)
    assert [state.group.id for state in everything.states] == [journal.group.id, other.id]
    assert [state.group.title for state in group_list.load(viewer, "пк 3").states] == ["ПК-31"]
    assert [state.group.title for state in group_list.load(viewer, archived=True).states] == ["ИС-11"]
    assert group_list.load(viewer, "нет такой").states == []


def test_a_curator_finds_no_other_group_by_its_name(journal: Journal, leader: Viewer) -> None:
    factories.make_group("ПК-31", journal.year)
    assert [state.group.id for state in group_list.load(leader, "ПК-31", True, 7).states] == [journal.group.id]


def test_r4_3_a_who_never_signed_in_with_whose_parent_it_is(journal: Journal, leader: Viewer) -> None:
    first, second, third = journal.students
    mother, father = (factories_consents.make_parent(first, relation=word) for word in ("мать", "отец"))
    for person in (first, second, mother):
        made.signed_in(person)
    people = group_access.of_group(leader, journal.group.id)
    assert [(one.kind, one.person.id, one.about, one.relation) for one in people] == [
        ("students", third.id, "", ""),
        ("parents", father.id, first.full_name, "отец"),
    ]
    stranger = factories.viewer_of(factories.make_curator(factories.make_group(year=journal.year)))
    with pytest.raises(NotFoundError):
        group_access.of_group(stranger, journal.group.id)


def test_r4_3_c_everything_about_a_student_on_one_page(journal: Journal, leader: Viewer) -> None:
    student = journal.students[0]
    mother = factories_consents.make_parent(student)
    factories_consents.answer(student, mother)
    made.signed_in(mother)
    course = db.session.get_one(Course, journal.course_id)
    factories_individual.make_plan(student.id, date(2026, 12, 1), discipline_id=course.discipline_id, hours=10)
    for day, text in ((date(2026, 10, 5), "н"), (date(2026, 10, 6), "5"), (date(2026, 11, 9), "б"), (FRIDAY, "о4")):
        made.lesson(journal.course_id, day.date() if isinstance(day, datetime) else day, 1, {student: text})
    factories_documents.give(journal, ["2", "", ""])
    lesson = factories.make_lesson(journal.course_id, date(2026, 11, 20), pair=2)
    factories_diary.give(lesson, "Решить № 7", date(2026, 11, 24))
    page = group_student.load(leader, journal.group.id, student.id)
    study = page.study
    assert [(row.title, row.marks, row.period_mark) for row in study.standing.rows] == [
        ("ОП.01 Операционные системы", ["5", "4"], "2")
    ]
    assert study.periods == ["I семестр, 2026/2027"]
    assert study.period_marks == [("ОП.01 Операционные системы", ["2"])]
    assert [(month.title, list(month.hours.values()), month.planned) for month in study.months] == [
        ("сентябрь 2026", [0, 0, 0, 0], 0),
        ("октябрь 2026", [2, 0, 0, 0], 4),
        ("ноябрь 2026", [0, 0, 2, 1], 6),
    ]
    assert (study.total.missed, study.total.percent) == (4, "60,0\u00a0%")
    assert [debt.mark for debt in study.debts] == ["2"]
    assert [task.text for task in page.owed] == ["Решить № 7"]
    assert [(one.kind, one.person.id, bool(one.last_sign_in_at)) for one in page.people] == [
        ("students", student.id, False), ("parents", mother.id, True)
    ]  # fmt: skip
    assert page.consents is not None
    assert [parent.state for parent in page.consents.parents] == ["agreed"]
    assert [row.group.id for row in page.way] == [journal.group.id]
    assert [len(plan.rows) for plan in page.plans] == [1]


def test_r2_1_c_a_student_of_another_group_is_not_found(journal: Journal, leader: Viewer) -> None:
    other = factories.make_journal(students=1, lessons=0)
    for group_id, student_id in (
        (other.group.id, other.students[0].id),
        (journal.group.id, other.students[0].id),
        (other.group.id, journal.students[0].id),
        (journal.group.id, 10_000),
    ):
        with pytest.raises(NotFoundError):
            group_student.load(leader, group_id, student_id)


def test_r2_1_c_who_went_to_another_leader_is_hers_from_then_on(journal: Journal, leader: Viewer) -> None:
    moved = journal.students[0]
    other = factories.make_group(year=journal.year)
    her = factories.viewer_of(factories.make_curator(other))
    row = db.session.scalars(db.select(factories.Enrollment).where(factories.Enrollment.student_id == moved.id)).one()
    row.until, row.left_kind = settings.today() - DAY, "moved"
    factories.enroll(moved, other, settings.today())
    with pytest.raises(NotFoundError):
        group_student.load(leader, journal.group.id, moved.id)
    assert group_student.load(her, other.id, moved.id).study.student == moved
    assert group_student.load(manager(), journal.group.id, moved.id).study.student == moved


def test_r4_3_c_the_day_of_a_leader_begins_with_who_is_missing_and_at_risk(journal: Journal, leader: Viewer) -> None:
    first, second, third = journal.students
    for days in (3, 2, 1):
        made.lesson(journal.course_id, settings.today() - days * DAY, 1, {third: "2"})
    made.lesson(journal.course_id, settings.today(), 1, {first: "н", second: "о5"})
    (card,) = group_home.load(leader)
    assert [(one.student, one.hours) for one in card.missing] == [(first, [("н", 2)])]
    assert [one.student for one in card.at_risk] == [third]
    assert card.state.students == 3


def test_a_leader_of_several_groups_sees_each_with_its_own(journal: Journal, leader: Viewer) -> None:
    other = factories.make_journal(students=2, lessons=0)
    db.session.add(Curatorship(group_id=other.group.id, person_id=leader.person_id, since=date(2020, 1, 1)))
    db.session.commit()
    missing: Person = other.students[0]
    made.lesson(other.course_id, settings.today(), 1, {missing: "б"})
    cards = {card.group.id: card for card in group_home.load(leader)}
    assert [one.student for one in cards[other.group.id].missing] == [missing]
    assert cards[journal.group.id].missing == []


def test_who_leads_no_group_has_an_empty_day(in_app: Flask) -> None:
    assert group_home.load(factories.viewer_of(factories.make_person("Кураторова", (Role.CURATOR,)))) == []

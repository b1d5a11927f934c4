"""From one year to the next: new names, release, nothing of the past lost (п. 4.1, 4.2)."""

from datetime import date, timedelta

import pytest
from factories import Journal, make_group, make_journal, make_person, viewer_of
from flask import Flask

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import AcademicYear, Course, Enrollment, Group, LogEntry, MovementOrder, Role
from ejournal.services import groups, new_year, year_setup
from ejournal.services.errors import FieldsError


@pytest.fixture
def actor(in_app: Flask) -> Viewer:
    return viewer_of(make_person("Завучева", (Role.ADMINISTRATION,)))


@pytest.fixture
def journal(in_app: Flask) -> Journal:
    return make_journal(students=2, lessons=0)


def year_of(journal: Journal) -> AcademicYear:
    return db.session.get_one(AcademicYear, journal.year.id)


def make_last_course(journal: Journal) -> Group:
    """The journal's group in its fourth year."""
    group = db.session.get_one(Group, journal.group.id)
    group.admission_year = journal.year.starts.year - 3
    db.session.commit()
    return group


def test_r4_2_c_groups_go_on_by_themselves_and_the_last_course_finishes(actor: Viewer, journal: Journal) -> None:
    last = make_last_course(journal)
    young = make_group("ИС-11", year_of(journal))
    plan = new_year.plan(year_of(journal))
    assert [(line.group.id, line.course, line.students) for line in plan.staying] == [(young.id, 1, 0)]
    assert [(line.group.id, line.course, line.students) for line in plan.finishing] == [(last.id, 4, 2)]
    assert plan.following is None
    following = year_setup.create(actor, journal.year.starts.year + 1, "semesters")
    plan = new_year.plan(year_of(journal))
    assert plan.following
    assert plan.following.id == following.id
    assert [group.title for group in groups.studying(following)] == ["ИС-11"]


def test_names_move_up_and_the_years_journals_keep_theirs(actor: Viewer, journal: Journal) -> None:
    one, two = db.session.get_one(Group, journal.group.id), make_group("ИС-21", year_of(journal))
    titles = {one.id: "ИС-21", two.id: "ИС-31"}
    old = one.title
    assert new_year.rename(actor, year_of(journal), titles) == 2
    assert (one.title, one.gkey != "", two.title) == ("ИС-21", True, "ИС-31")
    assert db.session.get_one(Course, journal.course_id).audience == old
    assert (
        db.session.scalars(db.select(LogEntry.action).where(LogEntry.subject == "group").order_by(LogEntry.id)).all()
        == ["promote"] * 2
    )
    assert new_year.rename(actor, year_of(journal), titles) == 0


@pytest.mark.parametrize("title", ["", "Я" * 33, "занято", "ЗАНЯТО"])
def test_a_name_that_cannot_be_leaves_all_names(actor: Viewer, journal: Journal, title: str) -> None:
    last = make_last_course(journal)
    last.title = last.gkey = "занято"
    young = make_group("ИС-11", year_of(journal))
    with pytest.raises(FieldsError) as refused:
        new_year.rename(actor, year_of(journal), {young.id: title})
    assert list(refused.value.fields) == [f"title-{young.id}"]


def test_a_group_that_finished_is_released_with_its_students(actor: Viewer, journal: Journal) -> None:
    group, year = make_last_course(journal), year_of(journal)
    since = date(year.ends.year, 7, 1)
    assert new_year.release(actor, year, [group.id], "12-в", since, since) == 1
    assert group.released_on == since - timedelta(days=1)
    rows = db.session.scalars(db.select(Enrollment)).all()
    assert {(row.until, row.left_kind, row.order_out) for row in rows} == {
        (since - timedelta(days=1), "graduated", "12-в")
    }
    assert db.session.scalars(db.select(MovementOrder.kind)).all() == ["graduate"]
    with pytest.raises(FieldsError, match="Сохранено не было"):
        new_year.release(actor, year, [group.id], "12-в", since, since)


def test_a_release_needs_groups_an_order_and_a_day_of_the_year(actor: Viewer, journal: Journal) -> None:
    group, year = make_last_course(journal), year_of(journal)
    young = make_group("ИС-11", year)
    with pytest.raises(FieldsError) as refused:
        new_year.release(actor, year, [young.id], " ", None, year.starts)
    assert set(refused.value.fields) == {"groups", "number", "dated", "since"}
    assert (group.released_on, young.released_on) == (None, None)


def test_groups_are_released_all_or_none(actor: Viewer, journal: Journal) -> None:
    year, since = year_of(journal), date(journal.year.ends.year, 7, 1)
    first, second = make_last_course(journal), make_last_course(make_journal(students=1, lessons=0))
    member = db.session.scalars(db.select(Enrollment).where(Enrollment.group_id == second.id)).one()
    member.until, member.left_kind = year.ends, "expelled"
    db.session.commit()
    with pytest.raises(FieldsError) as refused:
        new_year.release(actor, year, [first.id, second.id], "12-в", since, since)
    assert refused.value.fields["groups"].startswith(f"{second.title}: ")
    db.session.rollback()
    assert (first.released_on, second.released_on) == (None, None)
    assert db.session.scalars(db.select(MovementOrder)).all() == []

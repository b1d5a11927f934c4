"""Who is in an audience, by what is stored: role × group × course × whose parent (R2.1.c, R2.3.communicate)."""

from datetime import timedelta

import factories
import factories_diary
import pytest
from factories import viewer_of
from factories_board import College, make_college
from flask import Flask
from sqlalchemy import select

from ejournal import access
from ejournal.access.audiences import places
from ejournal.domain.audiences import EVERYBODY, Choice, Place, is_addressed
from ejournal.domain.calendar import academic_year
from ejournal.extensions import db
from ejournal.models import Audience, Course, CourseTeacher, Enrollment, Guardianship, Person, Role, RoleGrant
from ejournal.services import audiences, settings

PEOPLE = ("director", "teacher", "curator", "student", "parent", "stranger_curator", "stranger")


@pytest.fixture
def college(in_app: Flask) -> College:
    return make_college()


def person(college: College, name: str) -> Person:
    return college.journal.teacher if name == "teacher" else getattr(college, name)


def is_in(who: Person, choice: Choice, about_id: int | None = None) -> bool:
    audience = audiences.keep(choice)
    db.session.flush()
    viewer, today = viewer_of(who), settings.today()
    found = db.session.scalar(
        select(Audience.id).where(Audience.id == audience.id, access.addressed(viewer, Audience.id, today, about_id))
    )
    if about_id is None:
        # What SQL says and what the rule says is one.
        assert (found is not None) == is_addressed(choice.targets(), held_by(who))
    return found is not None


def held_by(who: Person) -> list[Place]:
    held = places(settings.today(), viewer_of(who))
    columns = (held.c.role, held.c.group_id, held.c.course_number, held.c.programme_id)
    roles = viewer_of(who).roles
    return [Place(*row) for row in db.session.execute(select(*columns)) if row.role in roles]


def named(college: College, choice: Choice) -> set[str]:
    return {name for name in PEOPLE if is_in(person(college, name), choice)}


def test_everybody_is_everybody(college: College) -> None:
    assert named(college, EVERYBODY) == set(PEOPLE)


@pytest.mark.parametrize(
    ("roles", "meant"),
    [
        (("student",), {"student", "stranger"}),
        (("parent",), {"parent"}),
        (("teacher",), {"teacher"}),
        (("curator", "administration"), {"curator", "stranger_curator", "director"}),
        (("sysadmin",), set()),
    ],
)
def test_by_role(college: College, roles: tuple[str, ...], meant: set[str]) -> None:
    assert named(college, Choice(roles=roles)) == meant


@pytest.mark.parametrize(
    ("roles", "meant"),
    [
        ((), {"teacher", "curator", "student", "parent"}),
        (("parent",), {"parent"}),
        (("student", "teacher"), {"student", "teacher"}),
        (("administration",), set()),
    ],
)
def test_by_group_and_role(college: College, roles: tuple[str, ...], meant: set[str]) -> None:
    assert named(college, Choice(roles=roles, group_ids=(college.group_id,))) == meant


def test_by_several_groups(college: College) -> None:
    both = Choice(roles=("student", "curator"), group_ids=(college.group_id, college.other_id))
    assert named(college, both) == {"student", "stranger", "curator", "stranger_curator"}


def test_by_course_and_programme(college: College) -> None:
    assert named(college, Choice(roles=("student", "parent"), courses=(1,))) == {"student", "parent"}
    assert named(college, Choice(roles=("student", "parent"), courses=(2,))) == {"stranger"}
    own = college.journal.group.programme_id or 0
    assert named(college, Choice(courses=(1,), programme_ids=(own,))) == {"teacher", "curator", "student", "parent"}
    assert named(college, Choice(courses=(2,), programme_ids=(own,))) == set()
    assert college.journal.group.course_number(academic_year(settings.today())) == 1


def test_r4_1_f_a_parent_without_a_consent_is_in_no_audience(college: College) -> None:
    factories_diary.answer(college.student, college.parent, "withdrawn")
    assert not is_in(college.parent, EVERYBODY)
    assert not is_in(college.parent, Choice(roles=("parent",), group_ids=(college.group_id,)))


def test_a_grown_up_child_has_a_say_in_it(college: College) -> None:
    college.student.birth_date = settings.today() - timedelta(days=19 * 366)
    db.session.commit()
    parents = Choice(roles=("parent",), group_ids=(college.group_id,))
    assert not is_in(college.parent, parents)
    factories_diary.answer(college.student, college.student, "agreed")
    assert is_in(college.parent, parents)


def test_a_student_who_refused_is_in_no_audience(college: College) -> None:
    factories_diary.answer(college.student, college.student, "refused")
    assert not is_in(college.student, EVERYBODY)


def test_a_consent_is_asked_for_each_child(college: College) -> None:
    """Guardian of two, with a consent about one: nothing of the other's group."""
    db.session.add(Guardianship(parent_id=college.parent.id, student_id=college.stranger.id))
    db.session.commit()
    assert not is_in(college.parent, Choice(group_ids=(college.other_id,)))
    factories_diary.answer(college.stranger, college.parent, "agreed")
    assert is_in(college.parent, Choice(group_ids=(college.other_id,)))
    # In the diary of one child stands what concerns that child.
    assert not is_in(college.parent, Choice(group_ids=(college.other_id,)), about_id=college.student.id)
    assert is_in(college.parent, Choice(group_ids=(college.other_id,)), about_id=college.stranger.id)


def test_who_left_the_group_is_not_told_any_more(college: College) -> None:
    spell = db.session.scalars(db.select(Enrollment).where(Enrollment.student_id == college.student.id)).one()
    spell.until, spell.left_kind = settings.today() - timedelta(days=1), "expelled"
    db.session.commit()
    assert named(college, Choice(group_ids=(college.group_id,))) == {"teacher", "curator"}
    assert not is_in(college.student, EVERYBODY)


def test_a_teacher_of_a_past_year_or_without_the_role_is_not_meant(college: College) -> None:
    group = Choice(roles=("teacher",), group_ids=(college.group_id,))
    db.session.execute(
        db.update(CourseTeacher)
        .where(CourseTeacher.teacher_id == college.journal.teacher.id)
        .values(until=settings.today() - timedelta(days=1))
    )
    db.session.commit()
    assert named(college, group) == set()
    db.session.execute(db.update(CourseTeacher).values(until=None))
    year = db.session.get_one(Course, college.journal.course_id).year_id
    assert year == college.journal.year.id
    db.session.execute(
        db.update(RoleGrant)
        .where(RoleGrant.person_id == college.journal.teacher.id)
        .values(until=settings.today() - timedelta(days=1))
    )
    db.session.commit()
    assert db.session.scalars(access.members(audiences_id(group), settings.today())).all() == []


def audiences_id(choice: Choice) -> int:
    audience = audiences.keep(choice)
    db.session.commit()
    return audience.id


def test_all_members_are_those_who_are_addressed(college: College) -> None:
    choice = Choice(roles=("student", "parent", "curator"), group_ids=(college.group_id, college.other_id))
    ids = {row.person_id for row in db.session.execute(access.members(audiences_id(choice), settings.today()))}
    assert ids == {person(college, name).id for name in named(college, choice)}


# ── Who may address whom ────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("who", "choice", "teaching", "may"),
    [
        ("director", "everybody", False, True),
        ("director", "other", False, True),
        ("curator", "everybody", False, False),
        ("curator", "own", False, True),
        ("curator", "other", False, False),
        ("curator", "both", False, False),
        ("stranger_curator", "own", False, False),
        ("teacher", "own", False, False),
        ("teacher", "own", True, True),
        ("teacher", "other", True, False),
        ("student", "own", True, False),
        ("parent", "own", True, False),
    ],
)
def test_r4_3_only_own_groups_are_addressed(college: College, who: str, choice: str, teaching: bool, may: bool) -> None:
    groups = {
        "everybody": (), "own": (college.group_id,), "other": (college.other_id,),
        "both": (college.group_id, college.other_id),
    }[choice]  # fmt: skip
    wrong = audiences.check(viewer_of(person(college, who)), Choice(roles=("parent",), group_ids=groups), teaching)
    assert (wrong is None) is may


def test_a_choice_that_means_nobody_is_refused(college: College) -> None:
    director = viewer_of(college.director)
    for choice in (
        Choice(roles=("administration",), group_ids=(college.group_id,)),
        Choice(group_ids=(college.group_id,), courses=(1,)),
        Choice(group_ids=(10**6,)),
        Choice(programme_ids=(10**6,)),
        Choice(roles=("nobody",)),
    ):
        assert audiences.check(director, choice)


def test_what_is_offered_is_what_may_be_addressed(college: College) -> None:
    of_curator = audiences.offer(viewer_of(college.curator))
    assert [number for number, _title in of_curator.groups] == [college.group_id]
    assert (of_curator.courses, of_curator.programmes, of_curator.own_only) == ([], [], True)
    of_director = audiences.offer(viewer_of(college.director))
    assert {college.group_id, college.other_id} <= {number for number, _title in of_director.groups}
    assert (1, "1 курс") in of_director.courses


def test_an_audience_is_told_in_words(college: College) -> None:
    title = college.journal.group.title
    for choice, words in (
        (EVERYBODY, "Все"),
        (Choice(roles=("parent", "student"), group_ids=(college.group_id,)), f"Обучающиеся, родители · {title}"),
        (Choice(courses=(1, 2)), "Все · 1, 2 курс"),
    ):
        audience = audiences.keep(choice)
        db.session.commit()
        assert audiences.words(audience) == words


def test_another_choice_replaces_the_one_before(college: College) -> None:
    audience = audiences.keep(Choice(roles=("student",)))
    db.session.commit()
    audiences.keep(Choice(roles=("teacher",)), audience)
    db.session.commit()
    assert [target.role for target in audiences.targets(audience)] == ["teacher"]


def test_a_role_that_is_held_no_longer_counts_for_nothing(college: College) -> None:
    sysadmin = factories.make_person(roles=(Role.SYSADMIN,))
    assert is_in(sysadmin, Choice(roles=("sysadmin",)))
    db.session.execute(
        db.update(RoleGrant)
        .where(RoleGrant.person_id == sysadmin.id)
        .values(until=settings.today() - timedelta(days=1))
    )
    db.session.commit()
    assert not is_in(sysadmin, EVERYBODY)

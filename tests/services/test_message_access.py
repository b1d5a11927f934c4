"""Who may write to whom, as a table (R2.3.communicate; п. 2.1, 4.3, 4.4)."""

from datetime import timedelta

import factories
import factories_diary
import pytest
from factories import viewer_of
from factories_messages import College, letter, make_college, write, write_to_many
from flask import Flask
from sqlalchemy import select

from ejournal.access import messages as access
from ejournal.extensions import db
from ejournal.models import Account, CourseTeacher, Curatorship, Enrollment, Guardianship, Person, Role, RoleGrant
from ejournal.models.base import now
from ejournal.services import conversations, inbox, message_people, messages, settings
from ejournal.services.errors import NotFoundError

PEOPLE = (
    "teacher", "curator", "student", "parent", "director", "admin", "stranger", "other_student", "other_parent"
)  # fmt: skip
# A row: who writes; a column: to whom, in the order of PEOPLE. stranger teaches the other group.
TABLE = {
    "teacher": "- x x x x x x . .",
    "curator": "x - x x x x x . .",
    "student": "x x - . x x . . .",
    "parent": "x x . - x x . . .",
    "director": "x x x x - x x x x",
    "admin": "x x x x x - x x x",
    "stranger": "x x . . x x - x x",
    "other_student": ". . . . x x x - .",
    "other_parent": ". . . . x x x . -",
}


@pytest.fixture
def college(in_app: Flask) -> College:
    return make_college()


@pytest.mark.parametrize("author", PEOPLE)
def test_r2_3_communicate_everybody_writes_to_theirs_and_to_nobody_else(college: College, author: str) -> None:
    viewer = viewer_of(getattr(college, author))
    got = ["-" if name == author else reached(viewer, getattr(college, name)) for name in PEOPLE]
    assert " ".join(got) == TABLE[author]


def reached(viewer: access.Viewer, person: Person) -> str:
    query = select(Person.id).where(Person.id == person.id, access.may_write_to(viewer, settings.today()))
    return "x" if db.session.scalar(query) else "."


def test_r4_1_who_has_no_access_is_written_to_by_nobody(college: College) -> None:
    teacher = viewer_of(college.teacher)
    factories_diary.answer(college.student, college.parent, "withdrawn")
    assert reached(teacher, college.parent) == "."
    assert reached(viewer_of(college.director), college.parent) == "."
    factories_diary.answer(college.student, college.student, "refused")
    assert reached(teacher, college.student) == "."


def test_a_blocked_account_and_a_person_without_one_get_nothing(college: College) -> None:
    teacher = viewer_of(college.teacher)
    db.session.execute(db.update(Account).where(Account.person_id == college.student.id).values(blocked_at=now()))
    nobody = factories.make_person("Безучётный")
    factories.enroll(nobody, college.journal.group, college.journal.year.starts)
    db.session.commit()
    assert reached(teacher, college.student) == "."
    assert reached(teacher, nobody) == "."


def test_a_student_who_left_the_group_is_no_more_reached_by_its_teacher(college: College) -> None:
    yesterday = settings.today() - timedelta(days=1)
    db.session.execute(db.update(Enrollment).where(Enrollment.student_id == college.student.id).values(until=yesterday))
    db.session.commit()
    assert reached(viewer_of(college.teacher), college.student) == "."
    assert reached(viewer_of(college.student), college.teacher) == "."
    assert reached(viewer_of(college.curator), college.parent) == "."


@pytest.mark.parametrize("table", [CourseTeacher, Curatorship])
def test_who_teaches_or_leads_no_more_is_not_written_to(college: College, table: type) -> None:
    name = "teacher" if table is CourseTeacher else "curator"
    db.session.execute(db.update(table).values(until=settings.today() - timedelta(days=1)))
    db.session.commit()
    assert reached(viewer_of(college.parent), getattr(college, name)) == "."
    assert reached(viewer_of(getattr(college, name)), college.parent) == "."


def test_a_dismissed_employee_reads_no_more(college: College) -> None:
    message = write(college.student, college.teacher)
    viewer = viewer_of(college.teacher)
    db.session.execute(
        db.update(RoleGrant)
        .where(RoleGrant.person_id == college.teacher.id)
        .values(until=settings.today() - timedelta(days=1))
    )
    db.session.commit()
    assert reached(viewer_of(college.student), college.teacher) == "."
    with pytest.raises(NotFoundError):
        conversations.open_(viewer_of(college.teacher), message.conversation_id)
    assert viewer.roles


def test_a_grown_child_who_does_not_agree_closes_the_conversation_too(college: College) -> None:
    college.student.birth_date = settings.today() - timedelta(days=19 * 366)
    db.session.commit()
    assert reached(viewer_of(college.teacher), college.parent) == "."
    factories_diary.answer(college.student, college.student, "agreed")
    assert reached(viewer_of(college.teacher), college.parent) == "x"


# ── Reading ─────────────────────────────────────────────────────────────────
def test_r4_1_a_withdrawn_consent_closes_what_was_written(college: College) -> None:
    message = write(college.teacher, college.parent)
    parent = viewer_of(college.parent)
    assert conversations.open_(parent, message.conversation_id).messages
    factories_diary.answer(college.student, college.parent, "withdrawn")
    with pytest.raises(NotFoundError):
        conversations.open_(parent, message.conversation_id)
    assert inbox.inbox(parent) == ([], False)
    with pytest.raises(NotFoundError):
        messages.send_in(parent, message.conversation_id, letter())


def test_what_cannot_be_opened_any_more_is_not_counted(college: College) -> None:
    write(college.teacher, college.parent)
    assert viewer_of(college.parent).unread == 1
    factories_diary.answer(college.student, college.parent, "withdrawn")
    inbox.inbox(viewer_of(college.parent))
    assert viewer_of(college.parent).unread == 0


def test_who_teaches_the_group_no_more_writes_to_it_no_more(college: College) -> None:
    message = write_to_many(college.teacher, f"students:{college.journal.group.id}")
    db.session.execute(db.update(CourseTeacher).values(until=settings.today() - timedelta(days=1)))
    db.session.commit()
    teacher = viewer_of(college.teacher)
    assert conversations.open_(teacher, message.conversation_id).closed == conversations.CLOSED_MANY
    with pytest.raises(NotFoundError):
        messages.send_in(teacher, message.conversation_id, letter())


def test_a_parent_of_two_reads_what_is_about_the_child_that_is_open(college: College) -> None:
    brother = factories_diary.make_child(college.journal.group, "Иван")
    db.session.add(Guardianship(parent_id=college.parent.id, student_id=brother.id))
    factories_diary.answer(brother, college.parent, "agreed")
    message = write(college.parent, college.teacher)
    parent = viewer_of(college.parent)
    for child in (college.student, brother):
        factories_diary.answer(child, college.parent, "withdrawn")
        left = [each for each in (college.student, brother) if each is not child]
        factories_diary.answer(left[0], college.parent, "agreed")
        write(college.teacher, college.parent)  # the place now rests on the other child
        assert conversations.open_(parent, message.conversation_id).messages
        factories_diary.answer(child, college.parent, "agreed")


def test_an_expelled_student_reads_nothing_a_moved_one_reads_what_there_was(college: College) -> None:
    message = write(college.teacher, college.student)
    student = viewer_of(college.student)
    yesterday = settings.today() - timedelta(days=1)
    place = db.session.scalars(select(Enrollment).where(Enrollment.student_id == college.student.id)).one()
    place.until, place.left_kind = yesterday, "moved"
    elsewhere = factories.enroll(college.student, factories.make_group(), settings.today())
    opened = conversations.open_(student, message.conversation_id)
    assert len(opened.messages) == 1
    assert opened.closed == conversations.CLOSED
    db.session.delete(elsewhere)
    place.left_kind = "expelled"
    db.session.commit()
    with pytest.raises(NotFoundError):
        conversations.open_(student, message.conversation_id)


def test_nobody_reads_a_conversation_of_others(college: College) -> None:
    message = write(college.parent, college.teacher)
    for name in ("student", "curator", "director", "admin", "stranger", "other_parent"):
        with pytest.raises(NotFoundError):
            conversations.open_(viewer_of(getattr(college, name)), message.conversation_id)


# ── Many at once ────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("author", "kind", "allowed"),
    [
        ("teacher", "students", True), ("teacher", "parents", True), ("teacher", "teachers", True),
        ("curator", "parents", True), ("director", "students", True), ("admin", "parents", True),
        ("stranger", "students", False), ("student", "students", False), ("parent", "parents", False),
        ("student", "teachers", False),
    ],
)  # fmt: skip
def test_r4_3_b_a_group_is_written_to_by_its_own(college: College, author: str, kind: str, allowed: bool) -> None:
    key = f"{kind}:{college.journal.group.id}"
    if allowed:
        assert message_people.audience(viewer_of(getattr(college, author)), key).key == key
    else:
        with pytest.raises(NotFoundError):
            message_people.audience(viewer_of(getattr(college, author)), key)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSADMIN])
def test_a_whole_role_is_written_to_by_administration_alone(college: College, role: Role) -> None:
    key = f"role:{role}"
    director = viewer_of(college.director)
    if role is Role.ADMINISTRATION:
        factories.make_person("Замова", (Role.ADMINISTRATION,))
    assert message_people.people(director, message_people.audience(director, key))
    for name in ("teacher", "curator", "student", "parent"):
        with pytest.raises(NotFoundError):
            message_people.audience(viewer_of(getattr(college, name)), key)


def test_nonsense_for_an_audience_is_not_found(college: College) -> None:
    director = viewer_of(college.director)
    for key in ("", "students", "students:", "students:0", "students:x", "role:god", "everybody:1", "parents:-1"):
        with pytest.raises(NotFoundError):
            message_people.audience(director, key)


def test_a_message_to_parents_is_closed_with_the_consent(college: College) -> None:
    message = write_to_many(college.curator, f"parents:{college.journal.group.id}")
    parent = viewer_of(college.parent)
    assert [line.id for line in inbox.inbox(parent)[0]] == [message.conversation_id]
    factories_diary.answer(college.student, college.parent, "withdrawn")
    assert inbox.inbox(parent)[0] == []

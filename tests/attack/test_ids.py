"""Guessing numbers in addresses: what belongs to another group is not shown, not changed, not even told of (п. 2.1)."""

from collections.abc import Iterable

import pytest
import sqlalchemy as sa
from factories import make_person
from werkzeug.routing import Rule

from attack.college import WORDS, College
from ejournal.extensions import db
from ejournal.models import (
    Account,
    Cell,
    Course,
    CourseTeacher,
    Curatorship,
    Enrollment,
    Group,
    Guardianship,
    Homework,
    Lesson,
    Period,
    Role,
    Work,
)

# Open to whoever has the role, whatever the number: why.
OPEN = {
    "account.activation": "the code itself is the right",
    "announcements.announcement": "addressed to all",
    "announcements.file": "the same",
    "events.event": "the same",
    "help.guide": "public",
    "resources.dead_link": "the catalogue is everybody's",
    "messages.to": "everybody may write to the administration",
}
EMPLOYEES = frozenset({Role.TEACHER, Role.CURATOR})
REFUSED = frozenset({400, 403, 404, 405, 409, 422, 423})


@pytest.fixture(scope="module")
def strangers(college: College) -> College:
    """A teacher without a journal, a curator without a group, a student and a parent of nobody here."""
    with college.app.app_context():
        for role in (Role.TEACHER, Role.CURATOR, Role.STUDENT, Role.PARENT):
            college._clients[f"stranger-{role}"] = college.as_person(make_person(roles=(role,)))
        db.session.remove()
    return college


@pytest.mark.parametrize("role", ["teacher", "curator", "student", "parent"])
def test_who_belongs_to_nothing_reaches_nothing_by_its_number(strangers: College, role: str) -> None:
    let_in = []
    for method, rule in _numbered(strangers):
        if rule.endpoint not in OPEN:
            let_in += _try(strangers, f"stranger-{role}", method, rule, strangers.address(rule))
    assert let_in == []


@pytest.mark.parametrize("login", ["teacher", "curator", "student", "parent"])
def test_numbers_of_another_group_lead_nowhere(college: College, login: str) -> None:
    with college.app.app_context():
        own, foreign = _groups(login)
        numbers, mine = _numbers(foreign), _numbers(own)
        db.session.remove()
    let_in = []
    for method, rule in _numbered(college):
        arguments = set(rule.arguments) - set(WORDS)
        if rule.endpoint in OPEN or not arguments <= set(numbers):
            continue
        let_in += _try(college, login, method, rule, college.address(rule, **numbers))
        # Of one's own journal, but a student, lesson or work of another group.
        if len(arguments) > 1 and "course_id" in arguments:
            mixed = {**numbers, "course_id": mine["course_id"]}
            let_in += _try(college, login, method, rule, college.address(rule, **mixed))
    assert let_in == []


def _numbered(college: College) -> Iterable[tuple[str, Rule]]:
    """Routes that name a row."""
    for method in ("GET", "POST"):
        for rule in college.rules(method):
            if set(rule.arguments) - set(WORDS) - {"period_id"}:
                yield method, rule


def _try(college: College, login: str, method: str, rule: Rule, address: str) -> list[str]:
    client = college.client(login)
    before = college.version()
    answer = client.open(address, method=method)
    answer.close()
    wrong = []
    if answer.status_code not in REFUSED:
        wrong.append(f"{method} {address} ({rule.endpoint}): {answer.status_code} {answer.headers.get('Location', '')}")
    if college.version() != before:
        wrong.append(f"{method} {address} ({rule.endpoint}) changed something")
    return wrong


def _groups(login: str) -> tuple[int, int]:
    """A group of this person, and one that he has nothing to do with."""
    person = db.session.scalars(sa.select(Account.person_id).where(Account.username == login)).one()
    taught = (
        sa.select(Course.group_id).join(CourseTeacher, CourseTeacher.course_id == Course.id)
        .where(CourseTeacher.teacher_id == person)
    )  # fmt: skip
    given = sa.select(Course.group_id).join(Lesson, Lesson.course_id == Course.id).where(Lesson.teacher_id == person)
    led = sa.select(Curatorship.group_id).where(Curatorship.person_id == person)
    children = sa.select(Guardianship.student_id).where(Guardianship.parent_id == person)
    studied = sa.select(Enrollment.group_id).where(
        sa.or_(Enrollment.student_id == person, Enrollment.student_id.in_(children))
    )
    own = set(db.session.scalars(sa.union(taught, given, led, studied)))
    with_students = sa.select(Enrollment.group_id).where(Enrollment.until.is_(None))
    foreign = sa.select(Group.id).where(Group.id.not_in(own), Group.id.in_(with_students)).order_by(Group.id)
    return min(own), db.session.scalars(foreign.limit(1)).one()


def _numbers(group_id: int) -> dict[str, int]:
    """What of a group an address may name."""
    course = db.session.scalars(sa.select(Course.id).where(Course.group_id == group_id).order_by(Course.id)).first()
    of_group = sa.select(Enrollment.student_id).where(Enrollment.group_id == group_id, Enrollment.until.is_(None))
    student = db.session.scalars(of_group.order_by(Enrollment.id)).first()
    lesson = db.session.scalars(sa.select(Lesson.id).where(Lesson.course_id == course).order_by(Lesson.id)).first()
    work = db.session.scalars(sa.select(Work.id).where(Work.lesson_id == lesson)).first()
    homework = db.session.scalars(sa.select(Homework.id).where(Homework.lesson_id == lesson)).first()
    cell = db.session.scalars(sa.select(Cell.id).where(Cell.student_id == student)).first()
    found = {
        "group_id": group_id, "course_id": course, "student_id": student, "person_id": student, "lesson_id": lesson,
        "work_id": work, "homework_id": homework, "cell_id": cell, "addressee_id": student,
        "period_id": db.session.scalars(sa.select(Period.id)).first(),
    }  # fmt: skip
    return {name: number for name, number in found.items() if number is not None}

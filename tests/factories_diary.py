"""Builders for the diary: a family with consents on record, cells, homework, subgroups."""

from datetime import date, timedelta
from typing import Any

import factories
from factories import Journal

from ejournal.extensions import db
from ejournal.models import (
    Cell,
    Consent,
    Course,
    CourseTeacher,
    Discipline,
    Exam,
    Group,
    Guardianship,
    Homework,
    Lesson,
    LessonFile,
    Person,
    Role,
    StoredFile,
    Work,
)
from ejournal.models.base import now
from ejournal.services import settings


@factories.together
def make_child(group: Group, name: str = "Артём", age: int = 16, since: date | None = None) -> Person:
    """A student of a group who can sign in; enrolled from the year's start."""
    year, _ = factories.make_year()
    child = factories.make_person("Аксёнов", (Role.STUDENT,), name=name)
    child.birth_date = settings.today() - timedelta(days=age * 366)
    factories.store()
    factories.enroll(child, group, since or year.starts)
    return child


@factories.together
def make_parent(*children: Person) -> Person:
    """A parent whose consents are on record."""
    parent = factories.make_person("Аксёнова", (Role.PARENT,), name="Марина")
    for child in children:
        db.session.add(Guardianship(parent_id=parent.id, student_id=child.id))
        answer(child, parent, "agreed")
    return parent


def answer(child: Person, person: Person, kind: str) -> None:
    db.session.add(Consent(student_id=child.id, person_id=person.id, kind=kind, dated=settings.today()))
    factories.store()


def put(work: Work, student: Person, mark: str | None = None, attendance: str | None = None, **rest: Any) -> Cell:
    """A cell as stored."""
    cell = Cell(work_id=work.id, student_id=student.id, mark=mark, attendance=attendance, **rest)
    db.session.add(cell)
    factories.store()
    return cell


def give(lesson: Lesson, text: str = "Прочитать § 5", due: date | None = None, **rest: Any) -> Homework:
    """Homework of a lesson, published now."""
    homework = Homework(
        lesson_id=lesson.id, text=text, due_date=due, published_at=rest.pop("published_at", now()), **rest
    )
    db.session.add(homework)
    factories.store()
    return homework


def make_exam(course_id: int, day: date, kind: str = "Э", **rest: Any) -> Exam:
    """A sitting of the session."""
    exam = Exam(course_id=course_id, kind=kind, date=day, **rest)
    db.session.add(exam)
    factories.store()
    return exam


def attach(lesson: Lesson, name: str = "задание.pdf", purpose: str = "homework", sha256: str = "0" * 64) -> LessonFile:
    stored = StoredFile(sha256=sha256, name=name, media_type="application/pdf", size=2048)
    attached = LessonFile(lesson_id=lesson.id, file=stored, purpose=purpose)
    db.session.add(attached)
    factories.store()
    return attached


@factories.together
def make_course(journal: Journal, title: str, subgroup_id: int | None = None) -> Course:
    """Another journal of the same group, with its own teacher."""
    number = next(factories._number)
    discipline = Discipline(programme_id=journal.group.programme_id, index=f"ОП.{number}", title=title, kind="op")
    db.session.add(discipline)
    db.session.flush()
    course = Course(
        year_id=journal.year.id, group_id=journal.group.id, subgroup_id=subgroup_id, discipline_id=discipline.id
    )
    db.session.add(course)
    db.session.flush()
    teacher = factories.make_person("Учителев", (Role.TEACHER,))
    db.session.add(CourseTeacher(course_id=course.id, teacher_id=teacher.id))
    factories.store()
    return course

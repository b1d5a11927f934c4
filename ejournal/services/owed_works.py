"""Works still owed («не сдано»): marked by the teacher and closed by a mark, and demanded answers that did not come.

Nothing here is stored but the teacher's marking (models.OwedWork): the rest is asked anew each time.
"""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, true
from sqlalchemy.orm import aliased

from ejournal.access import in_force
from ejournal.domain.names import short_name
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    AnswerMode,
    Cell,
    Course,
    Discipline,
    Enrollment,
    Homework,
    IndividualPlan,
    IndividualRow,
    Lesson,
    LessonState,
    OwedWork,
    Person,
    PersonalTask,
    PersonalTaskStudent,
    TaskAnswer,
    Verdict,
    Work,
    WorkKind,
)
from ejournal.models.base import now
from ejournal.services import diary_lessons, settings


@dataclass(frozen=True, slots=True)
class Owed:
    """One work or answer a student owes. `owed_id`: the teacher's marking; without it an answer did not come in time,
    to the lesson's homework, or to the personal task `own_id`."""

    student_id: int
    student: str
    skey: str
    course_id: int
    discipline: str
    lesson_id: int
    date: datetime.date
    topic: str
    what: str
    due: datetime.date | None
    is_over: bool
    note: str = ""
    owed_id: int | None = None
    work_id: int | None = None
    own_id: int | None = None


def of_students(student_ids: Collection[int]) -> list[Owed]:
    """What these students owe in all their journals of open years, by student, the nearest term first.

    Three queries however many.
    """
    if not student_ids:
        return []
    return _found(Person.id.in_(student_ids), _near(student_ids))


def of_course(course_id: int, student_ids: Collection[int]) -> list[Owed]:
    """What these students owe in one journal."""
    return _found(Person.id.in_(student_ids), Course.id == course_id) if student_ids else []


def of_group(group_id: int, on: date | None = None) -> list[Owed]:
    """What the students of a group owe, whatever the journal. `on`: who is in the group on this day (today)."""
    members = select(Enrollment.student_id).where(
        Enrollment.group_id == group_id, in_force(Enrollment, on or settings.today())
    )
    return of_students(db.session.scalars(members.order_by(Enrollment.student_id)).all())


def is_open() -> ColumnElement[bool]:
    """The condition that the query's OwedWork is owed: no mark in its cell (read at the time, so that a mark closes it
    by itself), the lesson not cancelled."""
    marked = exists().where(
        Cell.work_id == OwedWork.work_id, Cell.student_id == OwedWork.student_id, Cell.mark.is_not(None)
    )
    return and_(~marked, Lesson.state != LessonState.CANCELLED)


def _found(who: ColumnElement[bool], where: ColumnElement[bool]) -> list[Owed]:
    today = settings.today()
    found = [
        *(_work(row, today) for row in db.session.execute(_marked().where(who, where))),
        *(_answer(row) for row in db.session.execute(_unanswered(today).where(who, where))),
        *(_answer(row) for row in db.session.execute(_own_unanswered(today).where(who, where))),
    ]
    far = date.max
    return sorted(found, key=lambda owed: (owed.skey, owed.student_id, owed.due or far, owed.date, owed.what))


def _near(student_ids: Collection[int]) -> ColumnElement[bool]:
    """Journals that can concern the students at all: an index finds these."""
    groups = select(Enrollment.group_id).where(Enrollment.student_id.in_(student_ids))
    own = (
        select(IndividualRow.course_id)
        .join(IndividualPlan, IndividualPlan.id == IndividualRow.plan_id)
        .where(IndividualPlan.student_id.in_(student_ids), IndividualRow.course_id.is_not(None))
    )
    return or_(Course.group_id.in_(groups), Course.id.in_(own))


COMMON = (
    Person.id.label("student_id"),
    Person.surname,
    Person.name,
    Person.patronymic,
    Person.skey,
    Course.id.label("course_id"),
    Discipline.title.label("discipline"),
    Lesson.id.label("lesson_id"),
    Lesson.date,
    Lesson.topic,
)


def _marked() -> Select[*tuple[Any, ...]]:
    return (
        select(*COMMON, OwedWork.id.label("owed_id"), OwedWork.due, OwedWork.note, Work.id.label("work_id"),
               Work.title.label("work"), WorkKind.title.label("kind"))
        .select_from(OwedWork)
        .join(Person, Person.id == OwedWork.student_id)
        .join(Work, Work.id == OwedWork.work_id)
        .join(WorkKind, WorkKind.id == Work.kind_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
        .join(AcademicYear, AcademicYear.id == Course.year_id)
        .join(Discipline, Discipline.id == Course.discipline_id)
        .where(is_open(), AcademicYear.closed_at.is_(None))
    )  # fmt: skip


def _unanswered(today: date) -> Select[*tuple[Any, ...]]:
    """The group's homework that must be answered, its day past, without an answer that stands."""
    last = aliased(TaskAnswer)
    return (
        _lessons(select(*COMMON, Homework.due_date.label("due"), last.verdict))
        .join(Homework, Homework.lesson_id == Lesson.id)
        # The condition must stand in the WHERE: its inner queries find Lesson and Course only from there.
        .join(Person, true())
        .outerjoin(last, last.id == diary_lessons.last_answer(None))
        .where(
            diary_lessons.attends(Person.id, Lesson.date),
            Homework.answer == AnswerMode.REQUIRED,
            Homework.due_date < today,
            Homework.published_at <= now(),
            or_(last.id.is_(None), last.verdict == Verdict.RETURNED),
        )
    )


def _own_unanswered(today: date) -> Select[*tuple[Any, ...]]:
    """The same of personal tasks."""
    last = aliased(TaskAnswer)
    return (
        _lessons(select(*COMMON, PersonalTask.due_date.label("due"), last.verdict, PersonalTask.id.label("own_id")))
        .join(PersonalTask, PersonalTask.lesson_id == Lesson.id)
        .join(PersonalTaskStudent, PersonalTaskStudent.task_id == PersonalTask.id)
        .join(Person, Person.id == PersonalTaskStudent.student_id)
        .outerjoin(last, last.id == diary_lessons.last_answer(PersonalTask.id))
        .where(
            PersonalTask.answer == AnswerMode.REQUIRED,
            PersonalTask.due_date < today,
            PersonalTask.withdrawn_at.is_(None),
            diary_lessons.attends(Person.id, Lesson.date),
            or_(last.id.is_(None), last.verdict == Verdict.RETURNED),
        )
    )


def _lessons(query: Select[*tuple[Any, ...]]) -> Any:
    return (
        query.select_from(Lesson)
        .join(Course, Course.id == Lesson.course_id)
        .join(AcademicYear, AcademicYear.id == Course.year_id)
        .join(Discipline, Discipline.id == Course.discipline_id)
        .where(Lesson.state != LessonState.CANCELLED, AcademicYear.closed_at.is_(None))
    )


def _work(row: Any, today: date) -> Owed:
    return Owed(
        **_common(row),
        what=row.work or row.kind,
        due=row.due,
        is_over=row.due is not None and row.due < today,
        note=row.note,
        owed_id=row.owed_id,
        work_id=row.work_id,
    )


def _answer(row: Any) -> Owed:
    what = "домашнее задание: возвращено на доработку" if row.verdict else "домашнее задание: нужен ответ"
    return Owed(**_common(row), what=what, due=row.due, is_over=True, own_id=getattr(row, "own_id", None))


def _common(row: Any) -> dict[str, Any]:
    return {
        "student_id": row.student_id,
        "student": short_name(row.surname, row.name, row.patronymic),
        "skey": row.skey,
        "course_id": row.course_id,
        "discipline": row.discipline,
        "lesson_id": row.lesson_id,
        "date": row.date,
        "topic": row.topic,
    }

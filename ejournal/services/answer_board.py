"""A journal's tasks and debts in one list: answers waiting first, who sent and who did not, works owed (п. 4.4)."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, exists, func, or_, select

from ejournal.access import Viewer, ever_taught, prepared, teaches
from ejournal.domain.homework_state import came_late
from ejournal.domain.names import short_name
from ejournal.extensions import db
from ejournal.models import (
    AcademicYear,
    AnswerMode,
    Course,
    Discipline,
    Group,
    Homework,
    Lesson,
    LessonState,
    OwedWork,
    Person,
    PersonalTask,
    PersonalTaskStudent,
    Subgroup,
    TaskAnswer,
    Verdict,
    Work,
)
from ejournal.services import answer_rounds, lesson_context, owed_works, roster, settings
from ejournal.services.owed_works import Owed


class Waiting(NamedTuple):
    """An answer nobody has looked at."""

    answer_id: int
    student_id: int
    student: str
    lesson_id: int
    own_id: int | None
    date: datetime.date
    sent_at: datetime.datetime
    is_late: bool
    text: str


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task with how many it was given to and how their answers stand. `students`: of a personal task."""

    lesson_id: int
    own_id: int | None
    date: datetime.date
    text: str
    due: datetime.date | None
    mode: str
    asked: int
    sent: int
    waiting: int
    accepted: int
    returned: int

    @property
    def silent(self) -> int:
        return max(self.asked - self.sent, 0)


@dataclass(frozen=True, slots=True)
class Board:
    course: Course
    can_check: bool
    waiting: list[Waiting]
    tasks: list[TaskRow]
    owed: list[Owed]


class CourseCount(NamedTuple):
    """A journal on the start page: answers to look at, works marked as owed."""

    course_id: int
    audience: str
    discipline: str
    waiting: int
    owed: int


def load(viewer: Viewer, course_id: int) -> Board:
    """The board of a journal, for who may read it. As many queries however much there is. Raises NotFoundError."""
    place = lesson_context.place_on(viewer, course_id, settings.today())
    students = roster.students_of(place.course)
    there = [student.id for student in students if student.was_there(settings.today())]
    given = _given(course_id)
    answers = _last_answers(course_id)
    return Board(
        place.course,
        place.refusal is None,
        [_waiting(row, given) for row in answers if row.verdict is None],
        _rows(given, answers, students),
        owed_works.of_course(course_id, there),
    )


def counts(viewer: Viewer) -> list[CourseCount]:
    """The journals the viewer keeps in which something waits for her. One query."""
    return [
        CourseCount(course_id, f"{group}, {part}" if part else group, title, *numbers)
        for course_id, group, part, title, *numbers in db.session.execute(*_counts(viewer, settings.today()))
        if any(numbers)
    ]


@prepared
def _counts(viewer: Viewer, today: date) -> Select[*tuple[Any, ...]]:
    waiting = (
        select(func.count())
        .select_from(TaskAnswer)
        .join(Lesson, Lesson.id == TaskAnswer.lesson_id)
        .where(Lesson.course_id == Course.id, answer_rounds.is_waiting())
        .correlate(Course)
        .scalar_subquery()
    )
    owed = (
        select(func.count())
        .select_from(OwedWork)
        .join(Work, Work.id == OwedWork.work_id)
        .join(Lesson, Lesson.id == Work.lesson_id)
        .where(Lesson.course_id == Course.id, owed_works.is_open())
        .correlate(Course)
        .scalar_subquery()
    )
    return (
        select(Course.id, Group.title, Subgroup.title, Discipline.title, waiting, owed)
        .join(AcademicYear, AcademicYear.id == Course.year_id)
        .join(Group, Group.id == Course.group_id)
        .join(Discipline, Discipline.id == Course.discipline_id)
        .outerjoin(Subgroup, Subgroup.id == Course.subgroup_id)
        .where(Course.id.in_(ever_taught(viewer)), teaches(viewer, Course.id, today), AcademicYear.closed_at.is_(None))
        .order_by(Discipline.title, Group.title, Course.id)
    )


Key = tuple[int, int | None]
Given = dict[Key, tuple[Homework | PersonalTask, date, int | None]]


def _given(course_id: int) -> Given:
    """The journal's tasks that are answered, or must be: the task, its lesson's day, how many a personal one is for."""
    answered = exists().where(TaskAnswer.lesson_id == Lesson.id, TaskAnswer.task_id.is_(None))
    homework = db.session.execute(
        select(Homework, Lesson.date)
        .join(Lesson, Lesson.id == Homework.lesson_id)
        .where(
            Lesson.course_id == course_id,
            Lesson.state != LessonState.CANCELLED,
            or_(Homework.answer == AnswerMode.REQUIRED, answered),
        )
    )
    found: Given = {(task.lesson_id, None): (task, day, None) for task, day in homework}
    personal = db.session.execute(
        select(PersonalTask, Lesson.date, func.count(PersonalTaskStudent.id))
        .join(Lesson, Lesson.id == PersonalTask.lesson_id)
        .join(PersonalTaskStudent, PersonalTaskStudent.task_id == PersonalTask.id)
        .where(
            Lesson.course_id == course_id, Lesson.state != LessonState.CANCELLED, PersonalTask.withdrawn_at.is_(None)
        )
        .group_by(PersonalTask.id, Lesson.date)
    )
    return found | {(task.lesson_id, task.id): (task, day, number) for task, day, number in personal}


def _last_answers(course_id: int) -> Sequence[Any]:
    """The last round of every student and task, the longest waiting first."""
    return db.session.execute(
        select(
            TaskAnswer.id, TaskAnswer.lesson_id, TaskAnswer.task_id, TaskAnswer.student_id, TaskAnswer.sent_at,
            TaskAnswer.verdict, TaskAnswer.text, Lesson.date, Person.surname, Person.name, Person.patronymic,
        )
        .join(Lesson, Lesson.id == TaskAnswer.lesson_id)
        .join(Person, Person.id == TaskAnswer.student_id)
        .where(Lesson.course_id == course_id, answer_rounds.is_last())
        .order_by(TaskAnswer.sent_at, TaskAnswer.id)
    ).all()  # fmt: skip


def _waiting(row: Any, given: Given) -> Waiting:
    task = given.get((row.lesson_id, row.task_id))
    due = task[0].due_date if task else None
    is_late = came_late(settings.local(row.sent_at).date(), due)
    name = short_name(row.surname, row.name, row.patronymic)
    return Waiting(row.id, row.student_id, name, row.lesson_id, row.task_id, row.date, row.sent_at, is_late, row.text)


def _rows(given: Given, answers: Collection[Any], students: Sequence[roster.Student]) -> list[TaskRow]:
    verdicts: dict[Key, list[str | None]] = {}
    for row in answers:
        verdicts.setdefault((row.lesson_id, row.task_id), []).append(row.verdict)
    found = []
    for key, (task, day, number) in given.items():
        own = verdicts.get(key, [])
        asked = number if number is not None else sum(student.was_there(day) for student in students)
        found.append(
            TaskRow(
                *key, day, task.text, task.due_date, task.answer, asked, len(own), own.count(None),
                own.count(Verdict.ACCEPTED), own.count(Verdict.RETURNED),
            )
        )  # fmt: skip
    return sorted(found, key=lambda row: (not row.waiting, -row.date.toordinal(), row.lesson_id, row.own_id or 0))

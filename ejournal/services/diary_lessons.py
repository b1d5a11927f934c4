"""The lessons of students: of the group and subgroup they were in on the lesson's day, and of their own plans (п. 4.2).

Queries here and in diary_entries are the diary's sources: one for lessons with homework, one for files, one for marks
and hours. They take several students at once, so that a family costs what one child does.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from ejournal.access import in_force, prepared
from ejournal.domain.names import short_name
from ejournal.extensions import db
from ejournal.models import (
    Course,
    CourseTeacher,
    Discipline,
    Homework,
    HomeworkTick,
    IndividualPlan,
    IndividualRow,
    Lesson,
    LessonFile,
    Person,
    PersonalTask,
    PersonalTaskStudent,
    Subgroup,
    TaskAnswer,
)
from ejournal.models.base import now
from ejournal.services.cell_context import enrolled_on
from ejournal.services.diary import Child

Teacher, Substitute = aliased(Person), aliased(Person)
# The last rounds of a student's answers: to the lesson's homework, and to a personal task of it.
Answer, OwnAnswer = aliased(TaskAnswer), aliased(TaskAnswer)
_Round = aliased(TaskAnswer)
# A condition on Lesson, Homework, PersonalTask and the last answers, made from what is asked (access.prepared).
Wanted = Callable[..., ColumnElement[bool]]


def attends(student_id: Any, day: Any) -> ColumnElement[bool]:
    """The condition that a student belongs to the query's Course on a day, as journals have it: membership as of that
    day, and her own plan, which may excuse her from a discipline or send her to another journal (п. 4.2). It belongs
    into a WHERE: in a join's ON its inner queries do not find the Course."""
    return enrolled_on(student_id, day)


def courses_near(students: Any, groups: Any) -> ColumnElement[bool]:
    """Journals that can concern the students at all, who were in these groups: an index finds these, `attends` then
    decides for each lesson."""
    own = (
        select(IndividualRow.course_id)
        .join(IndividualPlan, IndividualPlan.id == IndividualRow.plan_id)
        .where(IndividualPlan.student_id.in_(students), IndividualRow.course_id.is_not(None))
    )
    return or_(Course.group_id.in_(groups), Course.id.in_(own))


def whose(children: Sequence[Child]) -> dict[str, list[int]]:
    """What statements ask of children: their numbers, and those of the groups they were ever in."""
    groups = {spell.group.id for child in children for spell in child.spells}
    return {"students": [child.id for child in children], "groups": sorted(groups)}


class Sent(NamedTuple):
    """The last round of an answer, and when the teacher answered it."""

    sent_at: datetime
    verdict: str | None
    checked_at: datetime | None


class Own(NamedTuple):
    """A personal task of the student."""

    task: PersonalTask
    is_done: bool
    sent: Sent | None


@dataclass(slots=True)
class Given:
    """A lesson of one student as stored, with its homework, the student's tick and last answer, the personal tasks,
    and the names of who replaces the teachers and of the teachers of its day. `group`: its number and, of a journal
    whose group was renamed since, the name of then."""

    student_id: int
    lesson: Lesson
    group: tuple[int, str | None]
    discipline: str
    part: str
    homework: Homework | None
    is_done: bool
    sent: Sent | None
    substitute: str
    teachers: dict[int, str]
    tasks: list[Own]

    @property
    def own_teachers(self) -> str:
        return ", ".join(self.teachers.values())

    @property
    def given_by(self) -> str:
        return self.substitute or self.own_teachers


def lessons(children: Sequence[Child], wanted: Wanted, **values: Any) -> list[Given]:
    """The children's lessons for which `wanted` holds with these values, in the order of time."""
    found: dict[tuple[int, int], Given] = {}
    for row in db.session.execute(*_lessons(moment=now(), wanted=wanted, **whose(children), **values)):
        student_id, lesson = row[:2]
        given = found.get((student_id, lesson.id))
        if given is None:
            given = found[student_id, lesson.id] = _given(row)
        teacher_id, *name = row[14:18]
        if teacher_id is not None and teacher_id not in given.teachers:
            given.teachers[teacher_id] = short_name(*name)
        task, ticked, *last = row[18:]
        if task is not None and all(own.task is not task for own in given.tasks):
            given.tasks.append(Own(task, ticked is not None, _sent(*last)))
    return list(found.values())


def _given(row: Any) -> Given:
    student_id, lesson, group_id, group_title, discipline, part, homework, tick, *rest = row[:14]
    sent, substitute = _sent(*rest[:3]), short_name(*rest[3:]) if rest[3] else ""
    return Given(
        student_id, lesson, (group_id, group_title), discipline, part or "", homework, tick is not None, sent,
        substitute, {}, [],
    )  # fmt: skip


def _sent(sent_at: datetime | None, verdict: str | None, checked_at: datetime | None) -> Sent | None:
    return Sent(sent_at, verdict, checked_at) if sent_at else None


@prepared
def _lessons(students: Any, groups: Any, moment: datetime, wanted: Wanted, **values: Any) -> Select[*tuple[Any, ...]]:
    # Homework may be written ahead of its day; what is published is seen at once (п. 4.4).
    published = and_(Homework.lesson_id == Lesson.id, Homework.published_at <= moment)
    ticked = and_(HomeworkTick.homework_id == Homework.id, HomeworkTick.student_id == Person.id)
    teaching = and_(CourseTeacher.course_id == Course.id, in_force(CourseTeacher, Lesson.date))
    # Joined before the task: of all tasks only the student's own ones are ever looked at.
    own = and_(
        PersonalTask.id == PersonalTaskStudent.task_id,
        PersonalTask.withdrawn_at.is_(None),
        PersonalTask.published_at <= moment,
    )
    return (
        select(
            Person.id, Lesson, Course.group_id, Course.group_title, Discipline.title, Subgroup.title, Homework,
            HomeworkTick.id, Answer.sent_at, Answer.verdict, Answer.checked_at,
            *(Substitute.surname, Substitute.name, Substitute.patronymic),
            *(Teacher.id, Teacher.surname, Teacher.name, Teacher.patronymic),
            PersonalTask, PersonalTaskStudent.ticked_at, OwnAnswer.sent_at, OwnAnswer.verdict, OwnAnswer.checked_at,
        )
        .select_from(Lesson)
        .join(Course, and_(Course.id == Lesson.course_id, courses_near(students, groups)))
        .join(Person, Person.id.in_(students))
        .join(Discipline, Discipline.id == Course.discipline_id)
        .outerjoin(Subgroup, Subgroup.id == Course.subgroup_id)
        .outerjoin(Homework, published)
        .outerjoin(HomeworkTick, ticked)
        .outerjoin(Substitute, Substitute.id == Lesson.teacher_id)
        .outerjoin(CourseTeacher, teaching)
        .outerjoin(Teacher, Teacher.id == CourseTeacher.teacher_id)
        .outerjoin(Answer, Answer.id == last_answer(None))
        .outerjoin(PersonalTaskStudent, _is_for(Lesson.id))
        .outerjoin(PersonalTask, own)
        .outerjoin(OwnAnswer, OwnAnswer.id == last_answer(PersonalTask.id))
        .where(attends(Person.id, Lesson.date), wanted(**values))
        .order_by(Person.id, Lesson.date, Lesson.pair, Lesson.id, CourseTeacher.id, PersonalTask.id)
    )  # fmt: skip


def _is_for(lesson_id: Any) -> ColumnElement[bool]:
    of_lesson = select(PersonalTask.id).where(PersonalTask.lesson_id == lesson_id).correlate(Lesson)
    return and_(PersonalTaskStudent.student_id == Person.id, PersonalTaskStudent.task_id.in_(of_lesson))


def last_answer(task_id: Any) -> Any:
    """The number of the query's Person's last answer to the Lesson's homework (None), or to a task of it."""
    return (
        select(func.max(_Round.id))
        .where(
            _Round.lesson_id == Lesson.id,
            _Round.student_id == Person.id,
            _Round.task_id.is_(None) if task_id is None else _Round.task_id == task_id,
        )
        .correlate(Lesson, Person, PersonalTask)
        .scalar_subquery()
    )


def files(lesson_ids: Collection[int]) -> dict[int, list[LessonFile]]:
    """Files of lessons that are still attached, by lesson."""
    found: dict[int, list[LessonFile]] = {}
    if lesson_ids:
        for attached in db.session.scalars(*_files(lesson_ids)):
            found.setdefault(attached.lesson_id, []).append(attached)
    return found


@prepared
def _files(lesson_ids: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(LessonFile)
        .where(LessonFile.lesson_id.in_(lesson_ids), LessonFile.removed_at.is_(None))
        .options(joinedload(LessonFile.file))
        .order_by(LessonFile.id)
    )

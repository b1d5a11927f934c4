"""The lessons of students: of the group and subgroup they were in on the lesson's day, and of their own plans (п. 4.2).

Queries here are the diary's sources: one for lessons with homework, one for marks and hours, one for files. They take
several students at once, so that a family costs what one child does.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from ejournal.access import in_force, prepared
from ejournal.domain import grading
from ejournal.extensions import db
from ejournal.models import (
    Cell,
    Course,
    CourseTeacher,
    Discipline,
    Enrollment,
    Homework,
    HomeworkTick,
    IndividualPlan,
    IndividualRow,
    Lesson,
    LessonFile,
    LessonState,
    Person,
    PersonalTask,
    PersonalTaskStudent,
    Subgroup,
    SubgroupMember,
    TaskAnswer,
    Work,
    WorkKind,
)
from ejournal.models.base import now
from ejournal.services.diary import Child

Teacher, Substitute = aliased(Person), aliased(Person)
# The last rounds of a student's answers: to the lesson's homework, and to a personal task of it.
Answer, OwnAnswer = aliased(TaskAnswer), aliased(TaskAnswer)
_Round = aliased(TaskAnswer)
# A condition on Lesson, Homework, PersonalTask and the last answers, made from what is asked (access.prepared).
Wanted = Callable[..., ColumnElement[bool]]


def attends(student_id: Any, day: Any) -> ColumnElement[bool]:
    """The condition that a student belongs to the query's Course on a day: membership as of that day, and her own
    plan, which may excuse her from a discipline or send her to another journal."""
    member = exists().where(
        Enrollment.student_id == student_id, Enrollment.group_id == Course.group_id, in_force(Enrollment, day)
    )
    in_half = or_(
        Course.subgroup_id.is_(None),
        exists().where(
            SubgroupMember.student_id == student_id,
            SubgroupMember.subgroup_id == Course.subgroup_id,
            in_force(SubgroupMember, day),
        ),
    )
    own_row = and_(
        IndividualRow.plan_id == IndividualPlan.id,
        IndividualPlan.student_id == student_id,
        in_force(IndividualPlan, day),
    )
    otherwise = or_(IndividualRow.exempt, IndividualRow.course_id.is_not(None))
    excused = exists().where(own_row, IndividualRow.discipline_id == Course.discipline_id, otherwise)
    sent = exists().where(own_row, IndividualRow.course_id == Course.id, ~IndividualRow.exempt)
    return or_(and_(member, in_half, ~excused), sent)


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
    and the teachers of its day."""

    student_id: int
    lesson: Lesson
    course: Course
    discipline: Discipline
    subgroup: Subgroup | None
    homework: Homework | None
    is_done: bool
    sent: Sent | None
    substitute: Person | None
    teachers: list[Person]
    tasks: list[Own]


def lessons(children: Sequence[Child], wanted: Wanted, **values: Any) -> list[Given]:
    """The children's lessons for which `wanted` holds with these values, in the order of time."""
    found: dict[tuple[int, int], Given] = {}
    for row in db.session.execute(*_lessons(moment=now(), wanted=wanted, **whose(children), **values)):
        student_id, lesson, course, discipline, subgroup, homework, tick, substitute, teacher = row[:9]
        given = found.setdefault(
            (student_id, lesson.id),
            Given(
                student_id, lesson, course, discipline, subgroup, homework, tick is not None, _sent(*row[9:12]),
                substitute, [], [],
            ),
        )  # fmt: skip
        if teacher is not None and teacher not in given.teachers:
            given.teachers.append(teacher)
        task, ticked, *last = row[12:]
        if task is not None and all(own.task is not task for own in given.tasks):
            given.tasks.append(Own(task, ticked is not None, _sent(*last)))
    return list(found.values())


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
            Person.id, Lesson, Course, Discipline, Subgroup, Homework, HomeworkTick.id, Substitute, Teacher,
            Answer.sent_at, Answer.verdict, Answer.checked_at,
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


@dataclass(frozen=True, slots=True)
class Entry:
    """A cell of a student, or a lesson without one: what marks and hours are counted from."""

    student_id: int
    lesson_id: int
    course_id: int
    date: date
    pair: int
    hours: int
    discipline: str
    topic: str
    kind: str
    weight: int
    cell_id: int | None
    attendance: str | None
    mark: str | None
    updated_at: Any
    checked: bool

    @property
    def text(self) -> str:
        return (self.attendance or "") + (self.mark or "")


Span = tuple[date, date]


def entries(children: Sequence[Child], span: Span, also: Span | None = None) -> list[Entry]:
    """Cells of the children on lessons of these days; a lesson without any is there once. Cancelled lessons are not."""
    if also and span[0] <= also[0] and also[1] <= span[1]:
        also = None
    also_first, also_last = also or (None, None)
    rows = db.session.execute(
        *_entries(first=span[0], last=span[1], also_first=also_first, also_last=also_last, **whose(children))
    )
    return [_entry(row) for row in rows]


@prepared
def _entries(
    students: Any, groups: Any, first: date, last: date, also_first: date | None, also_last: date | None
) -> Select[*tuple[Any, ...]]:
    own = and_(Cell.work_id == Work.id, Cell.student_id == Person.id)
    when: ColumnElement[bool] = Lesson.date.between(first, last)
    if also_first is not None:
        when = or_(when, Lesson.date.between(also_first, also_last))
    return (
        select(
            Person.id, Lesson.id, Lesson.course_id, Lesson.date, Lesson.pair, Lesson.hours, Discipline.title,
            Lesson.topic, Work.title, WorkKind.title, Work.weight, Cell.id, Cell.attendance, Cell.mark,
            Cell.updated_at, Lesson.attendance_at,
        )
        .select_from(Lesson)
        .join(Course, and_(Course.id == Lesson.course_id, courses_near(students, groups)))
        .join(Person, Person.id.in_(students))
        .join(Discipline, Discipline.id == Course.discipline_id)
        .outerjoin(Work, Work.lesson_id == Lesson.id)
        .outerjoin(WorkKind, WorkKind.id == Work.kind_id)
        .outerjoin(Cell, own)
        .where(attends(Person.id, Lesson.date), when, Lesson.state != LessonState.CANCELLED)
        .order_by(Lesson.date, Lesson.pair, Lesson.id, Work.ordinal)
    )  # fmt: skip


def _entry(row: Any) -> Entry:
    student, lesson, course, day, pair, hours, title, topic, own_title, kind, weight, cell, code, mark, at, seen = row
    return Entry(
        student, lesson, course, day, pair, hours, title, topic, own_title or kind or "", weight or 1, cell, code,
        mark, at, seen is not None,
    )  # fmt: skip


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


def codes(found: Collection[Entry]) -> dict[int, tuple[Entry, str]]:
    """Of a student's entries: the lessons with an attendance code, once each, the gravest code."""
    by_lesson: dict[int, list[Entry]] = {}
    for entry in found:
        if entry.attendance:
            by_lesson.setdefault(entry.lesson_id, []).append(entry)
    return {
        lesson_id: (cells[0], grading.lesson_attendance([cell.attendance for cell in cells]) or "")
        for lesson_id, cells in by_lesson.items()
    }


def hours_held(found: Collection[Entry], today: date) -> int:
    """Academic hours of the lessons before today, and of today's whose attendance is entered, each once."""
    return sum({entry.lesson_id: entry.hours for entry in found if was_held(entry, today)}.values())


def was_held(entry: Entry, today: date) -> bool:
    return entry.date < today or (entry.date == today and (entry.checked or entry.attendance is not None))

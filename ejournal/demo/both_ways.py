"""Homework both ways: a personal task, answers that wait for the teacher or came back, works still owed."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, select, update
from sqlalchemy.orm import aliased

from ejournal.access import in_force
from ejournal.demo.calendar import Year
from ejournal.demo.rows import Rows
from ejournal.extensions import db
from ejournal.models import (
    AnswerMode,
    Cell,
    Course,
    CourseTeacher,
    Enrollment,
    Homework,
    Lesson,
    LessonState,
    OwedWork,
    Person,
    PersonalTask,
    PersonalTaskStudent,
    TaskAnswer,
    Verdict,
    Work,
)
from ejournal.services import diary_lessons

LATELY = timedelta(days=14)
# The people of a journal are looked for in its group, not among all of the college. Another name than the queries'
# own enrollments, which would take it for theirs.
Membership = aliased(Enrollment)


def add(rows: Rows, year: Year, student: int, teacher: int) -> None:
    """Keep rows; lessons and cells must be written already."""
    own = _lessons(year).where(_taught_by(teacher))
    of_teacher = db.session.execute(_attended(own, student)).first() or db.session.execute(own).first()
    if of_teacher:
        _wait(rows, year, teacher, of_teacher.lesson_id, student)
        _owe(rows, year, teacher, _unmarked(year).where(_taught_by(teacher), Person.id != student), "")
    of_student = db.session.execute(_attended(_lessons(year), student)).first()
    if of_student:
        _return(rows, year, student, of_student.lesson_id, of_student.teacher_id)
        note = "Сдать на консультации, вариант прежний"
        _owe(rows, year, of_student.teacher_id, _unmarked(year).where(Person.id == student), note)


def _wait(rows: Rows, year: Year, teacher: int, lesson: int, student: int) -> None:
    """A task for two of the group, with an answer to it and one to the group's homework that nobody has looked at.
    The one whose diary a visitor opens is asked first, where she is in the group."""
    there = db.session.scalars(_members(lesson).order_by(Person.id != student, Person.skey, Person.id).limit(3)).all()
    if len(there) < 3:
        return
    task = rows.add(
        PersonalTask, lesson_id=lesson, due_date=year.today + timedelta(days=3), created_by=teacher,
        text="Подготовить сообщение на 5 минут по теме занятия, план прислать заранее.", answer=AnswerMode.REQUIRED,
        published_at=year.now - timedelta(days=1),
    )  # fmt: skip
    for one in there[:2]:
        rows.add(PersonalTaskStudent, task_id=task, student_id=one)
    text = "План: 1) определение; 2) где применяется; 3) пример из практики. Источники подобрал."
    rows.add(
        TaskAnswer,
        lesson_id=lesson,
        task_id=task,
        student_id=there[1],
        text=text,
        sent_at=year.now - timedelta(hours=3),
    )
    text = "Сделал всё, кроме последнего задания: не понял условие."
    rows.add(TaskAnswer, lesson_id=lesson, student_id=there[2], text=text, sent_at=year.now - timedelta(hours=5))


def _return(rows: Rows, year: Year, student: int, lesson: int, teacher: int) -> None:
    """An answer that the student has to mend."""
    db.session.execute(update(Homework).where(Homework.lesson_id == lesson).values(answer=AnswerMode.REQUIRED))
    rows.add(
        TaskAnswer, lesson_id=lesson, student_id=student, text="Готово, всё по конспекту.",
        sent_at=year.now - timedelta(hours=20), verdict=Verdict.RETURNED, checked_by=teacher,
        comment="Хорошо, но нет вывода. Допишите два-три предложения и пришлите ещё раз.",
        checked_at=year.now - timedelta(hours=2),
    )  # fmt: skip


def _owe(rows: Rows, year: Year, teacher: int, query: Select[*tuple[Any, ...]], note: str) -> None:
    found = db.session.execute(query.limit(1)).first()
    if found:
        rows.add(
            OwedWork, work_id=found.work_id, student_id=found.student_id, due=year.today + timedelta(days=6),
            note=note, marked_by=teacher, marked_at=year.now - timedelta(days=1),
        )  # fmt: skip


def _lessons(year: Year) -> Select[*tuple[Any, ...]]:
    """Lessons held of late whose homework is still to be done, the newest first, with a teacher of each."""
    return (
        select(Lesson.id.label("lesson_id"), CourseTeacher.teacher_id)
        .join(Course, Course.id == Lesson.course_id)
        .join(CourseTeacher, CourseTeacher.course_id == Course.id)
        .join(Homework, Homework.lesson_id == Lesson.id)
        .where(
            Lesson.date.between(year.today - LATELY, year.today - timedelta(days=1)),
            Lesson.state == LessonState.HELD,
            Homework.due_date > year.today,
            in_force(CourseTeacher, Lesson.date),
        )
        .order_by(Lesson.date.desc(), Lesson.id, CourseTeacher.id)
    )


def _taught_by(teacher: int) -> Any:
    return exists().where(CourseTeacher.course_id == Course.id, CourseTeacher.teacher_id == teacher).correlate(Course)


def _attended(lessons: Select[*tuple[Any, ...]], student: int) -> Select[*tuple[Any, ...]]:
    return lessons.join(Person, Person.id == student).where(diary_lessons.attends(Person.id, Lesson.date))


def _members(lesson: int) -> Select[*tuple[Any, ...]]:
    """Who was in the journal on the lesson's day."""
    return (
        select(Person.id)
        .select_from(Lesson)
        .join(Course, Course.id == Lesson.course_id)
        .join(Membership, and_(Membership.group_id == Course.group_id, in_force(Membership, Lesson.date)))
        .join(Person, Person.id == Membership.student_id)
        .where(Lesson.id == lesson, diary_lessons.attends(Person.id, Lesson.date))
    )


def _unmarked(year: Year) -> Select[*tuple[Any, ...]]:
    """Works of late that others have a mark for, and the query's Person has none: she was away."""
    other = exists().where(Cell.work_id == Work.id, Cell.mark.is_not(None)).correlate(Work)
    own = exists().where(Cell.work_id == Work.id, Cell.student_id == Person.id, Cell.mark.is_not(None))
    return (
        select(Work.id.label("work_id"), Person.id.label("student_id"))
        .select_from(Lesson)
        .join(Course, Course.id == Lesson.course_id)
        .join(Work, Work.lesson_id == Lesson.id)
        .join(Membership, and_(Membership.group_id == Course.group_id, in_force(Membership, Lesson.date)))
        .join(Person, Person.id == Membership.student_id)
        .where(
            diary_lessons.attends(Person.id, Lesson.date),
            Lesson.date.between(year.today - LATELY, year.today - timedelta(days=1)),
            Lesson.state == LessonState.HELD,
            other,
            ~own.correlate(Work, Person),
        )
        .order_by(Work.kind_id.desc(), Lesson.date.desc(), Work.id, Person.id)
    )

"""Exams, credits and their consultations on the days of a diary (п. 4.2, R4.2.d). One query for a whole family."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import aliased

from ejournal.access import prepared
from ejournal.domain import session_plan
from ejournal.extensions import db
from ejournal.models import Course, CourseTeacher, Discipline, Exam, Person
from ejournal.services import exams
from ejournal.services.diary import Child
from ejournal.services.diary_lessons import attends, courses_near, whose

Examiner, Teacher = aliased(Person), aliased(Person)


@dataclass(slots=True)
class ExamLine:
    """An exam or its consultation on a day of a student's diary. `room` and `starts` are those of that day."""

    exam_id: int
    student_id: int
    date: datetime.date
    title: str
    discipline: str
    is_consultation: bool
    starts: time | None
    ends: time | None
    room: str
    note: str
    teachers: str


def of_children(children: Sequence[Child], days: Collection[date]) -> list[ExamLine]:
    """What the children have on some days, by day and time."""
    read: dict[tuple[int, int], tuple[Exam, str, list[tuple[CourseTeacher, Person]]]] = {}
    named: dict[int, Person] = {}
    for student_id, exam, discipline, examiner, row, teacher in db.session.execute(
        *_query(days=days, **whose(children))
    ):
        taught = read.setdefault((student_id, exam.id), (exam, discipline, []))[2]
        if examiner is not None:
            named[exam.id] = examiner
        elif row is not None:
            taught.append((row, teacher))
    lines = [
        line
        for (student_id, exam_id), (exam, discipline, taught) in read.items()
        for line in _lines(
            student_id, exam, discipline, [named[exam_id]] if exam_id in named else exams.on_day(taught, exam.date)
        )
        if line.date in days
    ]
    return sorted(lines, key=lambda line: (line.date, line.starts or time.min, line.exam_id))


def _lines(student_id: int, exam: Exam, discipline: str, people: Sequence[Person]) -> list[ExamLine]:
    names = ", ".join(person.short_name for person in people)
    title = session_plan.title(exam.kind)
    own = ExamLine(
        exam.id, student_id, exam.date, title, discipline, False, exam.starts, exam.ends, exam.room, exam.note, names
    )  # fmt: skip
    if exam.consultation_date is None:
        return [own]
    before = ExamLine(
        exam.id, student_id, exam.consultation_date, "консультация", discipline, True, exam.consultation_starts, None,
        exam.consultation_room, "", names,
    )  # fmt: skip
    return [own, before]


@prepared
def _query(students: Any, groups: Any, days: Collection[date]) -> Select[*tuple[Any, ...]]:
    return (
        select(Person.id, Exam, Discipline.title, Examiner, CourseTeacher, Teacher)
        .select_from(Exam)
        .join(Course, and_(Course.id == Exam.course_id, courses_near(students, groups)))
        .join(Person, Person.id.in_(students))
        .join(Discipline, Discipline.id == Course.discipline_id)
        .outerjoin(Examiner, Examiner.id == Exam.teacher_id)
        .outerjoin(CourseTeacher, CourseTeacher.course_id == Course.id)
        .outerjoin(Teacher, Teacher.id == CourseTeacher.teacher_id)
        .where(attends(Person.id, Exam.date), or_(Exam.date.in_(days), Exam.consultation_date.in_(days)))
        .order_by(Exam.id, CourseTeacher.id)
    )

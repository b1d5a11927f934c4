"""Builders of personal tasks, answers and works owed."""

from datetime import date
from io import BytesIO

from factories import Lesson

from ejournal.extensions import db
from ejournal.models import OwedWork, Person, PersonalTask, PersonalTaskStudent, TaskAnswer, Work
from ejournal.services.files import Upload

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def give_task(lesson: Lesson, *students: Person, text: str = "Пересказ § 3", due: date | None = None, **rest: object):
    """A personal task of a lesson, published now."""
    task = PersonalTask(lesson_id=lesson.id, text=text, due_date=due, **rest)
    db.session.add(task)
    db.session.flush()
    db.session.add_all(PersonalTaskStudent(task_id=task.id, student_id=student.id) for student in students)
    db.session.commit()
    return task


def answer(lesson: Lesson, student: Person, text: str = "Готово", task: PersonalTask | None = None, **rest: object):
    """A round of an answer as stored."""
    made = TaskAnswer(lesson_id=lesson.id, task_id=task.id if task else None, student_id=student.id, text=text, **rest)
    db.session.add(made)
    db.session.commit()
    return made


def owe(work: Work, student: Person, due: date | None = None, note: str = "") -> OwedWork:
    owed = OwedWork(work_id=work.id, student_id=student.id, due=due, note=note)
    db.session.add(owed)
    db.session.commit()
    return owed


def pdf(name: str = "ответ.pdf", content: bytes = PDF) -> Upload:
    return Upload(name, BytesIO(content))

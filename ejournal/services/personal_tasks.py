"""Homework of a lesson for named students: given, changed, withdrawn, with files (п. 4.4, R4.5.b)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import (
    ANSWER_MODES,
    AnswerMode,
    Course,
    Lesson,
    LessonFile,
    LessonState,
    Person,
    PersonalTask,
    PersonalTaskStudent,
    TaskAnswer,
)
from ejournal.models.base import now
from ejournal.services import answer_rounds, files, homework, lesson_context, lessons, roster
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError
from ejournal.services.files import Upload
from ejournal.services.roster import Student

SUBJECT = "personal-task"


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was typed."""

    text: str
    due: str
    answer: str
    student_ids: Collection[int]


@dataclass(frozen=True, slots=True)
class Listed:
    """A task as the lesson's page shows it: to whom, with which files, from how many students answers came."""

    task: PersonalTask
    students: list[Person]
    files: list[LessonFile]
    answers: int

    @property
    def student_ids(self) -> set[int]:
        return {student.id for student in self.students}


@dataclass(frozen=True, slots=True)
class _Fields:
    text: str
    due: date | None
    answer: str
    students: dict[int, str]


def give(actor: Viewer, course_id: int, lesson_id: int, typed: Typed, uploads: Sequence[Upload]) -> list[str]:
    """A new task, seen by its students at once. Returns messages about files that can't be taken; the others are kept.

    Raises NotFoundError, ForbiddenError, ClosedError, FieldsError, RefusedError.
    """
    lesson, course = _find(actor, course_id, lesson_id)
    _checked(lesson, course, typed, bool(uploads))
    stored, refused = _store(actor, uploads)
    lesson, course = _find(actor, course_id, lesson_id)
    fields = _checked(lesson, course, typed, bool(stored), "; ".join(refused))
    task = PersonalTask(
        lesson_id=lesson.id, text=fields.text, due_date=fields.due, answer=fields.answer, created_by=actor.person_id
    )
    db.session.add(task)
    db.session.flush()
    db.session.add_all(PersonalTaskStudent(task_id=task.id, student_id=each) for each in fields.students)
    late = homework.lateness(lesson) is not None
    names = ", ".join(fields.students.values())
    _note(actor, lesson, f"личное задание ({names})", None, fields.text or "в файлах", "create", late)
    _attach(actor, lesson, task, stored)
    db.session.commit()
    return refused


def change(
    actor: Viewer, course_id: int, lesson_id: int, task_id: int, typed: Typed, uploads: Sequence[Upload]
) -> list[str]:
    """Another text, day, list of students; more files. As `give`; who has answered stays in the list."""
    _find(actor, course_id, lesson_id)
    stored, refused = _store(actor, uploads)
    lesson, course = _find(actor, course_id, lesson_id)
    task = _task(lesson, task_id)
    listed = _listed(task)
    fields = _checked(lesson, course, typed, bool(stored or listed.files), "; ".join(refused), listed)
    _change_students(actor, lesson, listed, fields.students)
    late = homework.lateness(lesson) is not None
    for what, before, after in (
        ("текст", task.text, fields.text),
        ("срок", task.due_date, fields.due),
        ("ответ", ANSWER_MODES[AnswerMode(task.answer)], ANSWER_MODES[AnswerMode(fields.answer)]),
    ):
        _note(actor, lesson, f"личное задание: {what}", before, after, "update", late)
    task.text, task.due_date, task.answer = fields.text, fields.due, fields.answer
    _attach(actor, lesson, task, stored)
    db.session.commit()
    return refused


def withdraw(actor: Viewer, course_id: int, lesson_id: int, task_id: int) -> None:
    """Take a task back that nobody has answered; it stays stored, since students have seen it.

    Raises NotFoundError, ForbiddenError, ClosedError, RefusedError.
    """
    lesson, _course = _find(actor, course_id, lesson_id)
    task = _task(lesson, task_id)
    if answer_rounds.has_any(lesson.id, task.id):
        raise RefusedError("Ответы на это задание уже прислали, поэтому снять его нельзя: исправьте текст или срок.")
    task.withdrawn_at = now()
    _note(actor, lesson, "личное задание", task.text or "в файлах", None, "delete")
    db.session.commit()


def detach(actor: Viewer, course_id: int, lesson_id: int, task_id: int, file_id: int) -> None:
    """Take a file off a task. Raises NotFoundError, ForbiddenError, ClosedError, RefusedError."""
    lesson, _course = _find(actor, course_id, lesson_id)
    listed = _listed(_task(lesson, task_id))
    attached = next((each for each in listed.files if each.id == file_id), None)
    if attached is None:
        raise NotFoundError
    if len(listed.files) == 1 and not listed.task.text:
        raise RefusedError("В задании нет ничего, кроме этого файла: напишите текст или снимите задание целиком.")
    files.take_off(actor, lesson, attached)
    db.session.commit()


def of_lesson(lesson_id: int) -> list[Listed]:
    """The tasks of a lesson in force, in the order they were given. Four queries however many; one where none is."""
    tasks = db.session.scalars(
        select(PersonalTask)
        .where(PersonalTask.lesson_id == lesson_id, PersonalTask.withdrawn_at.is_(None))
        .order_by(PersonalTask.id)
    ).all()
    return _described(tasks) if tasks else []


def candidates(course: Course, day: date) -> list[Student]:
    """The journal's list on a day: to whom a task can be given."""
    return [student for student in roster.students_of(course) if student.was_there(day)]


def _find(actor: Viewer, course_id: int, lesson_id: int) -> tuple[Lesson, Course]:
    lesson, place = lesson_context.find_to_change(actor, course_id, lesson_id, None)
    if lesson.state == LessonState.CANCELLED:
        raise RefusedError("Занятие отменено: задания к нему не выдаются.")
    return lesson, place.course


def _store(actor: Viewer, uploads: Sequence[Upload]) -> tuple[Sequence[files.StoredFile], list[str]]:
    files.check_number(uploads)
    # Nobody waits for the database while big files are written to the disk.
    db.session.rollback()
    return files.store_all(actor, uploads)


def _task(lesson: Lesson, task_id: int) -> PersonalTask:
    task = db.session.scalar(
        select(PersonalTask).where(
            PersonalTask.id == task_id, PersonalTask.lesson_id == lesson.id, PersonalTask.withdrawn_at.is_(None)
        )
    )
    if task is None:
        raise NotFoundError
    return task


def _listed(task: PersonalTask) -> Listed:
    return _described([task])[0]


def _described(tasks: Sequence[PersonalTask]) -> list[Listed]:
    ids = [task.id for task in tasks]
    students: dict[int, list[Person]] = {}
    for task_id, person in db.session.execute(
        select(PersonalTaskStudent.task_id, Person)
        .join(Person, Person.id == PersonalTaskStudent.student_id)
        .where(PersonalTaskStudent.task_id.in_(ids))
        .order_by(Person.skey, Person.id)
    ):
        students.setdefault(task_id, []).append(person)
    attached: dict[int, list[LessonFile]] = {}
    for file in db.session.scalars(
        select(LessonFile)
        .where(LessonFile.task_id.in_(ids), LessonFile.removed_at.is_(None))
        .options(joinedload(LessonFile.file))
        .order_by(LessonFile.id)
    ):
        attached.setdefault(file.task_id or 0, []).append(file)
    counted = select(TaskAnswer.task_id, func.count(TaskAnswer.student_id.distinct())).group_by(TaskAnswer.task_id)
    answers = {row[0]: row[1] for row in db.session.execute(counted.where(TaskAnswer.task_id.in_(ids)))}
    return [
        Listed(task, students.get(task.id, []), attached.get(task.id, []), answers.get(task.id, 0)) for task in tasks
    ]


def _checked(
    lesson: Lesson, course: Course, typed: Typed, has_files: bool, refused: str = "", listed: Listed | None = None
) -> _Fields:
    """The fields; FieldsError with what is wrong."""
    errors: dict[str, str] = {}
    text = "\n".join(line.rstrip() for line in typed.text.splitlines()).strip()
    if not text and not has_files:
        errors["text"] = f"{refused} Напишите задание или приложите другой файл.".strip()
    if len(text) > lessons.LONGEST:
        errors["text"] = f"Не длиннее {lessons.LONGEST} знаков; длинный текст приложите файлом."
    due = lessons.parse_date(typed.due, "due", errors) if typed.due.strip() else None
    if due and due < lesson.date:
        errors["due"] = f"Срок не может быть раньше занятия ({lesson.date:%d.%m})."
    known = {student.id: student.name for student in candidates(course, lesson.date)}
    # Whom a later order took off the list keeps the task she has.
    known |= {person.id: f"{person.surname} {person.name}".strip() for person in listed.students} if listed else {}
    chosen = {id_: name for id_, name in known.items() if id_ in set(typed.student_ids)}
    if not chosen:
        errors["students"] = "Отметьте хотя бы одного обучающегося."
    if typed.answer not in ANSWER_MODES:
        errors["answer"] = "Выберите, нужен ли ответ."
    if errors:
        raise FieldsError(errors)
    return _Fields(text, due, typed.answer, chosen)


def _change_students(actor: Viewer, lesson: Lesson, listed: Listed, chosen: dict[int, str]) -> None:
    task = listed.task
    names = {person.id: f"{person.surname} {person.name}".strip() for person in listed.students}
    gone = [id_ for id_ in names if id_ not in chosen]
    answered = [names[id_] for id_ in gone if answer_rounds.has_any(lesson.id, task.id, id_)]
    if answered:
        raise FieldsError({"students": f"Ответ уже прислан, из списка не убрать: {', '.join(answered)}."})
    rows = db.session.scalars(
        select(PersonalTaskStudent).where(
            PersonalTaskStudent.task_id == task.id, PersonalTaskStudent.student_id.in_(gone)
        )
    )
    for row in rows.all():
        db.session.delete(row)
    db.session.add_all(PersonalTaskStudent(task_id=task.id, student_id=id_) for id_ in chosen if id_ not in names)
    before, after = ", ".join(names.values()), ", ".join(chosen.values())
    if set(names) != set(chosen):
        _note(actor, lesson, "личное задание: кому", before, after, "update")


def _attach(actor: Viewer, lesson: Lesson, task: PersonalTask, stored: Sequence[files.StoredFile]) -> None:
    for file in stored:
        files.put(actor, lesson, file, files.PERSONAL, task.id)


def _note(
    actor: Viewer, lesson: Lesson, what: str, before: object, after: object, action: str, late: bool = False
) -> None:
    lesson_context.note(actor, lesson, what, before, after, subject=SUBJECT, action=action, late=late)

"""The teacher's side of answers: who sent, who did not, accepted or returned, files of all (п. 4.4, R4.5.b)."""

import tempfile
import zipfile
from collections import Counter
from dataclasses import dataclass
from typing import IO

from sqlalchemy import select

from ejournal.access import Viewer
from ejournal.domain.homework_state import Standing, State
from ejournal.extensions import db
from ejournal.models import (
    Course,
    Homework,
    Lesson,
    Person,
    PersonalTask,
    PersonalTaskStudent,
    TaskAnswer,
    Verdict,
)
from ejournal.models.base import now
from ejournal.services import answer_rounds, files, lesson_context, log, news_decided, roster
from ejournal.services.answer_rounds import Round
from ejournal.services.errors import FieldsError, NotFoundError, RefusedError
from ejournal.services.files import Download

LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Line:
    """A student a task was given to, with where her answer stands."""

    student_id: int
    name: str
    standing: Standing
    rounds: list[Round]

    @property
    def last(self) -> Round | None:
        return self.rounds[-1] if self.rounds else None

    @property
    def is_waiting(self) -> bool:
        return self.standing.state is State.SENT


@dataclass(frozen=True, slots=True)
class Sheet:
    """One task and everybody's answers, those waiting for the teacher first. `own_id`: a personal task's number."""

    course: Course
    lesson: Lesson
    task: Homework | PersonalTask
    own_id: int | None
    lines: list[Line]
    can_check: bool
    refusal: str

    @property
    def has_files(self) -> bool:
        return any(one.files for line in self.lines for one in line.rounds)

    @property
    def counts(self) -> Counter[State]:
        return Counter(line.standing.state for line in self.lines)


def sheet(viewer: Viewer, course_id: int, lesson_id: int, own_id: int | None = None) -> Sheet:
    """The answers to a task, for who may read the lesson in the journal. Raises NotFoundError."""
    lesson, place = lesson_context.find(viewer, course_id, lesson_id)
    task = find_task(lesson_id, own_id)
    rounds = answer_rounds.of_task(lesson_id, task)
    names = _asked(place.course, lesson, task)
    # Who has answered is there even if she is off the list now: history stays.
    gone = [id_ for id_ in rounds if id_ not in names]
    names |= {p.id: f"{p.surname} {p.name}" for p in db.session.scalars(select(Person).where(Person.id.in_(gone)))}
    lines = []
    for student_id, name in names.items():
        own = rounds.get(student_id, [])
        lines.append(Line(student_id, name, answer_rounds.standing(task, own), own))
    lines.sort(key=lambda line: not line.is_waiting)
    refusal = place.refusal
    return Sheet(place.course, lesson, task, own_id, lines, refusal is None, refusal.message if refusal else "")


def judge(actor: Viewer, course_id: int, answer_id: int, verdict: str, comment: str) -> TaskAnswer:
    """Accept an answer or return it to be done again, which needs a comment. An accepted one may be returned later.

    Raises NotFoundError, ForbiddenError, ClosedError, FieldsError, RefusedError where a newer answer came meanwhile.
    """
    answer = answer_of(course_id, answer_id)
    lesson, _place = lesson_context.find_to_change(actor, course_id, answer.lesson_id, None)
    comment = "\n".join(line.rstrip() for line in comment.splitlines()).strip()
    if verdict not in ACTIONS:
        raise RefusedError("Выберите: принять ответ или вернуть на доработку.")
    if verdict == Verdict.RETURNED and not comment:
        raise FieldsError({"comment": "Напишите, что исправить."})
    if len(comment) > LONGEST:
        raise FieldsError({"comment": f"Не длиннее {LONGEST} знаков."})
    newest = db.session.scalar(select(answer_rounds.is_last()).where(TaskAnswer.id == answer.id))
    if not newest:
        raise RefusedError("Пока вы проверяли, обучающийся прислал новый ответ: посмотрите его.")
    before = answer.verdict
    answer.verdict, answer.comment = verdict, comment
    answer.checked_by, answer.checked_at = actor.person_id, now()
    _log(actor, lesson, answer, before)
    news_decided.verdict(answer, lesson)
    db.session.commit()
    return answer


ACTIONS = {Verdict.ACCEPTED: "accept", Verdict.RETURNED: "return"}


def download(viewer: Viewer, course_id: int, answer_id: int, file_id: int) -> Download:
    """A file of an answer, for who may read the lesson in the journal. Raises NotFoundError."""
    answer = answer_of(course_id, answer_id)
    lesson_context.find(viewer, course_id, answer.lesson_id)
    return files.open_stored(answer_rounds.file_of(answer_id, file_id)[1].file)


def archive(viewer: Viewer, course_id: int, lesson_id: int, own_id: int | None = None) -> tuple[IO[bytes], str]:
    """All files sent for a task in one ZIP, a folder for each student; the file and its name. Raises NotFoundError."""
    found = sheet(viewer, course_id, lesson_id, own_id)
    if not found.has_files:
        raise NotFoundError("Файлов к этому заданию ещё не прислали.")
    packed = tempfile.TemporaryFile()  # noqa: SIM115 - given on to be sent, closed by the response
    # What people send is mostly packed already: packing it again would only take time.
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as pack:
        for line in found.lines:
            for one in line.rounds:
                for number, each in enumerate(one.files, 1):
                    name = files.safe_name(f"{one.number}.{number} {each.file.name}")
                    _pack(pack, f"{files.safe_name(line.name)} {line.student_id}/{name}", each.file.sha256)
    packed.seek(0)
    return packed, files.safe_name(f"{found.course.audience} {found.lesson.date:%d.%m.%Y} ответы.zip")


def _pack(pack: zipfile.ZipFile, name: str, sha256: str) -> None:
    path = files.path_of(sha256)
    if path.is_file():
        pack.write(path, name)
    else:
        pack.writestr(f"{name} не найден.txt", "Файла нет в хранилище: администратор может вернуть его из копии.")


def find_task(lesson_id: int, own_id: int | None) -> Homework | PersonalTask:
    """The lesson's homework, or a personal task of it. Raises NotFoundError."""
    task: Homework | PersonalTask | None
    if own_id is None:
        task = db.session.scalar(select(Homework).where(Homework.lesson_id == lesson_id))
    else:
        task = db.session.scalar(
            select(PersonalTask).where(
                PersonalTask.id == own_id, PersonalTask.lesson_id == lesson_id, PersonalTask.withdrawn_at.is_(None)
            )
        )
    if task is None:
        raise NotFoundError
    return task


def _asked(course: Course, lesson: Lesson, task: Homework | PersonalTask) -> dict[int, str]:
    """To whom a task was given, by surname."""
    if isinstance(task, Homework):
        return {student.id: student.name for student in roster.students_of(course) if student.was_there(lesson.date)}
    rows = db.session.scalars(
        select(Person)
        .join(PersonalTaskStudent, PersonalTaskStudent.student_id == Person.id)
        .where(PersonalTaskStudent.task_id == task.id)
        .order_by(Person.skey, Person.id)
    )
    return {person.id: f"{person.surname} {person.name}".strip() for person in rows}


def answer_of(course_id: int, answer_id: int) -> TaskAnswer:
    """An answer of a journal; whether it may be seen is the caller's to ask. Raises NotFoundError."""
    answer = db.session.scalar(
        select(TaskAnswer)
        .join(Lesson, Lesson.id == TaskAnswer.lesson_id)
        .where(TaskAnswer.id == answer_id, Lesson.course_id == course_id)
    )
    if answer is None:
        raise NotFoundError
    return answer


def _log(actor: Viewer, lesson: Lesson, answer: TaskAnswer, before: str | None) -> None:
    log.record(
        actor, "answer", ACTIONS[Verdict(answer.verdict or "")],
        before=answer_rounds.worded(before), after=answer_rounds.worded(answer.verdict),
        course_id=lesson.course_id, lesson_id=lesson.id, student_id=answer.student_id,
        details={
            "name": f"занятие {lesson.date:%d.%m.%Y}, {lesson.pair} пара: ответ № {answer.round}", "answer": answer.id,
        },
    )  # fmt: skip

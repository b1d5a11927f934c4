"""A student's answers to homework: read with the task, sent in rounds until the teacher accepts (п. 4.5, R4.5.b)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from ejournal.access import Viewer
from ejournal.extensions import db
from ejournal.models import AcademicYear, Course, Group, Lesson, TaskAnswer, TaskAnswerFile
from ejournal.services import absence_asking, answer_rounds, diary, diary_homework, files, log, news_decided, settings
from ejournal.services.answer_rounds import Round
from ejournal.services.cell_context import period_of
from ejournal.services.closed import hold_open, is_closed
from ejournal.services.diary import Diary
from ejournal.services.diary_summary import Task
from ejournal.services.errors import ClosedError, FieldsError, ForbiddenError, NotFoundError, RefusedError
from ejournal.services.files import Download, Upload

LONGEST = 4000
# Nobody needs more; a disk has an end.
MOST_ROUNDS = 20
OFF = "Занятие отменено: ответ на его задание не принимается (п. 4.5). О работе договоритесь с преподавателем."


@dataclass(frozen=True, slots=True)
class Page:
    """A task with what was sent for it. `can_send`: the viewer is the student, the teacher has not accepted, and the
    lesson was not cancelled."""

    diary: Diary
    task: Task
    rounds: list[Round]
    can_send: bool

    @property
    def next_number(self) -> int:
        return len(self.rounds) + 1


def load(viewer: Viewer, student_id: int, lesson_id: int, own_id: int | None = None) -> Page:
    """The lesson's homework, or a personal task of it, with the student's answers. Raises NotFoundError."""
    opened, task, given = diary_homework.of_lesson(viewer, student_id, lesson_id, own_id)
    rounds = answer_rounds.of_task(lesson_id, given, [student_id]).get(student_id, [])
    return Page(opened, task, rounds, opened.is_own and task.standing.takes_answers and not task.is_off)


def send(
    actor: Viewer,
    student_id: int,
    lesson_id: int,
    own_id: int | None,
    text: str,
    uploads: Sequence[Upload],
    number: int | None = None,
) -> TaskAnswer:
    """Send an answer, or once more. `number`: which round the form took it to be.

    All files or none: a teacher must not check half an answer. Raises NotFoundError, ForbiddenError for anybody but
    the student, ClosedError, FieldsError, RefusedError.
    """
    text = "\n".join(line.rstrip() for line in text.splitlines()).strip()
    _check(actor, student_id, lesson_id, own_id)
    _check_typed(text, uploads)
    # Nobody waits for the database while big files are written to the disk.
    db.session.rollback()
    stored, refused = files.store_all(actor, uploads)
    if refused:
        raise RefusedError("Ответ не отправлен. " + " ".join(refused))
    hold_open()
    lesson = _hold(lesson_id)
    page = _check(actor, student_id, lesson_id, own_id)
    if number is not None and number != page.next_number:
        raise RefusedError("Этот ответ уже отправлен: он ниже. Отправьте ещё раз, только если хотите его дополнить.")
    answer = TaskAnswer(
        lesson_id=lesson_id, task_id=own_id, student_id=student_id, round=page.next_number, text=text,
        files=[TaskAnswerFile(file=each) for each in stored],
    )  # fmt: skip
    db.session.add(answer)
    db.session.flush()
    _log(actor, lesson, answer)
    news_decided.sent(answer, lesson, absence_asking.teachers_of([lesson.course_id]))
    db.session.commit()
    return answer


def download(viewer: Viewer, student_id: int, answer_id: int, file_id: int) -> Download:
    """A file the student sent, for who may read the diary. Raises NotFoundError."""
    answer, sent = answer_rounds.file_of(answer_id, file_id)
    if answer.student_id != student_id:
        raise NotFoundError
    # An answer outlives the task's being seen (a task is withdrawn, a student moves): the diary decides.
    diary.load(viewer, student_id)
    return files.open_stored(sent.file)


def _check(actor: Viewer, student_id: int, lesson_id: int, own_id: int | None) -> Page:
    page = load(actor, student_id, lesson_id, own_id)
    if not page.diary.is_own:
        raise ForbiddenError("Ответ на задание отправляет сам обучающийся (п. 4.5).")
    if page.task.is_off:
        raise RefusedError(OFF)
    if not page.can_send:
        accepted = page.task.standing.is_sent
        raise RefusedError(
            "Преподаватель уже принял ответ: присылать ещё раз не нужно." if accepted else
            "На это задание ответ в дневнике не нужен: покажите работу преподавателю на занятии."
        )  # fmt: skip
    if len(page.rounds) >= MOST_ROUNDS:
        raise RefusedError(f"Ответ присылали уже {MOST_ROUNDS} раз: о дальнейшем договоритесь с преподавателем.")
    _check_open(lesson_id)
    return page


def _check_open(lesson_id: int) -> None:
    closed = is_closed(Course.id, period_of(Lesson.date), settings.today())
    if db.session.scalar(
        select(AcademicYear.closed_at.is_not(None) | closed)
        .select_from(Lesson)
        .join(Course, Course.id == Lesson.course_id)
        .join(AcademicYear, AcademicYear.id == Course.year_id)
        .join(Group, Group.id == Course.group_id)
        .where(Lesson.id == lesson_id)
    ):
        raise ClosedError("Период закрыт, оценки за него выставлены (п. 4.4): о сдаче договоритесь с преподавателем.")


def _check_typed(text: str, uploads: Sequence[Upload]) -> None:
    if not text and not uploads:
        raise FieldsError({"text": "Напишите ответ или приложите файл."})
    if len(text) > LONGEST:
        raise FieldsError({"text": f"Не длиннее {LONGEST} знаков; длинный текст приложите файлом."})
    files.check_number(uploads)


def _hold(lesson_id: int) -> Lesson:
    """The lesson, held until the commit: rounds are numbered one after another."""
    lesson = db.session.scalar(select(Lesson).where(Lesson.id == lesson_id).with_for_update())
    if lesson is None:
        raise NotFoundError
    return lesson


def _log(actor: Viewer, lesson: Lesson, answer: TaskAnswer) -> None:
    """That it was sent, not what: the text is for the teacher."""
    attached = f", файлов: {len(answer.files)}" if answer.files else ""
    log.record(
        actor, "answer", "send", after=f"ответ № {answer.round}{attached}", course_id=lesson.course_id,
        lesson_id=lesson.id, student_id=answer.student_id,
        details={"name": f"занятие {lesson.date:%d.%m.%Y}, {lesson.pair} пара: ответ на задание", "answer": answer.id},
    )  # fmt: skip

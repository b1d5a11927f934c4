"""Personal tasks of a lesson: give, change, withdraw, take a file off (п. 4.4, R4.5.b)."""

from collections.abc import Callable

from flask import request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.models import Role
from ejournal.services import personal_tasks
from ejournal.services.files import Upload
from ejournal.services.personal_tasks import Typed
from ejournal.web.downloads import files_in
from ejournal.web.journal import answers, bp

LESSON = "/<int:course_id>/lessons/<int:lesson_id>/tasks"
TASK = f"{LESSON}/<int:personal_task_id>"


@bp.post(LESSON, endpoint="give_task")
@permits(Role.TEACHER)
def give(course_id: int, lesson_id: int) -> ResponseReturnValue:
    """`text`, `due`, `answer`, `students` (several), `files`."""
    typed, uploads = _typed()
    refused: list[str] = []

    def act() -> None:
        refused.extend(personal_tasks.give(current_user, course_id, lesson_id, typed, uploads))

    return answers.of_lesson(course_id, lesson_id, "tasks", act, _telling("Задание выдано.", refused), "new")


@bp.post(TASK, endpoint="change_task")
@permits(Role.TEACHER)
def change(course_id: int, lesson_id: int, personal_task_id: int) -> ResponseReturnValue:
    typed, uploads = _typed()
    refused: list[str] = []

    def act() -> None:
        refused.extend(personal_tasks.change(current_user, course_id, lesson_id, personal_task_id, typed, uploads))

    done = _telling("Сохранено.", refused)
    return answers.of_lesson(course_id, lesson_id, "tasks", act, done, str(personal_task_id))


@bp.post(f"{TASK}/removal", endpoint="withdraw_task")
@permits(Role.TEACHER)
def withdraw(course_id: int, lesson_id: int, personal_task_id: int) -> ResponseReturnValue:
    def act() -> None:
        personal_tasks.withdraw(current_user, course_id, lesson_id, personal_task_id)

    return answers.of_lesson(course_id, lesson_id, "tasks", act, "Задание снято.", str(personal_task_id))


@bp.post(f"{TASK}/files/<int:file_id>/removal", endpoint="detach_task_file")
@permits(Role.TEACHER)
def detach(course_id: int, lesson_id: int, personal_task_id: int, file_id: int) -> ResponseReturnValue:
    def act() -> None:
        personal_tasks.detach(current_user, course_id, lesson_id, personal_task_id, file_id)

    return answers.of_lesson(course_id, lesson_id, "tasks", act, "Файл убран.")


def _typed() -> tuple[Typed, list[Upload]]:
    form = request.form
    students = form.getlist("students", type=int)
    uploads = files_in(request)
    return Typed(form.get("text", ""), form.get("due", ""), form.get("answer", ""), students), uploads


def _telling(done: str, refused: list[str]) -> Callable[[], str]:
    """What was stored stays stored; of files that were not taken the teacher is told."""
    return lambda: f"{done} Не приняты файлы: {' '.join(refused)}" if refused else done

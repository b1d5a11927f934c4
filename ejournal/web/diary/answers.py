"""One task with the student's answers to it: read, sent, files (п. 4.5, R4.5.b)."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.extensions import db, reading
from ejournal.services import task_answers
from ejournal.services.errors import ClosedError, FieldsError, RefusedError
from ejournal.web.diary import bp
from ejournal.web.diary.readers import FAMILY, READERS
from ejournal.web.downloads import files_in, sent
from ejournal.web.errors import is_fragment

HOMEWORK = "/<int:student_id>/lessons/<int:lesson_id>/homework"
PERSONAL = "/<int:student_id>/lessons/<int:lesson_id>/tasks/<int:personal_task_id>"


@dataclass(frozen=True, slots=True)
class Wrong:
    """An answer that was not taken: what was typed, what is wrong; chosen files have to be chosen again."""

    message: str
    typed: Mapping[str, str]
    fields: Mapping[str, str]
    had_files: bool

    def error(self, name: str) -> str | None:
        return self.fields.get(name)


@bp.get(HOMEWORK)
@bp.get(PERSONAL)
@permits(*READERS)
def lesson_homework(student_id: int, lesson_id: int, personal_task_id: int | None = None) -> str:
    """The homework of one lesson, or a personal task of it, with the answers."""
    page = task_answers.load(current_user, student_id, lesson_id, personal_task_id)
    template = "diary/_answers.html" if is_fragment() else "diary/lesson_homework.html"
    return render_template(template, page=page, task=page.task, diary=page.diary, wrong=None, done="")


@bp.post(f"{HOMEWORK}/answers")
@bp.post(f"{PERSONAL}/answers")
@permits(*FAMILY)
def send_answer(student_id: int, lesson_id: int, personal_task_id: int | None = None) -> ResponseReturnValue:
    """`text` and `files`; `number`: which round the form took it to be."""
    uploads = files_in(request)
    place = (student_id, lesson_id, personal_task_id)
    number = request.form.get("number", type=int)
    try:
        task_answers.send(current_user, *place, request.form.get("text", ""), uploads, number)
    except (RefusedError, ClosedError) as error:
        fields = error.fields if isinstance(error, FieldsError) else {}
        return _page(place, Wrong(error.message, request.form, fields, bool(uploads))), error.status
    if is_fragment():
        return _page(place, None)
    flash(SENT)
    address = url_for(
        "diary.lesson_homework", student_id=student_id, lesson_id=lesson_id, personal_task_id=personal_task_id
    )
    return redirect(address)


SENT = "Ответ отправлен преподавателю."


@bp.get("/<int:student_id>/answers/<int:answer_id>/files/<int:answer_file_id>")
@permits(*READERS)
def answer_file(student_id: int, answer_id: int, answer_file_id: int) -> Response:
    return sent(task_answers.download(current_user, student_id, answer_id, answer_file_id))


def _page(place: tuple[int, int, int | None], wrong: Wrong | None) -> str:
    db.session.rollback()
    template = "diary/_answers.html" if is_fragment() else "diary/lesson_homework.html"
    with reading():
        page = task_answers.load(current_user, *place)
        return render_template(template, page=page, task=page.task, diary=page.diary, wrong=wrong, done=SENT)

"""Homework for the coming days, the student's ticks, files given out."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.services import diary, diary_homework
from ejournal.services.diary_summary import Task
from ejournal.web.diary import bp
from ejournal.web.diary.readers import FAMILY, READERS
from ejournal.web.downloads import sent
from ejournal.web.errors import is_fragment


@bp.get("/<int:student_id>/homework")
@permits(*READERS)
def homework(student_id: int) -> str:
    found = diary_homework.load(current_user, student_id)
    return render_template("diary/homework.html", listed=found, diary=found.diary)


@bp.post("/<int:student_id>/homework/<int:homework_id>/tick")
@permits(*FAMILY)
def tick(student_id: int, homework_id: int) -> ResponseReturnValue:
    """`done`: «1» ticks, anything else takes the tick off."""
    done = request.form.get("done") == "1"
    task = diary_homework.tick(current_user, student_id, homework_id, done)
    return _ticked(student_id, task, done)


@bp.post("/<int:student_id>/tasks/<int:personal_task_id>/tick")
@permits(*FAMILY)
def tick_own(student_id: int, personal_task_id: int) -> ResponseReturnValue:
    """The same for a personal task."""
    done = request.form.get("done") == "1"
    return _ticked(student_id, diary_homework.tick_own(current_user, student_id, personal_task_id, done), done)


@bp.get("/<int:student_id>/lessons/<int:lesson_id>/files/<int:file_id>")
@permits(*READERS)
def file(student_id: int, lesson_id: int, file_id: int) -> Response:
    return sent(diary_homework.download(current_user, student_id, lesson_id, file_id))


def _ticked(student_id: int, task: Task, done: bool) -> ResponseReturnValue:
    said = "Отмечено: сделано." if done else "Отметка снята."
    if is_fragment():
        shown, day = diary.load(current_user, student_id), diary_homework.day_of(current_user, student_id, task)
        return render_template("diary/_ticked.html", task=task, diary=shown, said=said, day=day)
    flash(said)
    return redirect(url_for("diary.homework", student_id=student_id))

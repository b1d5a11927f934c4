"""Kinds of work of a lesson: the journal's columns (R4.4.h)."""

from flask import request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.models import Role
from ejournal.services import works
from ejournal.web.journal import answers, bp


@bp.post("/<int:course_id>/lessons/<int:lesson_id>/works", endpoint="add_work")
@permits(Role.TEACHER)
def add(course_id: int, lesson_id: int) -> ResponseReturnValue:
    def act() -> None:
        works.add(current_user, course_id, lesson_id, request.form, request.form.get("version", type=int))

    return answers.of_lesson(course_id, lesson_id, "works", act, "Вид работы добавлен: в журнале новый столбец.", "new")


@bp.post("/<int:course_id>/lessons/<int:lesson_id>/works/<int:work_id>", endpoint="change_work")
@permits(Role.TEACHER)
def change(course_id: int, lesson_id: int, work_id: int) -> ResponseReturnValue:
    def act() -> None:
        works.change(current_user, course_id, lesson_id, work_id, request.form, request.form.get("version", type=int))

    return answers.of_lesson(course_id, lesson_id, "works", act, "Вид работы сохранён.", str(work_id))


@bp.post("/<int:course_id>/lessons/<int:lesson_id>/works/<int:work_id>/removal", endpoint="remove_work")
@permits(Role.TEACHER)
def remove(course_id: int, lesson_id: int, work_id: int) -> ResponseReturnValue:
    def act() -> None:
        works.remove(current_user, course_id, lesson_id, work_id, request.form.get("version", type=int))

    return answers.of_lesson(course_id, lesson_id, "works", act, "Столбец убран.", str(work_id))

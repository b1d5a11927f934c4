"""A lesson's page, and the journal's second page: the list of lessons (п. 4.4)."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import lesson_list, lesson_page, lesson_states, lessons
from ejournal.services.errors import FieldsError
from ejournal.services.lessons import Filled
from ejournal.web.errors import is_fragment
from ejournal.web.journal import answers, bp
from ejournal.web.journal.answers import Wrong
from ejournal.web.journal.grid import READERS


@bp.get("/<int:course_id>/lessons", endpoint="lessons")
@permits(*READERS)
def listing(course_id: int) -> str:
    return render_template("journal/lessons.html", listing=lesson_list.load(current_user, course_id), wrong=None)


@bp.post("/<int:course_id>/lessons", endpoint="add_lesson")
@permits(Role.TEACHER)
def add(course_id: int) -> ResponseReturnValue:
    """A lesson that the timetable does not have; its page opens."""
    try:
        lesson = lessons.add(current_user, course_id, request.form)
    except FieldsError as error:
        db.session.rollback()
        template = "journal/_lessons_add.html" if is_fragment() else "journal/lessons.html"
        found = lesson_list.load(current_user, course_id)
        return render_template(template, listing=found, wrong=Wrong.by(error, "add")), error.status
    address = url_for("journal.lesson", course_id=course_id, lesson_id=lesson.id)
    return answers.go(address, f"Занятие {lesson.date:%d.%m.%Y} добавлено.")


@bp.get("/<int:course_id>/lessons/<int:lesson_id>", endpoint="lesson")
@permits(*READERS)
def show(course_id: int, lesson_id: int) -> str:
    page = lesson_page.load(current_user, course_id, lesson_id)
    return render_template("journal/lesson.html", page=page, wrong=None, done="")


@bp.post("/<int:course_id>/lessons/<int:lesson_id>", endpoint="fill_lesson")
@permits(Role.TEACHER)
def fill(course_id: int, lesson_id: int) -> ResponseReturnValue:
    """Topic, homework, recommendations, hours, room, whether it was held: whatever changed."""
    field = request.form.get
    typed = Filled(
        version=field("version", type=int),
        topic=field("topic", ""),
        take_topic=field("take_topic", type=int),
        held=bool(field("held")),
        hours=field("hours", ""),
        room=field("room", ""),
        recommendations=field("recommendations", ""),
        homework=field("homework", ""),
        due=field("due", ""),
        answer=field("answer"),
    )
    return answers.of_lesson(
        course_id, lesson_id, "form", lambda: lessons.fill(current_user, course_id, lesson_id, typed)
    )


@bp.post("/<int:course_id>/lessons/<int:lesson_id>/move", endpoint="move_lesson")
@permits(Role.TEACHER)
def move(course_id: int, lesson_id: int) -> ResponseReturnValue:
    """Another day or pair, for a reason."""
    try:
        lesson = lesson_states.move(current_user, course_id, lesson_id, request.form, _version())
    except answers.MENDABLE as error:
        return answers.refused(course_id, lesson_id, Wrong.by(error, "states", "move"), error.status)
    return answers.go(
        _address(course_id, lesson_id), f"Занятие перенесено на {lesson.date:%d.%m.%Y}, {lesson.pair} пара."
    )


@bp.post("/<int:course_id>/lessons/<int:lesson_id>/cancellation", endpoint="cancel_lesson")
@permits(Role.TEACHER)
def cancel(course_id: int, lesson_id: int) -> ResponseReturnValue:
    """Cancelled for a reason; «restored» takes the cancellation back."""
    restored = bool(request.form.get("restored"))
    try:
        if restored:
            lesson_states.restore(current_user, course_id, lesson_id, _version())
        else:
            lesson_states.cancel(current_user, course_id, lesson_id, request.form, _version())
    except answers.MENDABLE as error:
        return answers.refused(course_id, lesson_id, Wrong.by(error, "states", "cancel"), error.status)
    return answers.go(_address(course_id, lesson_id), "Занятие возвращено." if restored else "Занятие отменено.")


@bp.post("/<int:course_id>/lessons/<int:lesson_id>/removal", endpoint="remove_lesson")
@permits(Role.TEACHER)
def remove(course_id: int, lesson_id: int) -> ResponseReturnValue:
    """An empty lesson added by hand goes without a trace in the journal, though not in the log."""
    try:
        lessons.remove(current_user, course_id, lesson_id, _version())
    except answers.MENDABLE as error:
        return answers.refused(course_id, lesson_id, Wrong.by(error, "states", "remove"), error.status)
    return answers.go(url_for("journal.lessons", course_id=course_id), "Занятие удалено.")


def _version() -> int | None:
    return request.form.get("version", type=int)


def _address(course_id: int, lesson_id: int) -> str:
    return url_for("journal.lesson", course_id=course_id, lesson_id=lesson_id)

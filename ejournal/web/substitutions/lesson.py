"""One replacement: entered for a planned lesson, withdrawn."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.domain.calendar import read_day
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import courses, substitution_day, substitutions
from ejournal.services.errors import ClosedError, FieldsError, RefusedError
from ejournal.services.substitutions import Typed
from ejournal.web.substitutions import bp


@bp.get("/lessons/<int:lesson_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def new_substitution(lesson_id: int) -> str:
    return _form(lesson_id, Typed(request.args.get("kind", "teacher")), {})


@bp.post("/lessons/<int:lesson_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def publish(lesson_id: int) -> ResponseReturnValue:
    typed = _typed()
    try:
        made = substitutions.publish(current_user, lesson_id, typed)
    except FieldsError as error:
        db.session.rollback()
        return _form(lesson_id, typed, error.fields), error.status
    except (ClosedError, RefusedError) as error:
        db.session.rollback()
        return _form(lesson_id, typed, {"kind": error.message}), error.status
    flash(f"Замена опубликована: {substitutions.words(made)}. Её уже видят все, кого она касается.")
    return redirect(url_for("substitutions.index", date=made.date.isoformat()))


@bp.post("/<int:substitution_id>/withdrawal")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def withdraw(substitution_id: int) -> ResponseReturnValue:
    day = request.form.get("date", "")
    try:
        substitutions.withdraw(current_user, substitution_id)
    except (ClosedError, RefusedError) as error:
        flash(error.message, "error")
    else:
        flash("Замена отозвана: занятие снова по расписанию.")
    return redirect(url_for("substitutions.index", date=day) if read_day(day) else url_for("substitutions.index"))


def _form(lesson_id: int, typed: Typed, errors: dict[str, str]) -> str:
    lesson = substitutions.find_lesson(lesson_id)
    offered = substitution_day.teachers(lesson.date, lesson.pair, lesson.course)
    return render_template(
        "substitutions/lesson.html",
        lesson=lesson,
        typed=typed,
        errors=errors,
        kinds=substitutions.KINDS,
        teachers=[(person.id, person.full_name + ("" if free else " — занят(а)")) for person, free in offered],
        courses=[
            (course.id, course.title)
            for course in courses.of_group(lesson.course.group_id, lesson.course.year_id)
            if course.id != lesson.course_id
        ],
    )


def _typed() -> Typed:
    form = request.form
    return Typed(
        kind=form.get("kind", ""),
        teacher_id=form.get("teacher_id", type=int),
        instead_course_id=form.get("instead_course_id", type=int),
        to_date=read_day(form.get("to_date", "")),
        to_pair=form.get("to_pair", type=int),
        room=form.get("room", ""),
        reason=form.get("reason", ""),
        sure=bool(form.get("sure")),
    )

"""The session of a group put together from its curriculum: days, rooms, examiners, consultations."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.domain import session_plan
from ejournal.extensions import db
from ejournal.models import AcademicYear, Group, Role
from ejournal.services import courses, exam_clashes, exam_edit, exam_plan, groups, people, periods, settings
from ejournal.services.errors import FieldsError, NotFoundError, StaleError
from ejournal.services.exam_edit import Typed
from ejournal.web.exams import bp

KINDS = list(session_plan.CONTROLS.items())
SEMESTERS = [(1, "первый"), (2, "второй")]


@bp.get("/exams/")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def index() -> str:
    """A semester of a group (the first one by itself, and the semester that runs)."""
    year = periods.chosen(request.args.get("year", type=int))
    offered = groups.studying(year)
    wanted = request.args.get("group", type=int)
    group = next((each for each in offered if each.id == wanted), offered[0] if offered else None)
    semester = request.args.get("semester", type=int)
    if group and semester not in exam_plan.SEMESTERS:
        semester = exam_plan.running(year, group)
    session = exam_plan.load(year, group, semester or 1) if group else None
    return render_template(
        "exams/index.html",
        year=year,
        groups=[(each.id, each.title) for each in offered],
        group=group,
        semesters=SEMESTERS,
        session=session,
        without_day=session_plan.WITHOUT_DAY,
        clashes=exam_clashes.of(group, year, session.sittings) if group and session else {},
    )


@bp.post("/exams/groups/<int:group_id>/all")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def create_all(group_id: int) -> ResponseReturnValue:
    """Everything that is offered, on the days suggested."""
    year, group = _place(group_id)
    semester = request.form.get("semester", 1, type=int)
    number = exam_edit.put_all(current_user, year, group, 2 if semester == 2 else 1)
    flash(f"Поставлено: {number}. Проверьте дни, укажите аудитории и консультации.")
    return redirect(url_for("exams.index", group=group.id, semester=semester, year=year.id))


@bp.get("/exams/groups/<int:group_id>/new")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def new_exam(group_id: int) -> str:
    year, group = _place(group_id)
    return _form(year, group, _typed(request.args), {})


@bp.post("/exams/groups/<int:group_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def create_exam(group_id: int) -> ResponseReturnValue:
    year, group = _place(group_id)
    typed = _typed(request.form)
    try:
        made = exam_edit.put(current_user, year, group, typed)
    except FieldsError as error:
        db.session.rollback()
        return _form(year, group, typed, error.fields), error.status
    flash(f"Поставлено: {exam_edit.words(made)}.")
    return redirect(url_for("exams.index", group=group.id, semester=request.form.get("semester"), year=year.id))


@bp.get("/exams/groups/<int:group_id>/<int:exam_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def exam(group_id: int, exam_id: int) -> str:
    year, group = _place(group_id)
    row = exam_edit.find(group, exam_id)
    return _form(year, group, exam_edit.typed_of(row), {}, exam_id, row.version)


@bp.post("/exams/groups/<int:group_id>/<int:exam_id>")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def change_exam(group_id: int, exam_id: int) -> ResponseReturnValue:
    """Change it, or take it away («removed»); never over what somebody else changed meanwhile."""
    year, group = _place(group_id)
    typed, version = _typed(request.form), request.form.get("version", 0, type=int)
    try:
        if request.form.get("removed"):
            exam_edit.remove(current_user, year, group, exam_id, version)
        else:
            exam_edit.change(current_user, year, group, exam_id, version, typed)
    except FieldsError as error:
        db.session.rollback()
        return _form(year, group, typed, error.fields, exam_id, version), error.status
    except StaleError as error:
        db.session.rollback()
        return _form(year, group, typed, {"version": error.message}, exam_id, error.current.version), error.status
    flash("Расписание сессии изменено.")
    return redirect(url_for("exams.index", group=group.id, semester=request.form.get("semester"), year=year.id))


def _place(group_id: int) -> tuple[AcademicYear, Group]:
    group = groups.find(group_id)
    if group is None:
        raise NotFoundError
    return periods.chosen(request.values.get("year", type=int)), group


def _form(
    year: AcademicYear, group: Group, typed: Typed, errors: dict[str, str], exam_id: int = 0, version: int = 0
) -> str:
    return render_template(
        "exams/exam.html",
        year=year,
        group=group,
        typed=typed,
        errors=errors,
        exam_id=exam_id,
        version=version,
        semester=request.values.get("semester", ""),
        courses=[(course.id, course.title) for course in courses.of_group(group.id, year.id)],
        kinds=KINDS,
        teachers=[(person.id, person.full_name) for person in people.teachers(max(settings.today(), year.starts))],
    )


def _typed(values: object) -> Typed:
    get = values.get  # type: ignore[attr-defined]
    texts = ("kind", "date", "starts", "ends", "room", "consultation_date", "consultation_starts", "consultation_room")
    return Typed(
        course_id=get("course_id", type=int),
        teacher_id=get("teacher_id", type=int),
        note=get("note", ""),
        sure=bool(get("sure")),
        **{name: get(name, "") for name in texts},
    )

"""Замечания: the register, a new one, one in full with the answer and the decision (п. 4.2)."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from ejournal.access import STAFF, makes_remarks, permits
from ejournal.exchange.export import remarks as sheet
from ejournal.exchange.export.sheets import XLSX
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import remark_list, remarks, settings
from ejournal.services.errors import FieldsError, RefusedError
from ejournal.services.remark_list import Filters
from ejournal.web.documents import answers
from ejournal.web.remarks import bp

DONE = {"accepted": "Замечание принято: выполнено.", "open": "Замечание возвращено преподавателю."}


@bp.get("/")
@permits(*STAFF)
def index() -> str:
    """«?state=», «source», «group», «teacher», «page»."""
    filters = _filters(request.args)
    page = max(1, min(request.args.get("page", 1, type=int), 100_000))
    lines, pages = remark_list.load(current_user, filters, page)
    return render_template(
        "remarks/index.html", lines=lines, filters=filters, page=page, pages=pages,
        states=remark_list.FILTERS, sources=remark_list.SOURCES, groups=remark_list.groups(current_user),
        teachers=remark_list.teachers(current_user), makes=makes_remarks(current_user),
    )  # fmt: skip


@bp.post("/export")
@permits(*STAFF)
def export() -> ResponseReturnValue:
    """The lines of the same filters."""
    content = sheet.xlsx(current_user, remark_list.every(current_user, _filters(request.form)))
    return answers.sent(content, f"Замечания {settings.today():%Y-%m-%d}.xlsx", XLSX)


@bp.get("/journals/<int:course_id>/new")
@permits(Role.ADMINISTRATION)
def new(course_id: int) -> str:
    """To a journal, or with «?lesson=» to a lesson of it."""
    return _form(course_id, request.args.get("lesson", type=int))


@bp.post("/journals/<int:course_id>/new")
@permits(Role.ADMINISTRATION)
def create(course_id: int) -> ResponseReturnValue:
    lesson_id = request.form.get("lesson", type=int)
    try:
        made = remarks.create(current_user, course_id, lesson_id, request.form)
    except FieldsError as error:
        db.session.rollback()
        return _form(course_id, lesson_id, error), error.status
    flash("Замечание сделано: преподаватель увидит его в журнале и на главной странице.")
    return redirect(url_for("remarks.show", remark_id=made.id))


@bp.get("/<int:remark_id>")
@permits(*STAFF)
def show(remark_id: int) -> str:
    return _page(remark_id)


@bp.post("/<int:remark_id>/answer")
@permits(Role.TEACHER)
def answer(remark_id: int) -> ResponseReturnValue:
    def act() -> str:
        remarks.answer(current_user, remark_id, request.form.get("answer", ""))
        return "Ответ отправлен администрации."

    return _do(remark_id, act)


@bp.post("/<int:remark_id>/decision")
@permits(Role.ADMINISTRATION)
def decide(remark_id: int) -> ResponseReturnValue:
    """`verb`: accept, return or withdraw; `decision`: why; `due`: the new term of a returned one."""

    def act() -> str:
        state = remarks.decide(current_user, remark_id, request.form.get("verb", ""), request.form)
        return DONE.get(state, "Замечание снято.")

    return _do(remark_id, act)


def _filters(given: MultiDict[str, str]) -> Filters:
    return Filters(
        given.get("state", remark_list.WAITING), given.get("source", ""), given.get("group", type=int),
        given.get("teacher", type=int),
    )  # fmt: skip


def _do(remark_id: int, act: Callable[[], str]) -> ResponseReturnValue:
    """Do it and show the remark anew; refused, the page with what was typed."""
    try:
        done = act()
    except RefusedError as error:
        db.session.rollback()
        return _page(remark_id, error), error.status
    flash(done)
    return redirect(url_for("remarks.show", remark_id=remark_id))


def _form(course_id: int, lesson_id: int | None, error: FieldsError | None = None) -> str:
    course, lesson = remarks.place(current_user, course_id, lesson_id)
    return render_template(
        "remarks/new.html",
        course=course,
        lesson=lesson,
        typed=request.form if error else {"due": remarks.usual_due()},
        errors=error.fields if error else {},
    )


def _page(remark_id: int, error: RefusedError | None = None) -> str:
    fields = error.fields if isinstance(error, FieldsError) else {}
    return render_template(
        "remarks/remark.html",
        page=remark_list.show(current_user, remark_id),
        errors=fields,
        message=error.message if error and not fields else "",
        typed=request.form if error else {"due": remarks.usual_due()},
    )

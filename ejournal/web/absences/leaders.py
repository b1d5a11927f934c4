"""The group leader's documents: the list, a new one, one with its answers, every step it takes (п. 4.3)."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import LEADERS, permits
from ejournal.domain.absences import STANDINGS, STATES
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import absence_papers, absences, consent_lists
from ejournal.services.errors import FieldsError, RefusedError
from ejournal.web.absences import bp
from ejournal.web.absences.form import choices, read_form, stored
from ejournal.web.downloads import scan_in, sent

FEW_GROUPS = 3


@bp.get("/")
@permits(*LEADERS)
def index() -> str:
    state = request.args.get("state", "")
    page = max(1, min(request.args.get("page", 1, type=int), 100_000))
    lines, pages = absence_papers.of_leader(current_user, state, page)
    return render_template("absences/index.html", lines=lines, page=page, pages=pages, state=state, states=STATES)


@bp.get("/new")
@permits(*LEADERS)
def new() -> str:
    return _new({}, request.args)


@bp.post("/new")
@permits(*LEADERS)
def create() -> ResponseReturnValue:
    student_id = request.form.get("student_id", 0, type=int)
    try:
        paper_id = absences.register(current_user, student_id, read_form(), scan_in(request))
    except RefusedError as error:
        db.session.rollback()
        return _new(_fields(error, "scan"), request.form), error.status
    flash("Документ внесён, преподаватели получили запросы.")
    return redirect(url_for("absences.paper", paper_id=paper_id))


@bp.get("/<int:paper_id>")
@permits(*LEADERS)
def paper(paper_id: int) -> str:
    return _page(paper_id)


@bp.post("/<int:paper_id>/confirmation")
@permits(*LEADERS)
def confirm(paper_id: int) -> ResponseReturnValue:
    return _step(
        paper_id,
        "confirm",
        lambda: absences.confirm(current_user, paper_id, read_form()),
        "Документ подтверждён, преподаватели получили запросы.",
    )


@bp.post("/<int:paper_id>/refusal")
@permits(*LEADERS)
def refuse(paper_id: int) -> ResponseReturnValue:
    return _step(
        paper_id, "decline", lambda: absences.decline(current_user, paper_id, _reason()), "Документ не принят."
    )


@bp.post("/<int:paper_id>/correction")
@permits(*LEADERS)
def correct(paper_id: int) -> ResponseReturnValue:
    return _step(
        paper_id,
        "correct",
        lambda: absences.correct(current_user, paper_id, read_form(), _reason()),
        "Исправлено. Отметки меняют только преподаватели: запросы им обновлены.",
    )


@bp.post("/<int:paper_id>/withdrawal")
@permits(*LEADERS)
def withdraw(paper_id: int) -> ResponseReturnValue:
    return _step(
        paper_id,
        "withdraw",
        lambda: absences.withdraw(current_user, paper_id, _reason()),
        "Документ отозван. Где отметки уже изменены, преподавателей попросят вернуть «н».",
    )


@bp.post("/<int:paper_id>/reminder")
@permits(*LEADERS)
def remind(paper_id: int) -> ResponseReturnValue:
    return _step(
        paper_id, "remind", lambda: absences.remind(current_user, paper_id), "Напоминание отправлено преподавателям."
    )


@bp.get("/<int:paper_id>/scan")
@permits(*LEADERS, Role.STUDENT, Role.PARENT)
def scan(paper_id: int) -> Response:
    """For the group's leader, administration, and who sent it."""
    return sent(absence_papers.scan_of(current_user, paper_id))


def _step(paper_id: int, step: str, act: Callable[[], Any], done: str) -> ResponseReturnValue:
    """Take a step of a document; refused, its form is shown with what was typed in it."""
    try:
        act()
    except RefusedError as error:
        db.session.rollback()
        return _page(paper_id, step, _fields(error, "message")), error.status
    flash(done)
    return redirect(url_for("absences.paper", paper_id=paper_id))


def _page(paper_id: int, step: str = "", errors: dict[str, str] | None = None) -> str:
    page = absence_papers.load(current_user, paper_id)
    return render_template(
        "absences/paper.html",
        page=page,
        paper=page.paper,
        step=step,
        errors=errors or {},
        typed=request.form if step else stored(page.paper),
        stored=stored(page.paper),
        states=STATES,
        standings=STANDINGS,
        **choices(),
    )


def _new(errors: dict[str, str], typed: Any) -> str:
    groups = consent_lists.groups_led(current_user)
    group_id = typed.get("group", None if len(groups) > FEW_GROUPS else 0, type=int)
    students = [] if group_id is None else absence_papers.students_led(current_user, group_id or None)
    return render_template(
        "absences/new.html",
        groups=groups,
        group_id=group_id,
        students=students,
        errors=errors,
        typed=typed,
        **choices(),
    )


def _reason() -> str:
    return request.form.get("reason", "")


def _fields(error: RefusedError, otherwise: str) -> dict[str, str]:
    return error.fields if isinstance(error, FieldsError) else {otherwise: error.message}

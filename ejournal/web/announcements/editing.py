"""Writing, changing and taking down an announcement."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import ANNOUNCERS, permits
from ejournal.extensions import db
from ejournal.services import announcement_edit, announcements, audiences
from ejournal.services.announcement_edit import Typed
from ejournal.services.announcements import Line
from ejournal.services.errors import FieldsError
from ejournal.web.announcements import bp
from ejournal.web.audience_form import choice_in
from ejournal.web.downloads import files_in


@bp.get("/new")
@permits(*ANNOUNCERS)
def new() -> str:
    return _form(Typed(), {})


@bp.post("/")
@permits(*ANNOUNCERS)
def create() -> ResponseReturnValue:
    typed = _typed()
    try:
        made = announcement_edit.create(current_user, typed, files_in(request))
    except FieldsError as error:
        db.session.rollback()
        return _form(typed, error.fields), error.status
    flash("Объявление опубликовано.")
    return redirect(url_for("announcements.announcement", announcement_id=made.id))


@bp.get("/<int:announcement_id>/edit")
@permits(*ANNOUNCERS)
def edit(announcement_id: int) -> str:
    line = announcement_edit.to_change(current_user, announcement_id)
    return _form(announcement_edit.typed_of(line), {}, line)


@bp.post("/<int:announcement_id>")
@permits(*ANNOUNCERS)
def update(announcement_id: int) -> ResponseReturnValue:
    typed = _typed()
    try:
        announcement_edit.change(current_user, announcement_id, typed, files_in(request))
    except FieldsError as error:
        db.session.rollback()
        line = announcement_edit.to_change(current_user, announcement_id)
        return _form(typed, error.fields, line), error.status
    flash("Объявление изменено." + (" Все прочтут его заново." if typed.ask_anew else ""))
    return redirect(url_for("announcements.announcement", announcement_id=announcement_id))


@bp.post("/<int:announcement_id>/withdrawal")
@permits(*ANNOUNCERS)
def withdraw(announcement_id: int) -> ResponseReturnValue:
    announcement_edit.withdraw(current_user, announcement_id)
    flash("Объявление снято: его больше никто не видит. Текст остался в архиве.")
    return redirect(url_for("announcements.announcement", announcement_id=announcement_id))


def _form(typed: Typed, errors: dict[str, str], line: Line | None = None) -> str:
    return render_template(
        "announcements/edit.html",
        typed=typed,
        errors=errors,
        line=line,
        # After a clash the form goes on from what is there now.
        version=line.announcement.version if line else 0,
        offer=audiences.offer(current_user),
        most_files=announcement_edit.MOST_FILES,
        states=announcements.STATES,
    )


def _typed() -> Typed:
    form = request.form
    return Typed(
        title=form.get("title", ""),
        text=form.get("text", "").replace("\r\n", "\n"),
        choice=choice_in(form),
        starts=form.get("starts", ""),
        ends=form.get("ends", ""),
        pinned=bool(form.get("pinned")),
        needs_ack=bool(form.get("needs_ack")),
        version=form.get("version", 0, type=int),
        ask_anew=bool(form.get("ask_anew")),
        removed=tuple(form.getlist("removed", type=int)),
    )

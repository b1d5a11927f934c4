"""Requests for one's own data: the register with its terms, a new one, the file that answers it."""

from datetime import date

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import OVERSEERS, permits
from ejournal.extensions import db
from ejournal.services import people, subject_requests
from ejournal.services.errors import FieldsError
from ejournal.web.subject_requests import archive, bp


@bp.get("/")
@permits(*OVERSEERS)
def index() -> str:
    open_only = bool(request.args.get("open"))
    page = max(1, min(request.args.get("page", 1, type=int), 100_000))
    found, more = subject_requests.search(open_only, page)
    return render_template("subject_requests/index.html", found=found, more=more, open_only=open_only, page=page)


@bp.get("/new")
@permits(*OVERSEERS)
def new() -> str:
    """First who asks, found by name; then the form."""
    person_id = request.args.get("person", type=int)
    if person_id:
        return _form(person_id, {})
    text = request.args.get("q", "").strip()
    listing = people.search(people.Filter(text=text)) if text else None
    return render_template("subject_requests/whom.html", text=text, listing=listing)


@bp.post("/")
@permits(*OVERSEERS)
def create() -> ResponseReturnValue:
    form = request.form
    person_id, asked_on = form.get("person", 0, type=int), form.get("asked_on", type=date.fromisoformat)
    try:
        made = subject_requests.record(current_user, person_id, asked_on, form)
    except FieldsError as error:
        db.session.rollback()
        return _form(person_id, error.fields), error.status
    flash("Запрос внесён в реестр.")
    return redirect(url_for("subject_requests.entry", request_id=made.id))


@bp.get("/<int:request_id>")
@permits(*OVERSEERS)
def entry(request_id: int) -> str:
    return render_template("subject_requests/entry.html", entry=subject_requests.find(request_id))


@bp.post("/<int:request_id>/file")
@permits(*OVERSEERS)
def answer(request_id: int) -> Response:
    """Everything held about the person, made anew each time and kept nowhere."""
    found, collected = subject_requests.answer(current_user, request_id)
    name = f"{found.person.full_name} — данные.zip"
    return send_file(archive.of(found, collected), "application/zip", as_attachment=True, download_name=name)


def _form(person_id: int, errors: dict[str, str]) -> str:
    return render_template(
        "subject_requests/new.html", person=people.find(person_id), errors=errors, typed=request.form
    )

"""Extracts to authorised bodies: the register, a new entry, an entry with its extract, striking out."""

from datetime import date

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import OVERSEERS, permits
from ejournal.extensions import db
from ejournal.services import disclosures, extracts, people, periods
from ejournal.services.disclosures import Dates, Filter
from ejournal.services.errors import FieldsError, RefusedError
from ejournal.web.disclosures import bp
from ejournal.web.downloads import scan_in, sent


@bp.get("/")
@permits(*OVERSEERS)
def index() -> str:
    wanted = Filter(
        text=request.args.get("q", "").strip(),
        since=request.args.get("since", type=date.fromisoformat),
        until=request.args.get("until", type=date.fromisoformat),
        page=max(1, min(request.args.get("page", 1, type=int), 100_000)),
    )
    found, total, pages = disclosures.search(wanted)
    kept = {name: value for name, value in request.args.items() if name != "page" and value}
    return render_template("disclosures/index.html", found=found, total=total, pages=pages, wanted=wanted, kept=kept)


@bp.get("/new")
@permits(*OVERSEERS)
def new() -> str:
    """First whom it is about, found by name; then the form."""
    person_id = request.args.get("person", type=int)
    if person_id:
        return _form(person_id, {})
    text = request.args.get("q", "").strip()
    listing = people.search(people.Filter(text=text)) if text else None
    return render_template("disclosures/whom.html", text=text, listing=listing)


@bp.post("/")
@permits(*OVERSEERS)
def create() -> ResponseReturnValue:
    form = request.form
    person_id = form.get("person", 0, type=int)
    dates = Dates(*(form.get(name, type=date.fromisoformat) for name in Dates.__dataclass_fields__))
    try:
        made = disclosures.record(current_user, person_id, form, dates, scan_in(request))
    except RefusedError as error:
        db.session.rollback()
        fields = error.fields if isinstance(error, FieldsError) else {"scan": error.message}
        return _form(person_id, fields), error.status
    flash("Внесено в реестр. Теперь получите выписку: она печатается с номером и кодом проверки.")
    return redirect(url_for("disclosures.entry", disclosure_id=made.id))


@bp.get("/<int:disclosure_id>")
@permits(*OVERSEERS)
def entry(disclosure_id: int) -> str:
    return render_template("disclosures/entry.html", entry=disclosures.find(disclosure_id))


@bp.post("/<int:disclosure_id>/striking")
@permits(*OVERSEERS)
def strike(disclosure_id: int) -> ResponseReturnValue:
    try:
        disclosures.strike(current_user, disclosure_id, request.form.get("reason", ""))
    except RefusedError as error:
        db.session.rollback()
        page = render_template("disclosures/entry.html", entry=disclosures.find(disclosure_id), error=error.message)
        return page, error.status
    flash("Вычеркнуто: запись остаётся в реестре с причиной.")
    return redirect(url_for("disclosures.entry", disclosure_id=disclosure_id))


@bp.get("/<int:disclosure_id>/extract")
@permits(*OVERSEERS)
def extract(disclosure_id: int) -> ResponseReturnValue:
    """What was given, to print; `?as=json` for a machine. Of a struck entry there is none."""
    found = disclosures.to_give(disclosure_id)
    content = extracts.build(found.person, found.since, found.until)
    if request.args.get("as") == "json":
        return jsonify(content.as_json())
    return render_template("disclosures/extract.html", entry=found, extract=content, letters=extracts.ATTENDANCE)


@bp.get("/<int:disclosure_id>/scan")
@permits(*OVERSEERS)
def scan(disclosure_id: int) -> Response:
    return sent(disclosures.scan_of(disclosure_id))


def _form(person_id: int, errors: dict[str, str]) -> str:
    year = periods.current()
    return render_template(
        "disclosures/new.html",
        person=people.find(person_id),
        since=year.starts if year else None,
        errors=errors,
        typed=request.form,
    )

"""Children and legal representatives on the page of a person: found, linked, ended (п. 2.1, 4.6)."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits, proven
from ejournal.domain.kinship import RELATIONS
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import family, people
from ejournal.services.errors import NotFoundError, RefusedError
from ejournal.services.family import Side
from ejournal.web.admin import bp
from ejournal.web.admin.people import person_page


@bp.get("/people/<int:person_id>/family/<side>/new")
@permits(Role.SYSADMIN)
def new_link(person_id: int, side: str) -> str:
    """First whom, found by name; then the relation."""
    wanted = _side(side)
    other_id = request.args.get("person", type=int)
    if other_id:
        return _form(person_id, side, other_id)
    text = request.args.get("q", "").strip()
    found = family.candidates(wanted, text) if text else None
    return render_template("admin/link_whom.html", person=people.find(person_id), side=side, text=text, found=found)


@bp.post("/people/<int:person_id>/family/<side>")
@permits(Role.SYSADMIN)
@proven
def add_link(person_id: int, side: str) -> ResponseReturnValue:
    other_id = request.form.get("person", 0, type=int)
    try:
        family.add(current_user, person_id, _side(side), other_id, request.form.get("relation", ""))
    except RefusedError as error:
        db.session.rollback()
        return _form(person_id, side, other_id, error.message), error.status
    flash("Добавлено. Дневник откроется родителю, когда внесено его согласие (п. 4.1).")
    return redirect(url_for("admin.person", person_id=person_id))


@bp.post("/people/<int:person_id>/family/<side>/<int:link_id>/end")
@permits(Role.SYSADMIN)
@proven
def end_link(person_id: int, side: str, link_id: int) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    try:
        family.end(current_user, person_id, _side(side), link_id, reason)
    except RefusedError as error:
        db.session.rollback()
        return person_page(person_id, link_error=error.message, wrong_link=link_id, link_reason=reason), error.status
    flash("Прекращено: доступ по этой связи закрыт сразу (п. 2.1).")
    return redirect(url_for("admin.person", person_id=person_id))


def _form(person_id: int, side: str, other_id: int, error: str = "") -> str:
    return render_template(
        "admin/link_new.html",
        person=people.find(person_id),
        other=people.find(other_id),
        side=side,
        relations=[(relation, relation) for relation in RELATIONS],
        typed=request.form,
        error=error,
    )


def _side(name: str) -> Side:
    if name not in set(Side):
        raise NotFoundError
    return Side(name)

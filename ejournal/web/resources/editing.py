"""The editor's side of the catalogue; employees suggest."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import OVERSEERS, STAFF, permits
from ejournal.extensions import db
from ejournal.models import RESOURCE_KINDS
from ejournal.services import audiences, resource_edit, resources
from ejournal.services.errors import FieldsError
from ejournal.services.resource_edit import Typed
from ejournal.web.audience_form import choice_in
from ejournal.web.resources import bp

SUGGESTED = "Ресурс предложен: он появится, когда его одобрит администрация."


@bp.get("/new")
@permits(*STAFF)
def new() -> str:
    return _form(Typed(), {})


@bp.post("/")
@permits(*STAFF)
def create() -> ResponseReturnValue:
    typed = _typed()
    try:
        made = resource_edit.create(current_user, typed)
    except FieldsError as error:
        db.session.rollback()
        return _form(typed, error.fields), error.status
    is_shown = made.state == resources.SHOWN
    flash("Ресурс добавлен в каталог." if is_shown else SUGGESTED)
    return redirect(url_for("resources.index"))


@bp.get("/<int:resource_id>/edit")
@permits(*OVERSEERS)
def edit(resource_id: int) -> str:
    return _form(resource_edit.typed_of(resources.load(current_user, resource_id)), {}, resource_id)


@bp.post("/<int:resource_id>")
@permits(*OVERSEERS)
def update(resource_id: int) -> ResponseReturnValue:
    typed = _typed()
    try:
        resource_edit.change(current_user, resource_id, typed)
    except FieldsError as error:
        db.session.rollback()
        return _form(typed, error.fields, resource_id), error.status
    flash("Ресурс изменён.")
    return redirect(url_for("resources.index"))


@bp.post("/<int:resource_id>/decision")
@permits(*OVERSEERS)
def decide(resource_id: int) -> ResponseReturnValue:
    """`decision`: «approve» or «refuse»."""
    made = resource_edit.decide(current_user, resource_id, request.form.get("decision", ""))
    flash("Ресурс в каталоге." if made.state == resources.SHOWN else "Предложение отклонено.")
    return redirect(url_for("resources.index"))


@bp.post("/<int:resource_id>/dead-link/closure")
@permits(*OVERSEERS)
def close_dead(resource_id: int) -> ResponseReturnValue:
    resource_edit.close_dead(current_user, resource_id)
    flash("Отмечено: ссылка проверена.")
    return redirect(url_for("resources.index"))


@bp.post("/<int:resource_id>/removal")
@permits(*OVERSEERS)
def remove(resource_id: int) -> ResponseReturnValue:
    resource_edit.remove(current_user, resource_id)
    flash("Ресурс убран из каталога.")
    return redirect(url_for("resources.index"))


def _form(typed: Typed, errors: dict[str, str], resource_id: int = 0) -> str:
    return render_template(
        "resources/edit.html",
        typed=typed,
        errors=errors,
        resource_id=resource_id,
        kinds=list(RESOURCE_KINDS.items()),
        offer=audiences.offer(current_user, anybody=True),
        may_edit=current_user.holds(OVERSEERS),
    )


def _typed() -> Typed:
    names = ("title", "url", "description", "tags")
    return Typed(
        **{name: request.form.get(name, "") for name in names},
        kind=request.form.get("kind", "study"),
        ordinal=request.form.get("ordinal", "100").strip() or "100",
        choice=choice_in(request.form),
    )

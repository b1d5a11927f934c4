"""«Пороги оценок»: when a mean becomes a suggested mark; what a change means is said first (п. 3.6, 4.4)."""

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ejournal.access import permits
from ejournal.domain import grading as marks
from ejournal.domain import thresholds
from ejournal.extensions import db
from ejournal.models import Role
from ejournal.services import grading_settings, suggestions
from ejournal.services.errors import FieldsError
from ejournal.web.admin import bp


@bp.get("/grading")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def grading() -> ResponseReturnValue:
    """With values in the address: what they would change, and the button that saves them."""
    if not any(name in request.args for name in thresholds.FIELDS):
        return _page(_now(), {})
    try:
        after = grading_settings.read(request.args)
    except FieldsError as error:
        return _page(request.args, error.fields), error.status
    return _page(request.args, {}, list(thresholds.consequences(suggestions.rules(), after)))


@bp.post("/grading")
@permits(Role.ADMINISTRATION, Role.SYSADMIN)
def save_grading() -> ResponseReturnValue:
    try:
        changed = grading_settings.save(current_user, request.form)
    except FieldsError as error:
        db.session.rollback()
        return _page(request.form, error.fields), error.status
    flash("Сохранено: предложения считаются по новым порогам." if changed else "Ничего не изменилось.")
    return redirect(url_for("admin.grading"))


def _now() -> dict[str, str]:
    rules = suggestions.rules()
    return {name: thresholds.typed(name, rules) for name in thresholds.FIELDS}


def _page(values: Mapping[str, str], errors: Mapping[str, str], changes: Sequence[str] | None = None) -> str:
    """`changes`: what the values would change; None where nothing was tried."""
    return render_template(
        "admin/grading.html",
        values=values,
        errors=errors,
        changes=changes,
        fields=thresholds.FIELDS,
        usual={name: thresholds.typed(name, marks.DEFAULT_RULES) for name in thresholds.FIELDS},
    )
